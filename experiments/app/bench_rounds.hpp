// Interleaved timing: every round runs each piece of work next to what it is compared with, so that
// a slow moment of the machine hits all; three times in a row, of which the first does not count,
// so that each finds its own data in the caches as it left them.
#pragma once
#include <functional>
#include <vector>

namespace antigrad::app {

/// One piece of work: asked once a round how long it took, and what it said.
class Timed {
 public:
  Timed() = default;
  /// time: runs the work and says how many ns it took. elements: what these are divided by.
  Timed(std::function<double()> time, double elements);
  explicit operator bool() const { return static_cast<bool>(time_); }
  void round();
  double least() const;  // ns an element, over all rounds
  double median() const;

 private:
  std::function<double()> time_;
  double elements_ = 1;
  std::vector<double> ns_;
};

/// Work of this process, timed as above.
std::function<double()> warm(std::function<void()> work);

}  // namespace antigrad::app
