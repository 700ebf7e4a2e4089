// How the learning rate moves over a training, as the `schedule:` of a task says. No torch: a
// factor is a number.
#pragma once
#include <vector>

#include "space/yaml.hpp"

namespace antigrad::trainer {

/// A factor on every rate, over the steps of a full run. Fields of other shapes keep their
/// defaults.
struct ScheduleSpec {
  enum class Shape { constant, cosine, step, wsd, one_cycle };
  Shape shape = Shape::constant;
  std::vector<int> at;  // step: where the rate falls, strictly ascending
  double factor = 0.1;  // step: what it is multiplied by each time
  int decay = 0;        // wsd: number of the last steps that decay
  double rise = 0.3;    // one_cycle: share of the run that rises
  double start = 0.04;  // one_cycle: factor of the first step
  double final = 0;     // cosine, wsd, one_cycle: where the factor ends
  bool operator==(const ScheduleSpec&) const = default;
};

/// `schedule:` of a task of so many steps, warm_up of them. Throws space::Error with file, line and
/// column: unknown keys, values out of range, phases longer than the run.
ScheduleSpec read_schedule(const space::Yaml& node, int steps, int warm_up);

/// The factor of a step, counted from 0; past the end of the run it stays at its last value. Linear
/// warm-up multiplies by min(1, (step + 1) / warm_up). With f = final and t the share of what comes
/// after the warm-up (wsd: of the decay) that is done:
/// cosine f + (1 - f) (1 + cos pi t) / 2 (Loshchilov and Hutter 2017); step factor^(number of `at`
/// that are <= step); wsd f + (1 - f) (1 - sqrt t), 1 before (Haegele et al. 2024); one_cycle
/// rises from start to 1 by half a cosine up to step rise * steps - 1, then falls to f by another
/// up to the last step (Smith and Topin 2018); momentum does not move.
double rate_factor(const ScheduleSpec& spec, int steps, int warm_up, int step);

}  // namespace antigrad::trainer
