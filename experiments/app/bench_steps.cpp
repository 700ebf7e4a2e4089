#include "experiments/app/bench_steps.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <limits>
#include <utility>

#include "experiments/app/commands.hpp"
#include "experiments/app/trainer_library.hpp"
#include "search/statistics.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using Clock = std::chrono::steady_clock;
using search::Child;

constexpr auto kPatience =
    std::chrono::minutes(15);  // compiling forward and backward takes minutes

}  // namespace

StepProcess::StepProcess(const std::vector<std::string>& argv)
    : name_(fmt::format("{}", fmt::join(argv, " "))), child_(argv) {
  const auto read =
      child_.read_line(Clock::now() + kPatience, std::numeric_limits<double>::infinity());
  if (read.event != Child::Event::line || read.line != "ready")
    throw space::Error(fmt::format("\"{}\" does not train ({})", name_, child_.end(true)));
}

void StepProcess::start(int steps) { child_.write_line(fmt::format("run {}", steps)); }

double StepProcess::wait() { return answer(); }

double StepProcess::memory() {
  child_.write_line("memory");
  return answer();
}

double StepProcess::answer() {
  const auto read =
      child_.read_line(Clock::now() + kPatience, std::numeric_limits<double>::infinity());
  if (read.event == Child::Event::line) return std::stod(read.line);
  throw space::Error(fmt::format("\"{}\" ended ({})", name_, child_.end(true)));
}

StepGroup::StepGroup(const std::vector<std::vector<std::string>>& programs) {
  for (const auto& argv : programs) processes_.push_back(std::make_unique<StepProcess>(argv));
}

void StepGroup::round(int steps) {
  for (const auto& process : processes_) process->start(steps);
  double longest = 0;
  for (const auto& process : processes_) longest = std::max(longest, process->wait());
  nanoseconds_.push_back(longest / steps / static_cast<double>(processes_.size()));
}

double StepGroup::least() const { return *std::ranges::min_element(nanoseconds_); }
double StepGroup::median() const { return search::median(nanoseconds_); }

double StepGroup::memory() const {
  double most = 0;
  for (const auto& process : processes_) most = std::max(most, process->memory());
  return most;
}

void answer_steps(const std::string& what) {
  const auto slash = what.find('/');
  if (slash == std::string::npos)
    throw space::Error(fmt::format("got \"{}\", expected NET/ACTIVATION", what));
  const TrainerLibrary trainer;
  const auto work = trainer.training_work(what.substr(0, slash), what.substr(slash + 1), 0);
  for (int i = 0; i < 3; ++i) work->run();
  std::cout << "ready" << std::endl;
  for (std::string verb; std::cin >> verb;) {
    if (verb == "memory") {
      rusage usage{};
      getrusage(RUSAGE_SELF, &usage);
      std::cout << static_cast<double>(usage.ru_maxrss) / 1024 << std::endl;
      continue;
    }
    int steps = 0;
    std::cin >> steps;
    const auto start = Clock::now();
    for (int i = 0; i < steps; ++i) work->run();
    const std::chrono::duration<double, std::nano> took = Clock::now() - start;
    std::cout << fmt::format("{:.0f}", took.count()) << std::endl;
  }
}

int bench_steps_command(const Arguments& arguments) {
  answer_steps(arguments.subject);
  return 0;
}

}  // namespace antigrad::app
