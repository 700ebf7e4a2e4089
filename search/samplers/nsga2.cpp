// Elites, tournaments and real-coded variation.
#include "search/samplers/nsga2.hpp"

#include <algorithm>
#include <cmath>

#include "search/samplers/axis.hpp"
#include "search/samplers/good_trials.hpp"
#include "search/samplers/pareto.hpp"

namespace antigrad::search {
namespace {

// A child of a and b in [0, 1]; its distance to the parents is a share of theirs from each other.
double blend(double a, double b, double spread, space::Random& random) {
  const double u = random.uniform(), power = 1 / (spread + 1);
  const double beta = u < 0.5 ? std::pow(2 * u, power) : std::pow(1 / (2 - 2 * u), power);
  const double sign = random.chance(0.5) ? 1 : -1;
  return std::clamp(0.5 * (a + b) + sign * 0.5 * beta * (a - b), 0.0, 1.0);
}

// The farther side of [0, 1] can be reached, however near an edge the parent is.
double jump(double x, double spread, space::Random& random) {
  const double u = random.uniform(), power = 1 / (spread + 1);
  if (u < 0.5) {
    const double reach = std::pow(1 - x, spread + 1);
    return x + std::pow(2 * u + (1 - 2 * u) * reach, power) - 1;
  }
  const double reach = std::pow(x, spread + 1);
  return x + 1 - std::pow(2 - 2 * u + (2 * u - 1) * reach, power);
}

class Nsga2 : public ParameterSampler {
 public:
  explicit Nsga2(const Nsga2Config& config) : config_(config) {}

  Parameters ask(int nth, std::span<const Observation* const> history, const SearchSpace& space,
                 space::Random& random) override {
    std::vector<const Observation*> complete;
    for (const Observation* trial : history)
      if (trial->state == TrialState::complete && !trial->values.empty()) complete.push_back(trial);
    if (std::ssize(complete) < config_.population) return random_->ask(nth, history, space, random);
    std::vector<const Observation*> parents;
    for (const std::size_t i : elite(complete, static_cast<std::size_t>(config_.population)))
      parents.push_back(complete[i]);
    const Parameters& mother = tournament(parents, random)->params;
    const bool two = random.chance(config_.crossover);
    const Parameters& father = two ? tournament(parents, random)->params : mother;
    const double mutation =
        config_.mutation > 0 ? config_.mutation : 1 / static_cast<double>(space.size());
    Parameters child;
    for (const SpaceParameter& p : space)
      if (active(p, child))
        insert(child, p.name,
               vary(p, find(mother, p.name), find(father, p.name), mutation, random));
    return child;
  }

 private:
  // The best comes first.
  static const Observation* tournament(const std::vector<const Observation*>& parents,
                                       space::Random& random) {
    const int n = static_cast<int>(parents.size());
    const int a = random.below(n), b = random.below(n);
    return parents[static_cast<std::size_t>(std::min(a, b))];
  }

  // A parent may lack the parameter: it lived under another condition.
  double vary(const SpaceParameter& p, const double* mother, const double* father, double mutation,
              space::Random& random) const {
    if (mother == nullptr) std::swap(mother, father);
    if (mother == nullptr) return value_at_quantile(p.distribution, random.uniform());
    const Axis axis(p.distribution);
    if (axis.choices() > 0) {
      const bool from_father = father != nullptr && random.chance(0.5);
      if (random.chance(mutation)) return random.below(axis.choices());
      return from_father ? *father : *mother;
    }
    const double range = axis.high() - axis.low();
    if (range == 0) return *mother;
    const auto unit = [&](double v) { return (axis.coordinate(v) - axis.low()) / range; };
    double x = unit(*mother);
    if (father != nullptr && random.chance(0.5))
      x = blend(x, unit(*father), config_.spread, random);
    if (random.chance(mutation)) x = jump(x, config_.spread, random);
    return axis.internal(axis.low() + std::clamp(x, 0.0, 1.0) * range);
  }

  Nsga2Config config_;
  std::unique_ptr<ParameterSampler> random_ = random_parameters();
};

}  // namespace

std::vector<std::size_t> elite(std::span<const Observation* const> trials, std::size_t count) {
  std::vector<std::size_t> feasible, others;
  for (std::size_t i = 0; i < trials.size(); ++i)
    (violation(*trials[i]) == 0 ? feasible : others).push_back(i);
  std::vector<Point> points;
  for (const std::size_t i : feasible) points.push_back(trials[i]->values);
  const std::vector<int> ranks = front_ranks(points);
  std::vector<std::size_t> chosen;
  for (int rank = 0; chosen.size() < std::min(count, feasible.size()); ++rank) {
    std::vector<std::size_t> members;
    std::vector<Point> front;
    for (std::size_t i = 0; i < feasible.size(); ++i) {
      if (ranks[i] != rank) continue;
      members.push_back(i);
      front.push_back(points[i]);
    }
    const std::vector<double> room = crowding(front);
    std::vector<std::size_t> order(members.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::stable_sort(order,
                             [&](std::size_t a, std::size_t b) { return room[a] > room[b]; });
    for (const std::size_t i : order) chosen.push_back(feasible[members[i]]);
  }
  std::ranges::stable_sort(others, {}, [&](std::size_t i) { return violation(*trials[i]); });
  chosen.insert(chosen.end(), others.begin(), others.end());
  chosen.resize(std::min(count, chosen.size()));
  return chosen;
}

std::unique_ptr<ParameterSampler> nsga2_parameters(const Nsga2Config& config) {
  return std::make_unique<Nsga2>(config);
}

}  // namespace antigrad::search
