// Median and percentile: pruned when the best report so far is behind that share of the complete
// trials at the same step (Golovin et al. 2017, "Google Vizier", section 3.2.2; as Optuna does it).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "search/pruners/pruner.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

/// Linear between order statistics, share in [0, 1]; values sorted and not empty. Next to an
/// infinite value it may be NaN, as numpy's percentile is.
double quantile(const std::vector<double>& values, double share) {
  const double at = share * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  const double part = at - static_cast<double>(low), step = values[high] - values[low];
  return part < 0.5 ? values[low] + step * part : values[high] - step * (1 - part);
}

class Percentile : public Pruner {
 public:
  explicit Percentile(PrunerConfig config) : c_(std::move(config)) {}

  Decision decide(std::span<const Reports> history, const Reports& own) const override {
    if (own.values.empty()) return {};
    const int step = own.values.rbegin()->first;
    if (step < c_.warm_up || !first_in_interval(own, step)) return {};
    std::vector<double> others;
    int complete = 0, reported = 0;
    for (const Reports& trial : history) {
      if (trial.number == own.number || trial.state != TrialState::complete) continue;
      ++complete;
      const auto at = trial.values.find(step);
      if (at == trial.values.end()) continue;
      ++reported;
      if (!std::isnan(at->second)) others.push_back(at->second);
    }
    if (complete == 0 || complete < c_.startup) return {};
    const double best = best_of(own);
    if (std::isnan(best)) return {Decision::Kind::prune, "it reported nothing but NaN"};
    if (others.empty() || reported < c_.least) return {};
    std::sort(others.begin(), others.end());
    const double share = (c_.maximise ? 100 - c_.percentile : c_.percentile) / 100;
    const double bar = quantile(others, share);
    const bool behind = c_.maximise ? best < bar : best > bar;  // of NaN: no
    if (!behind) return {};
    return {Decision::Kind::prune,
            fmt::format("its best report {:.6g} is behind {:.6g}, the best {:g} % of {} complete "
                        "trials at step {}",
                        best, bar, c_.percentile, others.size(), step)};
  }

 private:
  /// Whether no report came since the interval of this one began.
  bool first_in_interval(const Reports& own, int step) const {
    const int begin = (step - c_.warm_up) / c_.interval * c_.interval + c_.warm_up;
    const auto last = own.values.find(step);
    return last == own.values.begin() || std::prev(last)->first < begin;
  }

  double best_of(const Reports& own) const {
    double best = std::numeric_limits<double>::quiet_NaN();
    for (const auto& [step, value] : own.values)
      if (!std::isnan(value) && (std::isnan(best) || (c_.maximise ? value > best : value < best)))
        best = value;
    return best;
  }

  PrunerConfig c_;
};

}  // namespace

std::unique_ptr<Pruner> percentile_pruner(const PrunerConfig& config) {
  if (!(config.percentile >= 0 && config.percentile <= 100))
    throw space::Error(
        fmt::format("expected a percentile from 0 to 100, got {}", config.percentile));
  if (config.interval < 1)
    throw space::Error(fmt::format("expected an interval of at least 1, got {}", config.interval));
  return std::make_unique<Percentile>(config);
}

}  // namespace antigrad::search
