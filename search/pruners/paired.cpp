// Pruners on paired values: step k is seed or instance k, the same for every trial, and the
// incumbent is the best complete trial.
//
// Wilcoxon: Wilcoxon's signed-rank test on the differences, as Optuna does it. Racing (Maron and
// Moore 1994; here with Student's t on paired differences): dropped when the interval of the mean
// difference lies on the wrong side of 0, given one more seed while it does not.
#include <fmt/format.h>

#include <cmath>

#include "search/pruners/pruner.hpp"
#include "search/pruners/wilcoxon.hpp"
#include "search/statistics.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

using Kind = Decision::Kind;

double mean_of(const std::map<int, double>& values) {
  double sum = 0;
  for (const auto& [step, value] : values) sum += value;
  return sum / static_cast<double>(values.size());
}

bool all_finite(const std::map<int, double>& values) {
  for (const auto& [step, value] : values)
    if (!std::isfinite(value)) return false;
  return true;
}

/// own - incumbent where both have a value, positive where own is worse.
std::vector<double> losses(const Reports& own, const Reports& incumbent, bool maximise) {
  std::vector<double> differences;
  for (const auto& [step, value] : own.values) {
    const auto at = incumbent.values.find(step);
    if (at == incumbent.values.end()) continue;
    differences.push_back(maximise ? at->second - value : value - at->second);
  }
  return differences;
}

class Wilcoxon : public Pruner {
 public:
  explicit Wilcoxon(PrunerConfig config) : c_(std::move(config)) {}
  bool paired() const override { return true; }

  Decision decide(std::span<const Reports> history, const Reports& own) const override {
    const Reports* best = best_complete(history, own.number, c_.maximise);
    if (own.values.empty() || best == nullptr || best->values.empty()) return {};
    if (!all_finite(own.values) || !all_finite(best->values)) return {};
    const std::vector<double> worse = losses(own, *best, c_.maximise);
    if (static_cast<int>(worse.size()) < std::max(2, c_.startup_steps)) return {};
    const double p = wilcoxon_greater(worse);
    // Worse seed by seed, but not on the average: nothing to rely on.
    const double mine = mean_of(own.values), theirs = mean_of(best->values);
    if (!(p < c_.p) || (c_.maximise ? theirs <= mine : theirs >= mine)) return {};
    return {Kind::prune, fmt::format("worse than trial {} on {} paired values (p = {:.2g})",
                                     best->number, worse.size(), p)};
  }

 private:
  PrunerConfig c_;
};

class Racing : public Pruner {
 public:
  explicit Racing(PrunerConfig config) : c_(std::move(config)) {}
  bool paired() const override { return true; }

  Decision decide(std::span<const Reports> history, const Reports& own) const override {
    if (own.values.empty()) return {};
    if (!all_finite(own.values)) return {Kind::prune, "a value is not finite"};
    const bool more = static_cast<int>(own.values.size()) < c_.seeds;
    const Decision undecided{more ? Kind::replicate : Kind::go_on, "cannot be told apart yet"};
    const Reports* best = best_complete(history, own.number, c_.maximise);
    if (best == nullptr || !all_finite(best->values)) return undecided;
    const std::vector<double> worse = losses(own, *best, c_.maximise);
    if (worse.size() < 2) return undecided;
    // Looked at after every seed: the level is shared by all looks (Bonferroni).
    const double level = 1 - (1 - c_.level) / std::max(1, c_.seeds - 1);
    const double middle = mean(worse), half = half_width(worse, level);
    const auto says = [&](const char* how) {
      return fmt::format("{} than trial {} by {:.4g} ± {:.2g} on {} paired seeds", how,
                         best->number, std::abs(middle), half, worse.size());
    };
    if (middle - half > 0) return {Kind::prune, says("worse")};
    if (middle + half < 0) return {Kind::go_on, says("better")};
    return undecided;
  }

 private:
  PrunerConfig c_;
};

}  // namespace

std::unique_ptr<Pruner> wilcoxon_pruner(const PrunerConfig& config) {
  if (!(config.p >= 0 && config.p <= 1) || config.startup_steps < 0)
    throw space::Error(
        fmt::format("wilcoxon: expected p in [0, 1] and startup_steps of at least 0, got {} and {}",
                    config.p, config.startup_steps));
  return std::make_unique<Wilcoxon>(config);
}

std::unique_ptr<Pruner> racing_pruner(const PrunerConfig& config) {
  if (!(config.level > 0 && config.level < 1) || config.seeds < 2)
    throw space::Error(
        fmt::format("racing: expected a level in (0, 1) and at least 2 seeds, got {} and {}",
                    config.level, config.seeds));
  return std::make_unique<Racing>(config);
}

}  // namespace antigrad::search
