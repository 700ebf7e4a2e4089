// From YAML to pruners, and from trials to what they have reported.
#include "search/pruners/study_pruner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "search/score.hpp"
#include "search/study.hpp"

namespace antigrad::search {
namespace {

using space::Yaml;

constexpr const char* kHalving = "halving";

/// What stands beside `name:`.
const std::map<std::string, std::vector<std::string>>& keys() {
  static const std::map<std::string, std::vector<std::string>> table{
      {kHalving, {}},
      {"none", {}},
      {"median", {"startup", "warm_up", "least"}},
      {"percentile", {"percentile", "startup", "warm_up", "least"}},
      {"asha", {"reduction", "bootstrap"}},
      {"synchronous", {"reduction", "cohort"}},
      {"hyperband", {"reduction", "bootstrap"}},
      {"wilcoxon", {"p", "startup_steps"}},
      {"racing", {"level"}},
      {"extrapolation", {"chance", "startup", "warm_up"}},
  };
  return table;
}

PrunerConfig read_pruner(const Yaml& node) {
  const Yaml name = node.is_scalar() ? node : node.at("name");
  const auto known = keys().find(name.text());
  if (known == keys().end()) {
    std::vector<std::string> names;
    for (const auto& [key, more] : keys()) names.push_back(key);
    name.fail(fmt::format("unknown pruner \"{}\";{} there are {}", name.text(),
                          space::did_you_mean(name.text(), names), fmt::join(names, ", ")));
  }
  PrunerConfig c;
  if (known->first == kHalving) {
    c.name = kHalving;
  } else {
    c = pruner_defaults(known->first);
  }
  if (node.is_scalar()) return c;
  std::vector<std::string> allowed = known->second;
  allowed.insert(allowed.begin(), "name");
  node.allow(allowed);
  const auto integer = [&](const char* key, int& value, int lo) {
    if (node.has(key)) value = static_cast<int>(node.at(key).integer(lo, 1000000));
  };
  const auto number = [&](const char* key, double& value, double lo, double hi) {
    if (node.has(key)) value = node.at(key).number(lo, hi);
  };
  integer("startup", c.startup, c.name == "extrapolation" ? 4 : 0);
  integer("warm_up", c.warm_up, 0);
  integer("least", c.least, 1);
  integer("reduction", c.reduction, 2);
  integer("bootstrap", c.bootstrap, 0);
  integer("cohort", c.cohort, 2);
  integer("startup_steps", c.startup_steps, 0);
  number("percentile", c.percentile, 0, 100);
  number("p", c.p, 0, 1);
  number("level", c.level, 0.5, 0.9999);
  number("chance", c.chance, 0, 0.5);
  return c;
}

/// The score of one seed at a rung's fraction; NaN where a run is missing.
double seed_score(const StudyConfig& study, std::span<const Trial* const> baselines,
                  const Trial& trial, const Stage& stage, int seed) {
  double sum = 0;
  for (const Task& task : study.tasks) {
    const Unit unit = unit_of(baselines, task, stage);
    sum += (stage_loss(trial, task, {stage.fraction, {seed}}) - unit.location) / unit.scale;
  }
  return sum / static_cast<double>(study.tasks.size());
}

}  // namespace

std::vector<PrunerConfig> read_pruners(const Yaml& node) {
  std::vector<PrunerConfig> list;
  if (!node.is_list()) return {read_pruner(node)};
  for (const Yaml& item : node.items()) list.push_back(read_pruner(item));
  if (list.empty()) node.fail("expected at least one pruner, got none; leave the key out");
  return list;
}

RungPruners::RungPruners(const StudyConfig& config) : study_(config) {
  const int last = static_cast<int>(config.halving.rungs.size()) - 1;
  for (PrunerConfig c : config.pruners) {
    if (c.name == kHalving) {
      all_.push_back({c, nullptr});
      continue;
    }
    if (c.name == "synchronous") {
      synchronous_.emplace(One{c, make_pruner(c)});
      continue;
    }
    c.study = config.name;
    c.seeds = std::max(2, config.search_seeds());
    if (c.name == "hyperband")
      c.max_resource = std::max(1, static_cast<int>(std::pow(c.reduction, last)));
    all_.push_back({c, make_pruner(c)});
  }
  if (all_.empty() && !synchronous_) all_.push_back({{}, nullptr});
}

int RungPruners::cohort() const { return synchronous_ ? synchronous_->config.cohort : 0; }

Decision RungPruners::decide_cohort(std::span<const Reports> cohort, Reports own) const {
  const double rung = static_cast<double>(own.rungs.size()) - 1;
  own.values = {
      {static_cast<int>(std::pow(synchronous_->config.reduction, rung)), own.rungs.back()}};
  return synchronous_->pruner->decide(cohort, own);
}

RungPruners::~RungPruners() = default;

Reports RungPruners::reports_of(const One& one, std::span<const Trial* const> visible,
                                const Trial& trial, std::size_t rung) const {
  Reports r{trial.number, trial.state, {}, trial.completed_rungs};
  if (trial.state == TrialState::complete) r.final = trial.score();
  if (one.pruner->paired()) {
    const Stage stage = search_stages(study_)[rung];
    const auto baselines = visible.first(study_.baselines.size());
    for (const int seed : stage.seeds) {
      const double value = seed_score(study_, baselines, trial, stage, seed);
      if (!std::isnan(value)) r.values[seed] = value;
    }
    return r;
  }
  const bool resources = one.config.name == "asha" || one.config.name == "hyperband";
  for (std::size_t k = 0; k < std::min(trial.scores.size(), rung + 1); ++k)
    r.values[resources ? static_cast<int>(std::pow(one.config.reduction, k))
                       : static_cast<int>(k)] = trial.scores[k];
  return r;
}

bool RungPruners::goes_on(std::span<const Trial* const> visible, Trial& trial,
                          std::size_t rung) const {
  bool on = true;
  for (const One& one : all_) {
    if (one.pruner == nullptr) {
      std::vector<double> others;
      for (const Trial* other : visible)
        if (other->scores.size() > rung) others.push_back(other->scores[rung]);
      on = on && search::goes_on(trial.score(), others, study_.halving.reduction);
      continue;
    }
    std::vector<Reports> history;
    for (const Trial* other : visible)
      if (!other->scores.empty()) history.push_back(reports_of(one, visible, *other, rung));
    const Decision decision = one.pruner->decide(history, reports_of(one, visible, trial, rung));
    trial.completed_rungs.insert(trial.completed_rungs.end(), decision.rungs.begin(),
                                 decision.rungs.end());
    if (decision.prune() && on) {
      trial.pruned_because = decision.reason;
      on = false;
    }
  }
  return on;
}

}  // namespace antigrad::search
