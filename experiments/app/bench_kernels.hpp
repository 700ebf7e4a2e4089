// Interleaved timing: every round runs each piece of work once, next to the work that it is
// compared with, so that a slow moment of the machine hits both.
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace antigrad::app {

/// One piece of work over n elements and what moves the same bytes.
struct Timing {
  std::function<void()> work, move;
  std::vector<double> ns, moved;  // an element, by round

  void round(double elements);
  double least() const;
  double least_moved() const;
};

}  // namespace antigrad::app
