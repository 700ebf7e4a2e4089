// Mean differences over tasks, and what follows from them.
#include "search/evidence/measured_estimators.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "search/evidence/csv.hpp"
#include "search/evidence/estimator.hpp"

namespace antigrad::search {

extern const char* const kEstimatorsText;  // search/evidence/estimators.csv

namespace {

constexpr double kClearlyAbove = 2.7, kClearlyBelow = 2;  // deviations

struct Figure {
  bool all = true;  // of the activations; else the better half
  double rank = 0, difference = 0, deviation = 0;
  int activations = 0, seeds = 0;
};
using ByEstimator = std::map<std::string, std::vector<Figure>>;  // a task and half each

std::map<double, ByEstimator> read(const std::string& kind, std::string_view csv,
                                   const std::string& file) {
  std::map<double, ByEstimator> by_fraction;
  Csv rows(csv, file);
  while (rows.next()) {
    const std::string& name = rows.text("estimator");
    if (rows.text("kind") != kind || name.starts_with("learned")) continue;
    const auto known = [&](const EstimatorRow& row) { return name == row.name; };
    if (std::ranges::none_of(estimators(), known))
      rows.fail("unknown estimator \"" + name + "\"; measure again with this program");
    by_fraction[rows.number("fraction")][name].push_back(
        {rows.text("activations") == "all", rows.number("rank"), rows.number("to averaged"),
         rows.number("deviation"), static_cast<int>(rows.number("number")),
         static_cast<int>(rows.number("seeds"))});
  }
  return by_fraction;
}

struct Mean {
  double rank = 0, difference = 0, deviation = 0;
  std::size_t tasks = 0;
};

/// Over tasks, all activations.
Mean mean_of(const std::vector<Figure>& figures) {
  Mean m;
  for (const Figure& f : figures) {
    if (!f.all) continue;
    ++m.tasks;
    m.rank += f.rank;
    m.difference += f.difference;
    m.deviation += f.deviation * f.deviation;
  }
  const double n = static_cast<double>(m.tasks);
  return {m.rank / n, m.difference / n, std::sqrt(m.deviation) / n, m.tasks};
}

bool clearly_below(const Figure& f) { return f.difference < -kClearlyBelow * f.deviation; }

LearnedEstimator best_at(double fraction, const ByEstimator& estimators) {
  const std::vector<Figure>& usual = estimators.at("averaged");
  const Mean averaged = mean_of(usual);
  std::pair<double, std::string> best{averaged.rank, "averaged"};
  for (const auto& [name, figures] : estimators) {
    const Mean m = mean_of(figures);
    const bool above = m.difference > kClearlyAbove * m.deviation && m.tasks == averaged.tasks;
    if (above && m.rank > best.first && std::ranges::none_of(figures, clearly_below))
      best = {m.rank, name};
  }
  LearnedEstimator chosen{fraction, {{best.second, 1.0}}, 0, best.first, averaged.rank};
  chosen.activations = std::ranges::max(usual, {}, &Figure::activations).activations;
  chosen.seeds = std::ranges::min(usual, {}, &Figure::seeds).seeds;
  return chosen;
}

}  // namespace

std::string kind_of_task(const TaskFacts& task) {
  static const std::map<std::string, std::string> kKinds{
      {"cifar10", "images"},      {"cifar100", "images"}, {"stl10", "images"},
      {"digits", "images"},       {"idx", "images"},      {"bytes", "language"},
      {"tokens_u16", "language"}, {"bpe", "language"},    {"planetoid", "graphs"}};
  const auto game = [](const auto& fact) { return fact.first.starts_with("problem"); };
  const auto format = task.find("data.format");
  if (format == task.end() || std::ranges::any_of(task, game)) return "";
  const auto kind = kKinds.find(format->second);
  if (kind == kKinds.end()) return "";
  const auto is = [&](const char* key, const char* value) {
    const auto fact = task.find(key);
    return fact != task.end() && fact->second == value;
  };
  const bool plain =
      is("model.type", "nplm") || (is("model.type", "mlp") && !is("model.norm", "true"));
  return plain ? "plain " + kind->second : kind->second;
}

std::vector<LearnedEstimator> measured_estimators(const std::string& kind, std::string_view csv,
                                                  const std::string& file) {
  std::vector<LearnedEstimator> all;
  bool another = false;
  if (kind.empty()) return all;
  for (const auto& [fraction, estimators] : read(kind, csv, file)) {
    if (!estimators.contains("averaged")) continue;
    all.push_back(best_at(fraction, estimators));
    another = another || !all.back().weights.contains("averaged");
  }
  if (!another) all.clear();
  return all;
}

std::vector<LearnedEstimator> measured_estimators(const std::string& kind) {
  return measured_estimators(kind, kEstimatorsText, "search/evidence/estimators.csv");
}

}  // namespace antigrad::search
