// Looks for trials whose workers are silent, twice a second while it lives.
#pragma once
#include <thread>

#include "search/service/ask_tell.hpp"
#include "space/error.hpp"

namespace antigrad::app {

class Sweeper {
 public:
  /// ask_tell outlives it.
  explicit Sweeper(search::AskTell& ask_tell)
      : thread_([&ask_tell](const std::stop_token& ended) {
          while (!ended.stop_requested()) {
            std::this_thread::sleep_for(std::chrono::milliseconds{500});
            try {
              ask_tell.sweep();
            } catch (const space::Error&) {  // a journal that cannot be written now is swept later
              continue;
            }
          }
        }) {}

 private:
  std::jthread thread_;
};

}  // namespace antigrad::app
