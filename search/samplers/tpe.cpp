// Good against bad trials, group by group of parameters that appear together.
#include "search/samplers/tpe.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/samplers/good_trials.hpp"
#include "search/samplers/parzen.hpp"

namespace antigrad::search {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// By parameter of the space, by trial, the internal number or kMissing (also where a space has
// other choices now). Names of both are walked through in their order.
std::vector<std::vector<double>> table(const SearchSpace& space,
                                       std::span<const Observation* const> trials) {
  std::vector<std::size_t> order(space.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](std::size_t i) -> const std::string& { return space[i].name; });
  std::vector<std::vector<double>> columns(space.size(),
                                           std::vector<double>(trials.size(), kMissing));
  std::vector<double> limits;  // of choices
  for (const SpaceParameter& p : space) {
    const auto* const d = std::get_if<CategoricalDistribution>(&p.distribution);
    limits.push_back(d == nullptr ? 0 : static_cast<double>(d->choices.size()));
  }
  for (std::size_t t = 0; t < trials.size(); ++t) {
    auto at = trials[t]->params.begin();
    const auto end = trials[t]->params.end();
    for (const std::size_t i : order) {
      int difference = 1;
      while (at != end && (difference = at->first.compare(space[i].name)) < 0) ++at;
      if (at == end) break;
      if (difference == 0 && (limits[i] == 0 || at->second < limits[i])) columns[i][t] = at->second;
    }
  }
  return columns;
}

class Tpe : public ParameterSampler {
 public:
  explicit Tpe(const TpeConfig& config) : config_(config) {}

  Parameters ask(int nth, std::span<const Observation* const> history, const SearchSpace& space,
                 space::Random& random) override {
    std::vector<const Observation*> trials;
    std::size_t finished = 0, objectives = 1;
    for (const Observation* trial : history) {
      const bool ended = trial->state == TrialState::complete || trial->state == TrialState::pruned;
      if (!ended && trial->state != TrialState::running) continue;
      trials.push_back(trial);
      finished += ended;
      objectives = std::max(objectives, trial->values.size());
    }
    if (finished < static_cast<std::size_t>(std::max(1, config_.random_trials)))
      return random_->ask(nth, history, space, random);
    Round round{space, {}, {}, {}, objectives > 1};
    for (const Observation* trial : trials)
      round.finished.push_back(trial->state != TrialState::running);
    round.columns = table(space, trials);
    const auto tenth = static_cast<std::size_t>(std::ceil(0.1 * static_cast<double>(finished)));
    round.good.assign(trials.size(), false);
    for (const std::size_t i :
         good_trials(trials, objectives > 1 ? tenth : std::min<std::size_t>(tenth, 25)))
      round.good[i] = true;
    return fill(round, random);
  }

 private:
  struct Round {
    const SearchSpace& space;
    std::vector<std::vector<double>> columns;
    std::vector<bool> finished, good;  // by trial
    bool several;                      // objectives
  };

  Parameters fill(const Round& round, space::Random& random) const {
    Parameters values;
    std::vector<bool> done(round.space.size(), false);
    for (std::size_t i = 0; i < round.space.size(); ++i) {
      const SpaceParameter& p = round.space[i];
      if (done[i] || !active(p, values)) continue;
      if (single(p.distribution)) {
        insert(values, p.name, value_at(p.distribution, 0));
        continue;
      }
      const std::vector<std::size_t> group = group_of(round, i);
      const std::vector<double> point = propose(round, group, random);
      for (std::size_t k = 0; k < group.size(); ++k) {
        done[group[k]] = true;
        insert(values, round.space[group[k]].name, point[k]);
      }
    }
    return values;
  }

  // Those that exist under the same condition and were there in the same trials.
  std::vector<std::size_t> group_of(const Round& round, std::size_t first) const {
    std::vector<std::size_t> group = {first};
    if (!config_.multivariate.value_or(!round.several)) return group;
    const auto& one = round.space[first].condition;
    for (std::size_t i = first + 1; i < round.space.size(); ++i) {
      const auto& other = round.space[i].condition;
      const bool same =
          one.has_value() == other.has_value() &&
          (!one || (one->parameter == other->parameter && one->values == other->values));
      if (!same || single(round.space[i].distribution)) continue;
      bool together = true;  // what still runs may lack what is asked for last
      for (std::size_t t = 0; together && t < round.finished.size(); ++t)
        together = !round.finished[t] ||
                   std::isnan(round.columns[first][t]) == std::isnan(round.columns[i][t]);
      if (together) group.push_back(i);
    }
    return group;
  }

  std::vector<double> propose(const Round& round, const std::vector<std::size_t>& group,
                              space::Random& random) const {
    std::vector<Axis> axes;
    std::vector<std::vector<double>> good(group.size()), bad(group.size());
    for (const std::size_t i : group) axes.emplace_back(round.space[i].distribution);
    for (std::size_t t = 0; t < round.good.size(); ++t) {
      const auto there = [&](std::size_t i) { return !std::isnan(round.columns[i][t]); };
      if (!std::ranges::all_of(group, there)) continue;
      for (std::size_t k = 0; k < group.size(); ++k)
        (round.good[t] ? good : bad)[k].push_back(round.columns[group[k]][t]);
    }
    const Parzen likely(axes, good, round.several), unlikely(axes, bad, false);
    std::vector<double> best;
    double most = -std::numeric_limits<double>::infinity();
    for (int i = 0; i < config_.candidates; ++i) {
      std::vector<double> point = likely.sample(random);
      const double gain = likely.log_density(point) - unlikely.log_density(point);
      if (gain > most || best.empty()) {
        most = gain;
        best = std::move(point);
      }
    }
    return best;
  }

  TpeConfig config_;
  std::unique_ptr<ParameterSampler> random_ = random_parameters();
};

}  // namespace

std::unique_ptr<ParameterSampler> tpe_parameters(const TpeConfig& config) {
  return std::make_unique<Tpe>(config);
}

}  // namespace antigrad::search
