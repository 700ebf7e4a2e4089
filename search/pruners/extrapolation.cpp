// Least squares and Student's t.
#include "search/pruners/extrapolation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "search/statistics.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

constexpr std::size_t kLeastPairs = 4;

class Extrapolation : public Pruner {
 public:
  explicit Extrapolation(PrunerConfig config) : c_(std::move(config)) {}

  Decision decide(std::span<const Reports> history, const Reports& own) const override {
    if (own.values.empty()) return {};
    const auto [step, value] = *own.values.rbegin();
    if (step < c_.warm_up) return {};
    if (std::isnan(value)) return {Decision::Kind::prune, "it reported NaN"};
    const auto pairs = final_pairs(history, step, own.number);
    const Reports* best = best_complete(history, own.number, c_.maximise);
    if (best == nullptr || static_cast<int>(pairs.size()) < c_.startup) return {};
    const Prediction end = predict_final(pairs, value);
    if (!(end.freedom > 0)) return {};
    const double below = end.below(best->final), wins = c_.maximise ? 1 - below : below;
    if (!(wins < c_.chance)) return {};
    return {Decision::Kind::prune,
            fmt::format("expected to end at {:.6g} ± {:.2g}: a chance of {:.2g} to pass trial {}",
                        end.centre, end.scale, wins, best->number)};
  }

 private:
  PrunerConfig c_;
};

}  // namespace

double Prediction::below(double x) const {
  if (!(freedom > 0)) return 0.5;
  if (scale == 0) return x < centre ? 0 : 1;
  const double tail = student_p((x - centre) / scale, freedom) / 2;
  return x > centre ? 1 - tail : tail;
}

Prediction predict_final(std::span<const std::pair<double, double>> pairs, double value) {
  if (pairs.size() < kLeastPairs) return {};
  const double n = static_cast<double>(pairs.size());
  double x = 0, y = 0;
  for (const auto& [at, end] : pairs) {
    x += at / n;
    y += end / n;
  }
  double xx = 0, xy = 0, rest = 0;
  for (const auto& [at, end] : pairs) {
    xx += (at - x) * (at - x);
    xy += (at - x) * (end - y);
  }
  if (xx == 0) return {};
  const double slope = xy / xx;
  for (const auto& [at, end] : pairs) {
    const double error = end - y - slope * (at - x);
    rest += error * error;
  }
  const double variance = rest / (n - 2) * (1 + 1 / n + (value - x) * (value - x) / xx);
  return {y + slope * (value - x), std::sqrt(variance), n - 2};
}

std::vector<std::pair<double, double>> final_pairs(std::span<const Reports> history, int step,
                                                   int without) {
  std::vector<std::pair<double, double>> pairs;
  for (const Reports& trial : history) {
    if (trial.number == without || trial.state != TrialState::complete) continue;
    const auto at = trial.values.find(step);
    if (at == trial.values.end()) continue;
    if (std::isfinite(at->second) && std::isfinite(trial.final))
      pairs.emplace_back(at->second, trial.final);
  }
  return pairs;
}

Calibration calibration(std::span<const Reports> history, int step) {
  return calibration(final_pairs(history, step));
}

Calibration calibration(std::span<const std::pair<double, double>> pairs) {
  Calibration c;
  std::vector<double> ends;
  for (const auto& [at, end] : pairs) ends.push_back(end);
  const double spread = standard_deviation(ends);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    std::vector<std::pair<double, double>> others(pairs.begin(), pairs.end());
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    const Prediction p = predict_final(others, pairs[i].first);
    if (!(p.freedom > 0)) continue;
    ++c.trials;
    const double error = std::abs(pairs[i].second - p.centre);
    const bool exact = error <= 1e-9 * spread;  // rounding, and no width either
    const double off_centre = exact ? 0 : std::abs(2 * p.below(pairs[i].second) - 1);
    c.within_50 += off_centre <= 0.5;
    c.within_80 += off_centre <= 0.8;
    c.within_95 += off_centre <= 0.95;
    c.error += error;
  }
  if (c.trials == 0) return c;
  for (double* share : {&c.within_50, &c.within_80, &c.within_95, &c.error}) *share /= c.trials;
  c.error /= spread;
  return c;
}

std::unique_ptr<Pruner> extrapolation_pruner(const PrunerConfig& config) {
  if (!(config.chance >= 0 && config.chance < 1) || config.startup < static_cast<int>(kLeastPairs))
    throw space::Error(fmt::format(
        "extrapolation: expected a chance in [0, 1) and startup of at least {}, got {} and {}",
        kLeastPairs, config.chance, config.startup));
  return std::make_unique<Extrapolation>(config);
}

}  // namespace antigrad::search
