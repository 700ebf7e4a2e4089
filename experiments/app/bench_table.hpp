// Rows of a benchmark: a quantity over rounds, what it is compared with, and its goal.
#pragma once
#include <string>
#include <vector>

#include "experiments/app/listing.hpp"

namespace antigrad::app {

struct BenchRow {
  std::string name, unit;
  double goal = 0;                           // at most this; 0: none
  std::string against;                       // what the baseline is
  std::vector<double> values{}, baseline{};  // by round; the baseline may be missing
};

/// name, least value, unit, median, most, baseline (least), ratio of the least, goal, met. The
/// machine may be shared, so the least counts.
std::string bench_table(const std::vector<BenchRow>& rows, Format format);

}  // namespace antigrad::app
