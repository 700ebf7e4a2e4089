// Folds the history, draws inside the bounds, and sees that discrete values stay reachable.
#include "search/samplers/cma_es.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "search/samplers/axis.hpp"
#include "search/samplers/cma_state.hpp"
#include "search/samplers/tpe.hpp"

namespace antigrad::search {
namespace {

// One coordinate of the search, in [0, 1].
struct Dimension {
  const std::string* name;
  Axis axis;
  double unit(double internal) const {
    return (axis.coordinate(internal) - axis.low()) / (axis.high() - axis.low());
  }
  double internal(double unit) const {
    return axis.internal(axis.low() + unit * (axis.high() - axis.low()));
  }
};

std::vector<Dimension> dimensions(const SearchSpace& space) {
  std::vector<Dimension> found;
  for (const SpaceParameter& p : space) {
    if (p.condition || single(p.distribution)) continue;
    const Axis axis(p.distribution);
    if (axis.choices() == 0) found.push_back({&p.name, axis});
  }
  return found;
}

// What is left of a space beside chosen values: conditions on these are settled.
SearchSpace remaining(const SearchSpace& space, const Parameters& chosen) {
  SearchSpace rest;
  for (const SpaceParameter& p : space) {
    if (find(chosen, p.name) != nullptr) continue;
    SpaceParameter left = p;
    if (p.condition && find(chosen, p.condition->parameter) != nullptr) {
      if (!active(p, chosen)) continue;
      left.condition.reset();
    }
    const auto gone = [&] {  // its parent was dropped
      return std::ranges::none_of(
          rest, [&](const SpaceParameter& q) { return q.name == left.condition->parameter; });
    };
    if (left.condition && gone()) continue;
    rest.push_back(std::move(left));
  }
  return rest;
}

// Points and values of the complete trials that have every dimension.
using Points = std::vector<std::pair<std::vector<double>, double>>;
Points points(const std::vector<Dimension>& dims, std::span<const Observation* const> history) {
  Points found;
  for (const Observation* trial : history) {
    if (trial->state != TrialState::complete || std::isnan(trial->values.at(0))) continue;
    std::vector<double> point;
    for (const Dimension& d : dims) {
      const double* const value = find(trial->params, *d.name);
      if (value != nullptr) point.push_back(d.unit(*value));
    }
    if (point.size() == dims.size()) found.emplace_back(std::move(point), trial->values[0]);
  }
  return found;
}

class CmaEs : public ParameterSampler {
 public:
  explicit CmaEs(const CmaEsConfig& config) : config_(config) {}

  Parameters ask(int nth, std::span<const Observation* const> history, const SearchSpace& space,
                 space::Random& random) override {
    Parameters values;
    const std::vector<Dimension> dims = dimensions(space);
    if (!dims.empty()) {
      const CmaState& state = fold(dims, points(dims, history));
      const std::vector<double> x = draw(state, dims, random);
      for (std::size_t i = 0; i < dims.size(); ++i) insert(values, *dims[i].name, x[i]);
    }
    const SearchSpace rest = remaining(space, values);
    if (rest.empty()) return values;
    for (const auto& [name, value] : tpe_->ask(nth, history, rest, random))
      insert(values, name, value);
    return values;
  }

 private:
  const CmaState& fold(const std::vector<Dimension>& dims, Points points) {
    std::uint64_t key = space::child_seed(dims.size(), "cma_es");
    for (const Dimension& d : dims) {
      key = space::child_seed(key, *d.name);
      for (const double edge : {d.axis.low(), d.axis.high()})
        key = space::child_seed(key, std::bit_cast<std::uint64_t>(edge));
    }
    std::vector<std::uint64_t> keys = {key};  // after each point
    for (const auto& [point, value] : points) {
      for (const double x : point) key = space::child_seed(key, std::bit_cast<std::uint64_t>(x));
      key = space::child_seed(key, std::bit_cast<std::uint64_t>(value));
      keys.push_back(key);
    }
    const bool known = state_ && used_ < keys.size() && keys[used_] == key_;
    if (!known) {
      state_ = begin(dims);
      used_ = 0;
      restarts_ = 0;
    }
    while (used_ + static_cast<std::size_t>(state_->population()) <= points.size()) {
      const auto first = points.begin() + static_cast<std::ptrdiff_t>(used_);
      const Points generation(first, first + state_->population());
      used_ += generation.size();
      state_->update(generation);
      if (config_.restarts && restarts_ < kMostRestarts && state_->converged())
        state_ = again(dims, keys[used_]);
    }
    key_ = keys[used_];
    return *state_;
  }

  CmaState again(const std::vector<Dimension>& dims, std::uint64_t key) {
    space::Random random(space::child_seed(key, "restart"));
    std::vector<double> mean;
    for (std::size_t i = 0; i < dims.size(); ++i) mean.push_back(random.uniform());
    const int first = begin(dims).population();
    return {std::move(mean), config_.width, first << ++restarts_};
  }

  CmaState begin(const std::vector<Dimension>& dims) const {
    std::vector<double> mean(dims.size(), 0.5);
    for (std::size_t i = 0; config_.start && i < dims.size(); ++i) {
      const double* const value = find(*config_.start, *dims[i].name);
      if (value != nullptr) mean[i] = dims[i].unit(*value);
    }
    const int population =
        config_.population > 0
            ? std::max(config_.population, 4)
            : 4 + static_cast<int>(std::floor(3 * std::log(static_cast<double>(dims.size()))));
    return {std::move(mean), config_.width, population};
  }

  // A point outside the bounds is drawn again; the last one is moved to the edge. Where a discrete
  // value's neighbours lie beyond the distribution's reach, they are taken now and then.
  static std::vector<double> draw(const CmaState& state, const std::vector<Dimension>& dims,
                                  space::Random& random) {
    constexpr int kTries = 100;
    const auto inside = [](double u) { return u >= 0 && u <= 1; };
    std::vector<double> x = state.draw(random);
    for (int i = 1; i < kTries && !std::ranges::all_of(x, inside); ++i) x = state.draw(random);
    const double margin =
        1 / static_cast<double>(static_cast<std::size_t>(state.population()) * dims.size());
    for (std::size_t i = 0; i < dims.size(); ++i) {
      const Axis& axis = dims[i].axis;
      const double value = dims[i].internal(std::clamp(x[i], 0.0, 1.0));
      x[i] = value;
      if (axis.continuous()) continue;
      const Axis::Cell cell = axis.cell(value);
      const double width = (cell.right - cell.left) / (axis.high() - axis.low());
      if (state.deviation(i) > width / 2 || !random.chance(2 * margin)) continue;
      const double beyond = random.chance(0.5) ? cell.left - (cell.right - cell.left) / 3
                                               : cell.right + (cell.right - cell.left) / 3;
      x[i] = axis.internal(std::clamp(beyond, axis.low(), axis.high()));
    }
    return x;
  }

  CmaEsConfig config_;
  std::unique_ptr<ParameterSampler> tpe_ = tpe_parameters({.multivariate = false});
  static constexpr int kMostRestarts = 9;
  std::optional<CmaState> state_;  // after used_ points, whose key is key_
  std::size_t used_ = 0;
  std::uint64_t key_ = 0;
  int restarts_ = 0;
};

}  // namespace

std::unique_ptr<ParameterSampler> cma_es_parameters(const CmaEsConfig& config) {
  return std::make_unique<CmaEs>(config);
}

}  // namespace antigrad::search
