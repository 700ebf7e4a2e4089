// Which parameters matter, as optuna-dashboard shows it: PED-ANOVA.
//
// How far the density of a parameter among the best tenth of the trials is from its density among
// all, as Pearson's divergence on a grid; a parameter that is not always there, or has several
// distributions, is the sum over those regimes. Watanabe, Bansal, Hutter 2023 (arXiv:2304.10255);
// conditional parameters: arXiv:2601.20800. Densities are mixtures of normals in cells with Scott's
// width (1992, Multivariate Density Estimation) and one broad prior. Settings are Optuna 5.0's.
#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <set>

#include "search/page/dashboard.hpp"
#include "search/samplers/distribution.hpp"

namespace antigrad::search::page {
namespace {

constexpr double kBest = 0.1;               // the share of trials whose density is compared
constexpr int kCells = 50;                  // most cells of a grid
constexpr double kLeastWidth = 0.5 / 1.64;  // in cells: 90 % of a kernel in one
constexpr double kFloor = 1e-12;            // of a density

/// Where values of one distribution fall: cells of equal width in the number or its logarithm, or
/// a cell each choice.
class Grid {
 public:
  explicit Grid(const Distribution& distribution) {
    if (const auto* const d = std::get_if<CategoricalDistribution>(&distribution)) {
      cells_ = static_cast<int>(d->choices.size());
      choices_ = true;
    } else if (const auto* const f = std::get_if<FloatDistribution>(&distribution)) {
      set(f->low, f->high, f->log, f->step ? steps(f->low, f->high, *f->step) : kCells);
    } else {
      const auto& i = std::get<IntDistribution>(distribution);
      const auto low = static_cast<double>(i.low), high = static_cast<double>(i.high);
      const double doublings = std::ceil(std::log(high - low + 1) / std::numbers::ln2);
      set(low, high, i.log,
          i.log ? static_cast<int>(doublings) + 1 : steps(low, high, static_cast<double>(i.step)));
    }
  }

  int cells() const { return cells_; }
  bool choices() const { return choices_; }

  int cell(double value) const {
    if (choices_) return std::clamp(static_cast<int>(value), 0, cells_ - 1);
    const double x = log_ ? std::log(value) : value;
    return std::clamp(static_cast<int>(std::ceil((x - low_) / width_ - 0.5)), 0, cells_ - 1);
  }

 private:
  static int steps(double low, double high, double step) {
    return static_cast<int>(std::min(1e6, std::nearbyint((high - low) / step) + 1));
  }
  void set(double low, double high, bool log, int cells) {
    cells_ = std::min(cells, kCells);
    log_ = log;
    low_ = log ? std::log(low) : low;
    width_ = ((log ? std::log(high) : high) - low_) / (cells_ - 1);
  }

  int cells_ = 0;
  bool choices_ = false, log_ = false;
  double low_ = 0, width_ = 1;
};

/// Mass of a normal between two points, its mean at 0; on the side where differences are small.
double mass(double from, double to, double width) {
  constexpr double r = std::numbers::sqrt2 / 2;
  const double a = from / width, b = to / width;
  return a > 0 ? 0.5 * (std::erfc(a * r) - std::erfc(b * r))
               : 0.5 * (std::erfc(-b * r) - std::erfc(-a * r));
}

/// Scott's width of a sample: `cells` with how often each stands there.
double width_of(const std::vector<int>& cells, const std::vector<double>& counts) {
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  std::vector<double> cumulated(counts.size());
  std::partial_sum(counts.begin(), counts.end(), cumulated.begin());
  double mean = 0, squares = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) mean += cells[i] * counts[i] / all;
  for (std::size_t i = 0; i < cells.size(); ++i)
    squares += (cells[i] - mean) * (cells[i] - mean) * counts[i];
  const double deviation = std::sqrt(squares / std::max(1.0, all - 1));
  const auto quarter = std::ranges::lower_bound(cumulated, std::floor(all / 4));
  const auto three = std::ranges::upper_bound(cumulated, std::floor(all * 3 / 4));
  const auto at = [&](auto place) {
    return cells[std::min(cells.size() - 1, static_cast<std::size_t>(place - cumulated.begin()))];
  };
  const double between = at(three) - at(quarter);
  return std::max(1.059 * std::min(between / 1.34, deviation) * std::pow(all, -0.2), kLeastWidth);
}

/// The density over the cells of a grid of the trials that fell there.
std::vector<double> density(const Grid& grid, const std::vector<double>& values) {
  std::vector<double> hits(static_cast<std::size_t>(grid.cells()));
  for (const double value : values) ++hits[static_cast<std::size_t>(grid.cell(value))];
  std::vector<int> cells;
  std::vector<double> counts;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (hits[i] == 0) continue;
    cells.push_back(static_cast<int>(i));
    counts.push_back(hits[i]);
  }
  const auto n = static_cast<double>(grid.cells());
  const double all = static_cast<double>(values.size()) + 1;  // and the prior
  const auto kernels = static_cast<double>(cells.size()) + 1;
  std::vector<double> out(hits.size(), kFloor);
  if (grid.choices()) {
    for (std::size_t x = 0; x < out.size(); ++x) {
      out[x] += 1 / n / all;
      for (std::size_t k = 0; k < cells.size(); ++k) {
        const double observed = cells[k] == static_cast<int>(x) ? 1.0 : 0.0;
        out[x] += counts[k] / all * (1 / kernels + observed) / (n / kernels + 1);
      }
    }
    return out;
  }
  const auto add = [&](double mean, double width, double weight) {
    const double whole = mass(-0.5 - mean, n - 0.5 - mean, width);
    for (std::size_t x = 0; x < out.size(); ++x) {
      const double left = static_cast<double>(x) - 0.5 - mean;
      out[x] += weight / all * mass(left, left + 1, width) / whole;
    }
  };
  const double width = width_of(cells, counts);
  for (std::size_t k = 0; k < cells.size(); ++k) add(cells[k], width, counts[k]);
  add((n - 1) / 2, n, 1);
  return out;
}

double divergence(const Distribution& distribution, const std::vector<double>& best,
                  const std::vector<double>& all) {
  const Grid grid(distribution);
  const std::vector<double> of_best = density(grid, best), of_all = density(grid, all);
  double sum = 0;
  for (std::size_t x = 0; x < of_all.size(); ++x) {
    const double excess = of_best[x] / of_all[x] - 1;
    sum += of_all[x] * excess * excess;
  }
  return sum;
}

/// A parameter where it has one distribution: its values among all trials and among the best.
struct Regime {
  Distribution distribution;
  std::vector<double> all, best;
};

double loss(const StoredStudy& study, const StoredTrial& trial, std::size_t objective) {
  return study.directions[objective] == 2 ? -trial.values[objective] : trial.values[objective];
}

/// Complete trials, the objective's value finite.
std::vector<const StoredTrial*> measured(const StoredStudy& study, std::size_t objective) {
  std::vector<const StoredTrial*> trials;
  for (const StoredTrial& trial : study.trials)
    if (trial.state == TrialState::complete && objective < trial.values.size() &&
        std::isfinite(trial.values[objective]))
      trials.push_back(&trial);
  return trials;
}

/// The value that the best tenth does not exceed.
double cut(const StoredStudy& study, const std::vector<const StoredTrial*>& trials,
           std::size_t objective) {
  std::vector<double> losses;
  for (const StoredTrial* trial : trials) losses.push_back(loss(study, *trial, objective));
  const auto nth =
      static_cast<std::ptrdiff_t>(std::ceil(kBest * static_cast<double>(losses.size()))) - 1;
  std::nth_element(losses.begin(), losses.begin() + nth, losses.end());
  return losses[static_cast<std::size_t>(nth)];
}

double importance(const StoredStudy& study, const std::string& name,
                  const std::vector<const StoredTrial*>& trials, std::size_t objective,
                  double best_loss) {
  std::map<std::string, Regime> regimes;  // by distribution
  double all = 0, best = 0;
  for (const StoredTrial* trial : trials) {
    const bool good = loss(study, *trial, objective) <= best_loss;
    all += 1;
    best += good ? 1 : 0;
    const auto value = trial->params.find(name);
    const auto text = trial->distributions.find(name);
    if (value == trial->params.end() || text == trial->distributions.end()) continue;
    Distribution distribution = distribution_from_json(text->second);
    const std::string key = to_text(distribution);
    Regime& regime =
        regimes.try_emplace(key, Regime{std::move(distribution), {}, {}}).first->second;
    regime.all.push_back(value->second);
    if (good) regime.best.push_back(value->second);
  }
  double sum = 0;
  for (const auto& [key, regime] : regimes) {
    if (regime.all.size() < 2 || regime.best.empty() || single(regime.distribution)) continue;
    const double share = static_cast<double>(regime.best.size()) / best;
    sum += share * share / (static_cast<double>(regime.all.size()) / all) *
           divergence(regime.distribution, regime.best, regime.all);
  }
  return sum;
}

/// The parameters of complete trials, with the kind of their first distribution.
std::map<std::string, std::string> kinds_of(const StoredStudy& study) {
  std::map<std::string, std::string> kinds;
  std::set<std::string> complete;
  for (const StoredTrial& trial : study.trials)
    for (const auto& [name, distribution] : trial.distributions) {
      kinds.try_emplace(name, distribution.value("name", ""));
      if (trial.state == TrialState::complete) complete.insert(name);
    }
  std::erase_if(kinds, [&](const auto& entry) { return complete.count(entry.first) == 0; });
  return kinds;
}

Json importances(const StoredStudy& study, std::size_t objective) {
  const std::map<std::string, std::string> kinds = kinds_of(study);
  const auto complete = std::ranges::count_if(
      study.trials, [](const StoredTrial& trial) { return trial.state == TrialState::complete; });
  Json out = Json::array();
  if (complete < 2) return out;
  const std::vector<const StoredTrial*> trials = measured(study, objective);
  const double best = trials.size() < 2 ? 0 : cut(study, trials, objective);
  std::vector<std::pair<double, std::string>> ranked;
  double sum = 0;
  for (const auto& [name, kind] : kinds) {
    ranked.emplace_back(trials.size() < 2 ? 0 : importance(study, name, trials, objective, best),
                        name);
    sum += ranked.back().first;
  }
  std::ranges::stable_sort(ranked, std::greater{}, [](const auto& entry) { return entry.first; });
  for (const auto& [found, name] : ranked)
    out.push_back({{"name", name},
                   {"importance", sum > 0 ? found / sum : 1.0 / static_cast<double>(ranked.size())},
                   {"distribution", kinds.at(name)}});
  return out;
}

}  // namespace

Json dashboard_importances(const StoredStudy& study) {
  Json out = Json::array();
  for (std::size_t k = 0; k < study.directions.size(); ++k) out.push_back(importances(study, k));
  return {{"param_importances", std::move(out)}};
}

}  // namespace antigrad::search::page
