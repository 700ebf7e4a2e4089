// How much short runs say: every estimator at several lengths, from the curves that journals hold.
#pragma once
#include <string>
#include <vector>

#include "search/evidence/two_way.hpp"
#include "search/pruners/extrapolation.hpp"
#include "search/record.hpp"

namespace antigrad::search {

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
  // By how much `rank` is above that of `averaged`, and the deviation of that difference: over 100
  // samples of activations with replacement, the same ones for all.
  double to_averaged = 0, deviation = 0;
};

/// Over the largest set of activations and seeds that is whole. good: the better half of the
/// activations alone, by final loss. Empty with fewer than 3 activations or 2 seeds.
std::vector<EstimatorFigures> measure_estimators(const CurveTable& table, int steps, bool good);

/// What one estimator says of short runs about longer ones of the same activations on the same
/// task: two tables, or one twice.
struct TransferFigures {
  std::string estimator;
  int activations = 0, seeds = 0;
  double rank = 0, low = 0, high = 0;  // as above; 95 % interval by 400 bootstraps of activations
  double ceiling = 0;
};

/// Short runs are cut at step `upto` of `full`, long ones end at `steps`. Over the activations and
/// seeds that both have. good: the better half of the activations alone, by the long runs.
std::vector<TransferFigures> measure_transfer(const CurveTable& shorter, int upto, int full,
                                              const CurveTable& longer, int steps, bool good);

}  // namespace antigrad::search
