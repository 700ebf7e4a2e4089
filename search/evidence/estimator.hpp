// Score estimators: one number of a learning curve that stands for how good a run will be; lower is
// better. What a short run is judged by decides what a search finds; `antigrad bench estimators`
// measures them.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "space/yaml.hpp"
#include "trainer/evaluator.hpp"

namespace antigrad::search {

struct Task;

/// curve: not empty, by step; full: steps of a whole run.
struct EstimatorRow {
  const char* name;
  const char* meaning;
  double (*value)(std::span<const trainer::CurvePoint> curve, int full);
};
std::span<const EstimatorRow> estimators();

/// Throws space::Error for an unknown name.
const EstimatorRow& estimator(const std::string& name);

/// The key `estimator:` of a study: a name for all tasks, or a map from tasks to names. warm:
/// whether it has past studies to learn from.
void read_estimators(const space::Yaml& node, bool warm, std::vector<Task>& tasks);

/// Least squares of loss = a + b * step^-c with b >= 0 over c in {0.25, 0.5, 1, 2}; its value at
/// `full`. Fewer than three points: the last loss.
double power_law_end(std::span<const std::pair<double, double>> points, double full);

}  // namespace antigrad::search
