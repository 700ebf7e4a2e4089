// Programs that train a network step by step on request, ours and PyTorch's, and how long they take
// alone or side by side.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "search/child.hpp"

namespace antigrad::app {

/// One program: says "ready" when it has made its first steps; then "run N" is answered by the
/// nanoseconds of N steps, "memory" by the peak resident MiB.
class StepProcess {
 public:
  /// Waits until it is ready. Throws space::Error, with how the program ended, when it does not get
  /// there.
  explicit StepProcess(const std::vector<std::string>& argv);
  void start(int steps);  // asks
  double wait();          // nanoseconds, as it says itself
  double memory();        // MiB

 private:
  double answer();

  std::string name_;
  search::Child child_;
};

/// Programs that step at the same time.
class StepGroup {
 public:
  explicit StepGroup(const std::vector<std::vector<std::string>>& programs);
  /// Runs `steps` steps in each and keeps what a step took: the time until the last one was done,
  /// by the number of programs.
  void round(int steps);
  double least() const;  // nanoseconds a step
  double median() const;
  double memory() const;  // MiB, of the largest program

 private:
  std::vector<std::unique_ptr<StepProcess>> processes_;
  std::vector<double> nanoseconds_;
};

/// The other end, of ours: steps of "NET/ACTIVATION" on stdin's request until it closes.
void answer_steps(const std::string& what);

}  // namespace antigrad::app
