// Orders of trials: values, fronts, steps, violations.
#include "search/samplers/good_trials.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/samplers/pareto.hpp"

namespace antigrad::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Worse than every point in every objective; where the worst is not finite, at the largest finite.
Point reference_for(std::span<const Point> points) {
  Point reference(points[0].size(), -kInfinity);
  for (const Point& p : points)
    for (std::size_t m = 0; m < p.size(); ++m)
      if (std::isfinite(p[m])) reference[m] = std::max(reference[m], p[m]);
  for (double& r : reference) r = std::max(1.1 * r, 0.9 * r) + 1e-12;
  return reference;
}

// The best `count` by front.
std::vector<std::size_t> by_front(std::span<const Observation* const> trials,
                                  const std::vector<std::size_t>& of, std::size_t count) {
  std::vector<Point> points;
  for (const std::size_t i : of) points.push_back(trials[i]->values);
  const std::vector<int> ranks = front_ranks(points);
  std::vector<std::size_t> good, cut;
  for (int rank = 0; good.size() < count; ++rank) {
    cut.clear();
    for (std::size_t i = 0; i < of.size(); ++i)
      if (ranks[i] == rank) cut.push_back(i);
    if (good.size() + cut.size() > count) break;
    for (const std::size_t i : cut) good.push_back(of[i]);
    cut.clear();
  }
  if (cut.empty()) return good;
  std::vector<Point> front;
  for (const std::size_t i : cut) front.push_back(points[i]);
  for (const std::size_t i : most_volume(front, reference_for(front), count - good.size()))
    good.push_back(of[cut[i]]);
  return good;
}

template <class Key>
std::vector<std::size_t> first_by(std::vector<std::size_t> of, std::size_t count, const Key& key) {
  std::ranges::stable_sort(of, {}, key);
  of.resize(std::min(count, of.size()));
  return of;
}

}  // namespace

double violation(const Observation& trial) {
  double sum = 0;
  for (const double c : trial.constraints) sum += c > 0 || std::isnan(c) ? c : 0;
  return std::isnan(sum) ? kInfinity : sum;
}

std::vector<std::size_t> good_trials(std::span<const Observation* const> trials,
                                     std::size_t count) {
  std::vector<std::size_t> complete, pruned, infeasible, good;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const TrialState state = trials[i]->state;
    if (state != TrialState::complete && state != TrialState::pruned) continue;
    const bool fine = violation(*trials[i]) == 0;
    (!fine ? infeasible : state == TrialState::complete ? complete : pruned).push_back(i);
  }
  const auto take = [&](const std::vector<std::size_t>& some) {
    good.insert(good.end(), some.begin(), some.end());
  };
  const bool several = !complete.empty() && trials[complete[0]]->values.size() > 1;
  if (several && count < complete.size()) {
    take(by_front(trials, complete, count));
  } else {
    take(first_by(complete, count, [&](std::size_t i) {
      const double value = trials[i]->values.at(0);
      return std::isnan(value) ? kInfinity : value;
    }));
  }
  take(first_by(pruned, count - good.size(), [&](std::size_t i) {
    const Observation& t = *trials[i];
    const double value = std::isnan(t.last_value) ? kInfinity : t.last_value;
    return std::pair(-static_cast<double>(t.last_step), value);
  }));
  take(first_by(infeasible, count - good.size(),
                [&](std::size_t i) { return violation(*trials[i]); }));
  std::ranges::sort(good);
  return good;
}

}  // namespace antigrad::search
