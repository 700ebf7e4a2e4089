// Random search and regularised evolution over gradients.
#include "search/samplers/sampler.hpp"

#include <algorithm>
#include <optional>

#include "search/learning/surrogate.hpp"
#include "search/samplers/gradients.hpp"
#include "space/error.hpp"
#include "space/generate.hpp"

namespace antigrad::search {
namespace {

using space::Gradient;

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

std::unique_ptr<Sampler> make_sampler(const StudyConfig& config) {
  const SamplerConfig& s = config.sampler;
  if (s.name == "surrogate") return surrogate_sampler(s, config.grammar, config.seed);
  if (!s.library.empty()) return library_sampler(s, config.seed);
  if (s.name == "random") return random_sampler(config.grammar);
  if (s.name == "tpe" || s.name == "cma_es" || s.name == "quasi_random")
    return refining_sampler(s, config.grammar, config.seed);
  if (s.name == "nsga2")
    return nsga2_sampler(s, config.grammar,
                         [](const Trial& trial) { return std::vector{merit(trial)}; });
  if (s.name == "map_elites") return map_elites_sampler(s, config.grammar);
  return evolution_sampler(s, config.grammar);
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
