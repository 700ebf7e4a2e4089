// Which parameters matter, as optuna-dashboard shows it.
#include <algorithm>
#include <cmath>
#include <map>

#include "search/page/dashboard.hpp"

namespace antigrad::search::page {
namespace {

/// Variance of the means of ten bins of x, each with as many points, over the variance of y.
double correlation_ratio(std::vector<std::pair<double, double>> points) {
  constexpr std::size_t kBins = 10;
  std::sort(points.begin(), points.end());
  const auto count = static_cast<double>(points.size());
  double mean = 0;
  for (const auto& [x, y] : points) mean += y / count;
  double all = 0;
  for (const auto& [x, y] : points) all += (y - mean) * (y - mean);
  double between = 0;
  for (std::size_t begin = 0; begin < points.size();) {
    // Equal values of x share a bin.
    std::size_t end =
        std::min(points.size(), begin + std::max<std::size_t>(1, points.size() / kBins));
    while (end < points.size() && points[end].first == points[end - 1].first) ++end;
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += points[i].second - mean;
    between += sum * sum / static_cast<double>(end - begin);
    begin = end;
  }
  return all > 0 ? between / all : 0;
}

Json importances(const StoredStudy& study, std::size_t objective) {
  std::map<std::string, std::vector<std::pair<double, double>>> points;
  std::map<std::string, std::string> types;
  for (const StoredTrial& trial : study.trials) {
    const bool counts = trial.state == TrialState::complete && objective < trial.values.size() &&
                        std::isfinite(trial.values[objective]);
    if (!counts) continue;
    for (const auto& [name, value] : trial.params) {
      points[name].emplace_back(value, trial.values[objective]);
      const auto found = trial.distributions.find(name);
      if (found != trial.distributions.end()) types[name] = found->second.value("name", "");
    }
  }
  std::vector<std::pair<double, std::string>> ranked;
  double sum = 0;
  for (auto& [name, list] : points) {
    if (list.size() < 2) continue;
    ranked.emplace_back(correlation_ratio(std::move(list)), name);
    sum += ranked.back().first;
  }
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  Json out = Json::array();
  for (const auto& [ratio, name] : ranked)
    out.push_back({{"name", name},
                   {"importance", sum > 0 ? ratio / sum : 1.0 / static_cast<double>(ranked.size())},
                   {"distribution", types[name]}});
  return out;
}

}  // namespace

Json dashboard_importances(const StoredStudy& study) {
  Json out = Json::array();
  for (std::size_t k = 0; k < study.directions.size(); ++k) out.push_back(importances(study, k));
  return {{"param_importances", std::move(out)}};
}

}  // namespace antigrad::search::page
