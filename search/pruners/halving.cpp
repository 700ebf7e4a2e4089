// Successive halving (Jamieson and Talwalkar 2016). Rung k is at step min_resource * reduction^(k +
// early_stopping).
//
// Asynchronous (Li et al. 2018, ASHA; the variant that never pauses a trial, as Optuna has it): who
// comes to a rung goes on while among the best 1/reduction of those who have come so far; before
// there are `reduction`, while the best. Synchronous: the best 1/reduction of a cohort, once all of
// it has come or ended.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "search/pruners/pruner.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

using Kind = Decision::Kind;

int longest(std::span<const Reports> history, int own) {
  int steps = -1;
  for (const Reports& trial : history)
    if (trial.number != own && trial.state == TrialState::complete && !trial.values.empty())
      steps = std::max(steps, trial.values.rbegin()->first);
  return steps;
}

/// Step of a rung; 0 where none can be known yet.
double promotion_step(const PrunerConfig& c, std::span<const Reports> history, int own, int rung) {
  double first = c.min_resource;
  if (c.min_resource == 0) {
    const int steps = longest(history, own);
    if (steps < 0) return 0;
    first = std::max(steps / 100, 1);
  }
  return first * std::pow(c.reduction, c.early_stopping + rung);
}

class Halving : public Pruner {
 public:
  explicit Halving(PrunerConfig config) : c_(std::move(config)) {}

  Decision decide(std::span<const Reports> history, const Reports& own) const override {
    Decision decision;
    if (own.values.empty()) return decision;
    const auto [step, value] = *own.values.rbegin();
    for (auto rung = own.rungs.size();; ++rung) {
      const double at = promotion_step(c_, history, own.number, static_cast<int>(rung));
      if (at == 0 || step < at) return decision;
      if (std::isnan(value)) {
        decision.kind = Kind::prune;
        decision.reason = "it reported NaN";
        return decision;
      }
      decision.rungs.push_back(value);
      if (goes_on(history, own.number, rung, value)) continue;
      decision.kind = Kind::prune;
      decision.reason =
          fmt::format("{:.6g} at step {} is not among the best 1/{} that came to rung {}", value,
                      step, c_.reduction, rung);
      return decision;
    }
  }

 private:
  bool goes_on(std::span<const Reports> history, int own, std::size_t rung, double value) const {
    std::vector<double> competing{value};
    for (const Reports& trial : history)
      if (trial.number != own && trial.rungs.size() > rung) competing.push_back(trial.rungs[rung]);
    if (static_cast<int>(competing.size()) <= c_.bootstrap) return false;
    const auto ahead = std::ranges::count_if(
        competing, [&](double other) { return c_.maximise ? other > value : other < value; });
    const int promotable = std::max(1, static_cast<int>(competing.size()) / c_.reduction);
    return ahead < promotable;
  }

  PrunerConfig c_;
};

class Synchronous : public Pruner {
 public:
  explicit Synchronous(PrunerConfig config) : c_(std::move(config)) {}

  Decision decide(std::span<const Reports> history, const Reports& own) const override {
    Decision decision;
    if (own.values.empty()) return decision;
    const auto [step, value] = *own.values.rbegin();
    std::vector<double> rungs = own.rungs;
    // The last rung it came to may not be decided yet.
    for (std::size_t rung = rungs.empty() ? 0 : rungs.size() - 1;; ++rung) {
      if (rung == rungs.size()) {
        const double at = promotion_step(c_, history, own.number, static_cast<int>(rung));
        if (at == 0 || step < at) return decision;
        rungs.push_back(value);
        decision.rungs.push_back(value);
      }
      decision.kind = decide_rung(history, own.number, rungs[rung], rung);
      if (decision.kind == Kind::go_on) continue;
      decision.reason = fmt::format("rung {} of cohort {}", rung, own.number / c_.cohort);
      return decision;
    }
  }

 private:
  Kind decide_rung(std::span<const Reports> history, int own, double value,
                   std::size_t rung) const {
    if (std::isnan(value)) return Kind::prune;
    int there = 1, ended = 0, ahead = 0;
    for (const Reports& trial : history) {
      if (trial.number == own || trial.number / c_.cohort != own / c_.cohort) continue;
      if (trial.rungs.size() <= rung) {
        const bool over = trial.state != TrialState::running && trial.state != TrialState::waiting;
        ended += over;
        continue;
      }
      ++there;
      const double other = trial.rungs[rung];
      const bool tie = other == value && trial.number < own;
      ahead += tie || (c_.maximise ? other > value : other < value);
    }
    if (there + ended < c_.cohort) return Kind::wait;
    return ahead < std::max(1, there / c_.reduction) ? Kind::go_on : Kind::prune;
  }

  PrunerConfig c_;
};

void check(const PrunerConfig& c) {
  if (c.min_resource < 0 || c.reduction < 2 || c.early_stopping < 0 || c.bootstrap < 0 ||
      c.cohort < 1)
    throw space::Error(fmt::format(
        "halving: expected min_resource >= 0, reduction >= 2, early_stopping >= 0, bootstrap >= 0 "
        "and cohort >= 1, got {}, {}, {}, {} and {}",
        c.min_resource, c.reduction, c.early_stopping, c.bootstrap, c.cohort));
  if (c.bootstrap > 0 && c.min_resource == 0)
    throw space::Error("halving: bootstrap wants min_resource, which is 0: to be found");
}

}  // namespace

std::unique_ptr<Pruner> halving_pruner(const PrunerConfig& config) {
  check(config);
  return std::make_unique<Halving>(config);
}

std::unique_ptr<Pruner> synchronous_pruner(const PrunerConfig& config) {
  check(config);
  return std::make_unique<Synchronous>(config);
}

}  // namespace antigrad::search
