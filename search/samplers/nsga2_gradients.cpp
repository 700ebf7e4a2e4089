// Parents by fronts of several objectives.
#include <algorithm>

#include "search/samplers/gradients.hpp"
#include "search/samplers/nsga2.hpp"

namespace antigrad::search {
namespace {

class Nsga2Sampler : public Sampler {
 public:
  Nsga2Sampler(const SamplerConfig& config, const space::Grammar& grammar, Objectives objectives)
      : config_(config),
        grammar_(grammar),
        objectives_(std::move(objectives)),
        random_(random_sampler(grammar)) {}

  Proposal ask(int nth, std::span<const Trial* const> history, space::Random& random) override {
    if (nth < config_.random_trials) return random_->ask(nth, history, random);
    const std::vector<Parent> parents = best_of(history);
    if (parents.empty()) return random_->ask(nth, history, random);
    const Parent& mother = tournament(parents, random);
    const Parent& father = tournament(parents, random);
    return vary(mother, &father, config_.crossover, grammar_, random);
  }

 private:
  // Trials with a gradient, by front and room, the best first.
  std::vector<Parent> best_of(std::span<const Trial* const> history) const {
    std::vector<Parent> all;
    std::vector<Observation> observations;
    for (const Trial* trial : history) {
      if (trial->state == TrialState::fail || trial->scores.empty()) continue;
      auto g = gradient_of(trial->candidate.activation);
      if (!g) continue;
      all.push_back({trial, std::move(*g)});
      observations.push_back(
          {.number = trial->number, .params = {}, .values = objectives_(*trial)});
    }
    rank_first(observations);
    std::vector<const Observation*> trials;
    for (const Observation& o : observations) trials.push_back(&o);
    std::vector<Parent> best;
    for (const std::size_t i : elite(trials, static_cast<std::size_t>(config_.population)))
      best.push_back(std::move(all[i]));
    return best;
  }

  // With several objectives the first becomes its place in the order: a trial that climbed further
  // is ahead by a million, which would leave no room between those of one rung.
  static void rank_first(std::vector<Observation>& observations) {
    if (observations.empty() || observations[0].values.size() < 2) return;
    std::vector<double> order;
    for (const Observation& o : observations) order.push_back(o.values[0]);
    std::ranges::sort(order);
    for (Observation& o : observations)
      o.values[0] =
          static_cast<double>(std::ranges::lower_bound(order, o.values[0]) - order.begin());
  }

  const Parent& tournament(const std::vector<Parent>& parents, space::Random& random) const {
    int best = random.below(static_cast<int>(parents.size()));
    for (int i = 1; i < config_.tournament; ++i)
      best = std::min(best, random.below(static_cast<int>(parents.size())));
    return parents[static_cast<std::size_t>(best)];
  }

  SamplerConfig config_;
  space::Grammar grammar_;
  Objectives objectives_;
  std::unique_ptr<Sampler> random_;
};

}  // namespace

std::unique_ptr<Sampler> nsga2_sampler(const SamplerConfig& config, const space::Grammar& grammar,
                                       const Objectives& objectives) {
  return std::make_unique<Nsga2Sampler>(config, grammar, objectives);
}

}  // namespace antigrad::search
