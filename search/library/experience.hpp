// What past studies let a new one expect of an activation: a prior mean for its surrogate, first
// candidates, weights of primitives. A pure function of the studies and the new one's tasks.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "search/learning/gaussian_process.hpp"
#include "search/library/past_study.hpp"

namespace antigrad::search {

class Experience {
 public:
  /// Studies count by how like their tasks are to `own` (past_study.hpp); at most 160 trials are
  /// learned from, the most like first, the best and others by turns.
  Experience(const std::vector<PastStudy>& studies, const std::vector<TaskFacts>& own);

  bool empty() const { return !process_.has_value(); }

  /// Of an activation's features: the lower the better, in units of the past scores' spread; 0
  /// where nothing is known.
  double expected(const std::vector<double>& features) const;

  /// Past candidates, the most promising first, each function once; baselines are no candidates.
  const std::vector<std::string>& first() const { return first_; }

  /// By primitive, how much more often it stands in the better quarter than in all past
  /// gradients: in [1/2, 2], 1 for what was never seen.
  std::map<std::string, double> primitive_weights() const { return weights_; }

 private:
  std::optional<GaussianProcess> process_;
  std::vector<std::string> first_;
  std::map<std::string, double> weights_;
};

}  // namespace antigrad::search
