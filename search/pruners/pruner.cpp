// The table of pruners, and what they share.
#include "search/pruners/pruner.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

struct Row {
  const char* name;
  std::unique_ptr<Pruner> (*make)(const PrunerConfig&);
};

constexpr std::array kRows{
    Row{"none", [](const PrunerConfig&) { return never_pruner(); }},
    Row{"median", percentile_pruner},
    Row{"percentile", percentile_pruner},
    Row{"asha", halving_pruner},
    Row{"synchronous", synchronous_pruner},
    Row{"hyperband", hyperband_pruner},
    Row{"wilcoxon", wilcoxon_pruner},
    Row{"racing", racing_pruner},
    Row{"extrapolation", extrapolation_pruner},
};

const Row& row_of(const std::string& name) {
  for (const Row& row : kRows)
    if (name == row.name) return row;
  throw space::Error(fmt::format("unknown pruner \"{}\";{} there are {}", name,
                                 space::did_you_mean(name, pruner_names()),
                                 fmt::join(pruner_names(), ", ")));
}

class Never : public Pruner {
  Decision decide(std::span<const Reports>, const Reports&) const override { return {}; }
};

}  // namespace

double Reports::last() const {
  return values.empty() ? std::numeric_limits<double>::quiet_NaN() : values.rbegin()->second;
}

Reports reports_of(const StoredTrial& trial) {
  Reports r{trial.number, trial.state, trial.intermediate_values};
  if (trial.state == TrialState::complete && !trial.values.empty()) r.final = trial.values[0];
  for (std::string key; trial.system_attrs.contains(
           key = fmt::format("completed_rung_{}", static_cast<int>(r.rungs.size())));)
    r.rungs.push_back(number(trial.system_attrs.at(key)));
  return r;
}

const char* to_string(Decision::Kind kind) {
  switch (kind) {
    case Decision::Kind::go_on: return "go on";
    case Decision::Kind::replicate: return "replicate";
    case Decision::Kind::wait: return "wait";
    case Decision::Kind::prune: return "prune";
  }
  return "unknown";
}

PrunerConfig pruner_defaults(const std::string& name) {
  PrunerConfig config;
  config.name = row_of(name).name;
  if (name == "hyperband") config.reduction = 3;
  if (name == "percentile") config.percentile = 25;
  if (name == "extrapolation") config.startup = 8;
  return config;
}

std::vector<std::string> pruner_names() {
  std::vector<std::string> names;
  for (const Row& row : kRows) names.emplace_back(row.name);
  return names;
}

Decision Pruner::decide(std::span<const Reports> history, Reports own, int step,
                        double value) const {
  own.values[step] = value;
  return decide(history, own);
}

std::unique_ptr<Pruner> make_pruner(const PrunerConfig& config) {
  return row_of(config.name).make(config);
}

std::unique_ptr<Pruner> never_pruner() { return std::make_unique<Never>(); }

const Reports* best_complete(std::span<const Reports> history, int own, bool maximise) {
  const Reports* best = nullptr;
  for (const Reports& trial : history) {
    if (trial.number == own || trial.state != TrialState::complete || std::isnan(trial.final))
      continue;
    const auto ahead = [&](double a, double b) { return maximise ? a > b : a < b; };
    if (best == nullptr || ahead(trial.final, best->final) ||
        (trial.final == best->final && trial.number < best->number))
      best = &trial;
  }
  return best;
}

}  // namespace antigrad::search
