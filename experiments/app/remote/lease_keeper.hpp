// Keeps a trial's lease while it trains, and says when the training is of no use any more.
#pragma once
#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "experiments/app/remote/client.hpp"

namespace antigrad::app {

class LeaseKeeper {
 public:
  /// trial: path of its routes; seconds: of its lease. Sets `cancel` when the trial is somebody
  /// else's now, or when `leave` is set.
  LeaseKeeper(const Client& client, std::string trial, double seconds,
              const std::atomic<bool>& leave, std::atomic<bool>& cancel);

  /// The server has given the trial to another worker, or has ended it.
  bool lost() const { return lost_; }

 private:
  void keep(const std::stop_token& ended);

  const Client& client_;
  const std::string trial_;
  const double seconds_;
  const std::atomic<bool>& leave_;
  std::atomic<bool>& cancel_;
  std::atomic<bool> lost_ = false;
  std::jthread thread_;  // last: it uses what is above
};

}  // namespace antigrad::app
