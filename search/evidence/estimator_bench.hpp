// How much short runs say: every estimator at several lengths, from the curves that journals hold.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "search/pruners/extrapolation.hpp"
#include "search/record.hpp"

namespace antigrad::search {

/// Curves of one task: by activation, then seed. All are whole runs.
using CurveTable = std::map<std::string, std::map<std::uint64_t, std::vector<trainer::CurvePoint>>>;

/// Runs of `steps` steps in trials of any study, added to what is there.
void add_curves(const std::vector<Trial>& trials, const std::string& task, int steps,
                CurveTable& table);

/// Of one estimator on runs cut at a fraction of their steps.
struct EstimatorFigures {
  std::string estimator;
  double fraction = 0;
  int activations = 0, seeds = 0;  // that are compared: every activation on every seed
  double signal_noise = 0;         // spread of the activations' means over the deviation of one run
  double paired = 0;               // the same with what a seed does to all activations taken away
  double rank = 0;  // Spearman of one run's figure with the final loss over the other seeds, mean
  double ceiling = 0;  // of a figure without noise: root of the reliability of that final loss
  Calibration calibration{};  // of the final losses that the figures predict (extrapolation.hpp)
};

/// Over the largest set of activations and seeds that is whole. good: the better half of the
/// activations alone, by final loss. Empty with fewer than 3 activations or 2 seeds.
std::vector<EstimatorFigures> measure_estimators(const CurveTable& table, int steps, bool good);

}  // namespace antigrad::search
