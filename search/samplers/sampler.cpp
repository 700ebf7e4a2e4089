// Random search and regularised evolution over gradients.
#include "search/samplers/sampler.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "search/evidence/objective.hpp"
#include "search/learning/surrogate.hpp"
#include "search/library/warm_start.hpp"
#include "search/samplers/gradients.hpp"
#include "space/error.hpp"
#include "space/generate.hpp"

namespace antigrad::search {
namespace {

using space::Gradient;
using space::Grammar;

class RandomSampler : public Sampler {
 public:
  explicit RandomSampler(space::Grammar grammar) : grammar_(std::move(grammar)) {}

  Proposal ask(int, std::span<const Trial* const>, space::Random& random) override {
    return {space::to_string(space::random_gradient(grammar_, random)), {}, "random"};
  }

 private:
  space::Grammar grammar_;
};

class EvolutionSampler : public Sampler {
 public:
  EvolutionSampler(SamplerConfig config, space::Grammar grammar)
      : config_(std::move(config)), grammar_(std::move(grammar)), random_(grammar_) {}

  Proposal ask(int nth, std::span<const Trial* const> history, space::Random& random) override {
    if (nth < config_.random_trials) return random_.ask(nth, history, random);
    const std::vector<Parent> population = youngest(history);
    if (population.empty()) return random_.ask(nth, history, random);
    const Parent& mother = tournament(population, random);
    if (population.size() > 1 && random.chance(config_.crossover))
      return vary(mother, &tournament(population, random), 1, grammar_, random);
    return vary(mother, nullptr, 0, grammar_, random);
  }

 private:
  // The last `population` trials with a score and a gradient; the oldest leave, however good.
  std::vector<Parent> youngest(std::span<const Trial* const> history) const {
    std::vector<Parent> population;
    for (auto trial = history.rbegin(); trial != history.rend(); ++trial) {
      if (population.size() == static_cast<std::size_t>(config_.population)) break;
      if ((*trial)->state == TrialState::fail || (*trial)->scores.empty()) continue;
      if (auto gradient = gradient_of((*trial)->candidate.activation)) {
        population.push_back({*trial, std::move(*gradient)});
      }
    }
    return population;
  }

  const Parent& tournament(const std::vector<Parent>& population, space::Random& random) const {
    const auto draw = [&]() -> const Parent& {
      return population[static_cast<std::size_t>(
          random.below(static_cast<int>(population.size())))];
    };
    const Parent* best = &draw();
    for (int i = 1; i < config_.tournament; ++i) {
      const Parent& other = draw();
      if (better(*other.trial, *best->trial)) best = &other;
    }
    return *best;
  }

  SamplerConfig config_;
  space::Grammar grammar_;
  RandomSampler random_;
};

}  // namespace

std::optional<Gradient> gradient_of(const std::string& activation) {
  try {
    return space::parse_gradient(activation);
  } catch (const space::Error&) {
    return std::nullopt;
  }
}

double merit(const Trial& trial) {
  constexpr double kRung = 1e6, kFailed = 1e9;
  if (trial.state == TrialState::fail || trial.scores.empty()) return kFailed;
  return trial.score() - kRung * static_cast<double>(trial.scores.size());
}

Proposal vary(const Parent& mother, const Parent* father, double crossover,
              const space::Grammar& grammar, space::Random& random) {
  if (father != nullptr && random.chance(crossover)) {
    const Gradient child = space::crossover(mother.gradient, father->gradient, grammar, random);
    return {space::to_string(child), {mother.trial->number, father->trial->number}, "crossover"};
  }
  const Gradient child = space::mutate(mother.gradient, grammar, random);
  return {space::to_string(child), {mother.trial->number}, "mutate"};
}

std::unique_ptr<Sampler> random_sampler(const space::Grammar& grammar) {
  return std::make_unique<RandomSampler>(grammar);
}

std::unique_ptr<Sampler> evolution_sampler(const SamplerConfig& config,
                                           const space::Grammar& grammar) {
  return std::make_unique<EvolutionSampler>(config, grammar);
}

std::vector<double> lower_is_better(const Trial& trial, std::span<const int> directions) {
  std::vector<double> values = trial.objectives;
  values.resize(directions.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 1; i < values.size(); ++i)
    if (directions[i] == 2) values[i] = -values[i];
  values[0] = merit(trial);
  return values;
}

namespace {

std::unique_ptr<Sampler> sampler_of(const StudyConfig& config, const Grammar& grammar,
                                    const std::shared_ptr<const Experience>& past,
                                    const Spectrum& spectrum) {
  const SamplerConfig& s = config.sampler;
  if (s.name == "surrogate") return surrogate_sampler(s, grammar, config.seed, past, spectrum);
  if (!s.library.empty()) return library_sampler(s, config.seed);
  if (s.name == "random") return random_sampler(grammar);
  if (s.name == "tpe" || s.name == "cma_es" || s.name == "quasi_random")
    return refining_sampler(s, grammar, config.seed);
  if (s.name == "nsga2")
    return nsga2_sampler(s, grammar, [directions = directions_of(config)](const Trial& t) {
      return lower_is_better(t, directions);
    });
  if (s.name == "map_elites") return map_elites_sampler(s, grammar);
  return evolution_sampler(s, grammar);
}

}  // namespace

std::unique_ptr<Sampler> make_sampler(const StudyConfig& config) {
  return sampler_of(config, config.grammar, nullptr, {});
}

std::unique_ptr<Sampler> warm_sampler(const StudyConfig& config,
                                      const std::shared_ptr<const Experience>& past,
                                      const Spectrum& spectrum) {
  if (past == nullptr) return sampler_of(config, config.grammar, nullptr, spectrum);
  auto sampler = sampler_of(config, weighed(config.grammar, *past), past, spectrum);
  if (!config.sampler.library.empty()) return sampler;  // which says what may be proposed
  return after_first_candidates(std::move(sampler), past,
                                std::max(1, config.sampler.random_trials / 2));
}

bool better(const Trial& a, const Trial& b) {
  const auto rungs = [](const Trial& t) {
    return t.state == TrialState::fail ? -1 : static_cast<int>(t.scores.size());
  };
  if (rungs(a) != rungs(b)) return rungs(a) > rungs(b);
  if (rungs(a) > 0 && a.score() != b.score()) return a.score() < b.score();
  return a.number < b.number;
}

}  // namespace antigrad::search
