// A thread that waits for signals; no handler, so nothing has to be safe in one.
#include "experiments/app/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

namespace antigrad::app {
namespace {

sigset_t awaited() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGINT);
  ::sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Interrupt::Interrupt(std::string what) : what_(std::move(what)) {
  const sigset_t set = awaited();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  waiting_ = std::jthread([this](const std::stop_token& ended) { wait(ended); });
}

void Interrupt::wait(const std::stop_token& ended) {
  const sigset_t set = awaited();
  const timespec tick{0, 100'000'000};
  while (!ended.stop_requested()) {
    const int signal = ::sigtimedwait(&set, nullptr, &tick);
    if (signal < 0) continue;
    if (signal == SIGTERM) terminated_ = true;
    if (stop_.exchange(true)) ::_exit(1);
    std::fprintf(stderr, "\n%s\n", what_.c_str());
  }
}

}  // namespace antigrad::app
