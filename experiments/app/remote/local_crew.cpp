// Workers as processes of this machine; one that dies is started again.
#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <limits>

#include "experiments/app/remote/launch.hpp"
#include "paths.hpp"
#include "search/child.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::Child;

constexpr int kMostStarts = 100;
constexpr auto kMoment = std::chrono::milliseconds(2);
constexpr auto kGrace = std::chrono::seconds(20);  // to give a trial back

/// What a child has said and whether it lives; what it says goes to stderr.
bool alive(Child& child, Child::Clock::time_point until) {
  while (true) {
    const Child::Read read = child.read_line(until, std::numeric_limits<double>::infinity());
    if (read.event == Child::Event::timeout) return true;
    if (read.event != Child::Event::line) return false;
    fmt::print(stderr, "{}\n", read.line);
  }
}

class LocalCrew : public Crew {
 public:
  LocalCrew(std::vector<std::string> command, int workers, bool again)
      : command_(std::move(command)), again_(again) {
    for (int i = 0; i < workers; ++i) children_.push_back(std::make_unique<Child>(command_));
  }

  bool look() override {
    bool any = false;
    for (std::unique_ptr<Child>& child : children_) {
      if (child == nullptr) continue;
      if (!alive(*child, Child::Clock::now() + kMoment)) replace(child);
      any = any || child != nullptr;
    }
    return any;
  }

  void end() override {
    for (const auto& child : children_)
      if (child != nullptr) ::kill(child->pid(), SIGTERM);
    const auto until = Child::Clock::now() + kGrace;
    for (std::unique_ptr<Child>& child : children_) {
      if (child != nullptr) alive(*child, until);
      child.reset();
    }
  }

 private:
  void replace(std::unique_ptr<Child>& child) {
    const std::string how = child->end(false);
    child.reset();
    if (how == "exit status 0") return;
    fmt::print(stderr, "a worker ended with {}\n", how);
    // Exit status 2: what it was told is wrong, and stays so.
    if (!again_ || how == "exit status 2" || ++starts_ > kMostStarts) return;
    child = std::make_unique<Child>(command_);
  }

  const std::vector<std::string> command_;
  const bool again_;
  std::vector<std::unique_ptr<Child>> children_;
  int starts_ = 0;
};

}  // namespace

std::unique_ptr<Crew> local_crew(const LaunchPlan& plan) {
  return std::make_unique<LocalCrew>(plan.command, plan.workers, true);
}

// Ray looks after its tasks itself; the launcher is one process.
std::unique_ptr<Crew> ray_crew(const LaunchPlan& plan) {
  if (plan.python.empty())
    throw space::Error("--engine ray: name an interpreter that has ray with --ray-python PATH");
  std::vector<std::string> command{"/usr/bin/env", "PYTHONDONTWRITEBYTECODE=1", plan.python,
                                   ANTIGRAD_SOURCE_DIR "/python/antigrad/ray_workers.py",
                                   std::to_string(plan.workers)};
  command.insert(command.end(), plan.command.begin(), plan.command.end());
  return std::make_unique<LocalCrew>(std::move(command), 1, false);
}

}  // namespace antigrad::app
