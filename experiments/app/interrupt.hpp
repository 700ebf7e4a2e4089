// Ctrl-C and SIGTERM: the first asks the search to finish what runs, the second ends the program at
// once (the journal can be resumed from any moment).
#pragma once
#include <atomic>
#include <string>
#include <thread>

namespace antigrad::app {

/// Make it before any thread that should not be interrupted: they inherit the blocked signals.
class Interrupt {
 public:
  /// what: said on stderr at the first.
  explicit Interrupt(
      std::string what =
          "stopping: the trials that run are finished and recorded; again to stop at "
          "once");
  /// True after the first signal.
  const std::atomic<bool>& stop() const { return stop_; }
  /// True after a SIGTERM: whoever sent it will not wait for long.
  const std::atomic<bool>& terminated() const { return terminated_; }

 private:
  void wait(const std::stop_token& ended);

  const std::string what_;
  std::atomic<bool> stop_ = false, terminated_ = false;
  std::jthread waiting_;  // last: it uses what is above
};

}  // namespace antigrad::app
