// Three signs of life a lease. One that meets no server is none: the training goes on, for a server
// that comes back gives each lease its full time again.
#include "experiments/app/remote/lease_keeper.hpp"

#include <algorithm>
#include <chrono>

namespace antigrad::app {

LeaseKeeper::LeaseKeeper(const Client& client, std::string trial, double seconds,
                         const std::atomic<bool>& leave, std::atomic<bool>& cancel)
    : client_(client),
      trial_(std::move(trial)),
      seconds_(seconds),
      leave_(leave),
      cancel_(cancel),
      thread_([this](const std::stop_token& ended) { keep(ended); }) {}

void LeaseKeeper::keep(const std::stop_token& ended) {
  constexpr std::chrono::milliseconds kTick{50};
  using SteadyClock = std::chrono::steady_clock;
  const std::chrono::duration<double> pause(std::max(seconds_ / 3, 0.1));
  auto next = SteadyClock::now() + pause;
  while (!ended.stop_requested() && !cancel_) {
    std::this_thread::sleep_for(kTick);
    if (leave_) cancel_ = true;
    if (SteadyClock::now() < next || cancel_) continue;
    const auto answer = client_.try_get(trial_ + "/should_prune");
    if (answer && (answer->status == 409 || answer->status == 404)) {
      lost_ = true;
      cancel_ = true;
    }
    next = SteadyClock::now() + pause;
  }
}

}  // namespace antigrad::app
