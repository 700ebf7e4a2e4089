// Structures first, then their coefficients.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "search/samplers/cma_es.hpp"
#include "search/samplers/coefficients.hpp"
#include "search/samplers/gradients.hpp"
#include "search/samplers/tpe.hpp"
#include "space/error.hpp"
#include "space/generate.hpp"

namespace antigrad::search {
namespace {

using space::Gradient;

// To four digits: more say nothing about a short training, and people read the winners.
double readable(double value) { return std::stod(fmt::format("{:.4g}", value)); }

// The trials of one structure, by number.
struct Structure {
  Gradient founder;  // of the first
  const Trial* best = nullptr;
  std::vector<Observation> trials;
};

class RefiningSampler : public Sampler {
 public:
  RefiningSampler(const SamplerConfig& config, const space::Grammar& grammar, std::uint64_t seed)
      : config_(config), grammar_(grammar), seed_(seed) {
    structures_ = config.structures == "random" ? random_sampler(grammar)
                                                : evolution_sampler(config, grammar);
  }

  Proposal ask(int nth, std::span<const Trial* const> history, space::Random& random) override {
    if (nth < config_.structure_trials) return structures_->ask(nth, history, random);
    const auto found = structures(history);
    const auto order = best_of(found);
    if (order.empty()) return structures_->ask(nth, history, random);
    const int round = nth - config_.structure_trials;
    const int turns = static_cast<int>(order.size());
    const Structure& structure = order[static_cast<std::size_t>(round % turns)]->second;
    constexpr int kTries = 30, kFar = 100003;  // further points of a sequence
    for (int i = 0; i < kTries; ++i)
      if (auto proposal = refine(round / turns + i * kFar, structure, random)) return *proposal;
    return structures_->ask(nth, history, random);  // hardly any coefficients are valid
  }

 private:
  using Structures = std::map<std::string, Structure>;

  // Those with free coefficients.
  Structures structures(std::span<const Trial* const> history) {
    Structures found;
    for (const Trial* trial : history) {
      const Read& read = read_once(trial->candidate.activation);
      if (!read.gradient || read.coefficients.values.empty()) continue;
      const auto [at, fresh] = found.try_emplace(read.coefficients.structure);
      if (fresh) at->second.founder = *read.gradient;
      at->second.trials.push_back(
          {.number = trial->number, .params = read.coefficients.values, .values = {merit(*trial)}});
      if (at->second.best == nullptr || better(*trial, *at->second.best)) at->second.best = trial;
    }
    return found;
  }

  // The best `refined`, by their best trial; structures that failed are none.
  std::vector<const Structures::value_type*> best_of(const Structures& found) const {
    std::vector<const Structures::value_type*> order;
    for (const auto& entry : found)
      if (entry.second.best->state != TrialState::fail && !entry.second.best->scores.empty())
        order.push_back(&entry);
    std::ranges::sort(order, [](const auto* a, const auto* b) {
      return better(*a->second.best, *b->second.best);
    });
    order.resize(std::min(order.size(), static_cast<std::size_t>(config_.refined)));
    return order;
  }

  std::optional<Proposal> refine(int nth, const Structure& structure, space::Random& random) {
    auto& sampler = samplers_[space::to_string(structure.founder)];
    if (sampler == nullptr) sampler = make(structure.founder);
    std::vector<const Observation*> history;
    for (const Observation& trial : structure.trials) history.push_back(&trial);
    Parameters values = sampler->ask(nth, history, coefficient_space(structure.founder), random);
    for (auto& [name, value] : values) value = readable(value);
    try {
      const Gradient g = with_coefficients(structure.founder, values);
      if (!space::valid(g, grammar_)) return {};
      return Proposal{space::to_string(g), {structure.best->number}, "refine"};
    } catch (const space::Error&) {
      return {};
    }
  }

  std::unique_ptr<ParameterSampler> make(const Gradient& founder) const {
    if (config_.name == "cma_es")
      return cma_es_parameters({.width = 0.1, .start = coefficients_of(founder).values});
    if (config_.name == "quasi_random")
      return quasi_random_parameters(space::child_seed(seed_, space::to_string(founder)));
    return tpe_parameters({});
  }

  struct Read {
    std::optional<Gradient> gradient;
    Coefficients coefficients;
  };
  const Read& read_once(const std::string& activation) {
    const auto [at, fresh] = read_.try_emplace(activation);
    if (fresh) {
      at->second.gradient = gradient_of(activation);
      if (at->second.gradient) at->second.coefficients = coefficients_of(*at->second.gradient);
    }
    return at->second;
  }

  SamplerConfig config_;
  space::Grammar grammar_;
  std::uint64_t seed_;
  std::unique_ptr<Sampler> structures_;
  std::map<std::string, std::unique_ptr<ParameterSampler>> samplers_;  // by founder
  std::map<std::string, Read> read_;                                   // by text
};

}  // namespace

std::unique_ptr<Sampler> refining_sampler(const SamplerConfig& config,
                                          const space::Grammar& grammar, std::uint64_t seed) {
  return std::make_unique<RefiningSampler>(config, grammar, seed);
}

}  // namespace antigrad::search
