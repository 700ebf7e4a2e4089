// Strategies as studies, and counting.
#include "search/evidence/strategy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>

#include "search/statistics.hpp"
#include "search/summary.hpp"

namespace antigrad::search {
namespace {

constexpr const char* kWhole = "halving: {reduction: 3, rungs: [{fraction: 1, seeds: 1}]}\n";
constexpr const char* kRungs =
    "halving: {reduction: 3, rungs: [{fraction: 0.25, seeds: 1}, {fraction: 0.5, seeds: 1}, "
    "{fraction: 1, seeds: 1}]}\n";

constexpr const char* kTwice =
    "halving: {reduction: 3, rungs: [{fraction: 1, seeds: 1}, {fraction: 1, seeds: 2}]}\n";
constexpr const char* kSecondSeed =
    "halving: {reduction: 3, rungs: [{fraction: 0.25, seeds: 1}, {fraction: 0.5, seeds: 1}, "
    "{fraction: 1, seeds: 1}, {fraction: 1, seeds: 2}]}\n";

std::string surrogate(const char* halving) {
  return fmt::format(
      "budget: {{trials: 80}}\nsampler: {{name: surrogate, random_trials: 4, lag: 1}}\n{}",
      halving);
}

// The first is what the others are compared with, the last is ours.
const std::vector<Strategy>& rows() {
  static const std::vector<Strategy> all{
      {"random", "every candidate to the end",
       fmt::format("budget: {{trials: 100000}}\nsampler: {{name: random, lag: 1}}\n{}", kWhole)},
      {"random, halving", "random, with our rungs",
       fmt::format("budget: {{trials: 100000}}\nsampler: {{name: random, lag: 1}}\n{}", kRungs)},
      {"random, synchronous halving", "random, with our rungs, at which cohorts of nine wait",
       fmt::format("budget: {{trials: 100000}}\nsampler: {{name: random, lag: 1}}\npruner: {{name: "
                   "synchronous, cohort: 9, reduction: 3}}\n{}",
                   kRungs)},
      {"evolution", "ageing evolution, every candidate to the end",
       fmt::format("budget: {{trials: 200}}\nsampler: {{name: evolution, population: 12, "
                   "tournament: 4, random_trials: 10, lag: 1}}\n{}",
                   kWhole),
       true},
      {"surrogate, second seed", "a Gaussian process, the best third once more on another seed",
       surrogate(kTwice), false, 2, false, true},
      {"surrogate, halving, second seed", "with rungs, the best once more on another seed",
       surrogate(kSecondSeed), false, 2, false, true},
      {"surrogate, halving, averaged", "a Gaussian process that learns from every rung",
       surrogate(kRungs), false, 1, false, true},
      {"surrogate, halving", "the same, its runs judged by what was measured to be best",
       surrogate(kRungs), false, 1, true, true},
      {"surrogate", "a Gaussian process, every candidate to the end", surrogate(kWhole), false, 1,
       false, true},
  };
  return all;
}

// Stops the engine before the confirmation, whose seeds were not recorded, or when enough is found.
class Watcher : public Listener {
 public:
  Watcher(int trials, const Trainings& trainings, std::atomic<bool>& stop)
      : trials_(trials), trainings_(trainings), stop_(stop) {}
  void trial_finished(const Trial& trial, const Progress&) override {
    const std::chrono::duration<double> since = std::chrono::steady_clock::now() - begin_;
    study_.trials.push_back(trial);
    study_.seconds.push_back(since.count());
    const bool last = trial.number + 1 == trials_;
    if (last || (trainings_.enough && trainings_.enough(study_))) stop_ = true;
  }
  const std::vector<double>& seconds() const { return study_.seconds; }

 private:
  int trials_;
  const Trainings& trainings_;
  std::atomic<bool>& stop_;
  ReplayedStudy study_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

std::span<const Strategy> strategies() { return rows(); }

StudyConfig study_of(const Strategy& strategy, const RecordedTable& table, std::uint64_t seed,
                     const std::string& library) {
  const std::string warm = library.empty() ? "" : fmt::format("warm_start: \"{}\"\n", library);
  // All but one are told the figure that Optuna's samplers are told, too.
  const std::string judged = strategy.measured ? "" : "estimator: averaged\n";
  const std::string text = fmt::format(
      "study: replay\nseed: {}\n{}{}{}baselines: [relu, gelu]\n"
      "tasks: [{{{}, steps: {}}}]\n",
      seed, judged, strategy.keys, warm, table.task, table.steps);
  StudyConfig config = parse_study(text, "replay.yaml");
  config.trials = std::min(config.trials, static_cast<int>(table.texts().size()));
  if (!strategy.evolution) config.sampler.library = table.texts();
  return config;
}

Describe describe_recorded(const RecordedTable& table) {
  const auto known = std::make_shared<std::map<std::string, Candidate>>();
  return [&table, known](const std::string& text) {
    const auto [at, fresh] = known->try_emplace(text);
    if (fresh) at->second = describe_activation(text);
    if (fresh && table.find(text) != nullptr) at->second.activation = text;
    return at->second;
  };
}

ReplayedStudy replay_study(const Strategy& strategy, const RecordedTable& table,
                           const StudyConfig& config, const Describe& describe,
                           const std::string& folder, const Trainings& trainings) {
  SearchOptions options;
  options.config = config;
  options.journal = folder + "/journal.log";
  std::filesystem::remove(options.journal);
  const std::unique_ptr<Sampler> evolution =
      strategy.evolution ? recorded_evolution(table, options.config.sampler) : nullptr;
  options.sampler = evolution.get();
  options.describe = describe;
  std::atomic<bool> stop{false};
  const auto baselines = static_cast<int>(options.config.baselines.size());
  Watcher watcher(baselines + options.config.trials, trainings, stop);
  options.listener = &watcher;
  options.stop = &stop;
  options.spectrum = trainings.spectrum;
  EvaluatorFactory evaluators = trainings.evaluators;
  if (!evaluators) evaluators = [&](int) { return recorded_evaluator(table); };
  Pool pool(1, evaluators);
  run_search(options, pool);
  return {summarise(options.config, options.journal).trials, watcher.seconds()};
}

std::vector<Milestone> milestones_of(const ReplayedStudy& study, const RecordedTable& table) {
  std::vector<Milestone> all;
  const Trial* best = nullptr;
  std::int64_t steps = 0;
  for (std::size_t i = 0; i < study.trials.size(); ++i) {
    const Trial& trial = study.trials[i];
    steps += trial.steps;
    const bool counts = !trial.candidate.baseline && trial.state != TrialState::fail;
    if (counts && (best == nullptr || better(trial, *best))) best = &trial;
    if (trial.candidate.baseline) continue;
    all.push_back({steps, best == nullptr ? "" : table.find(best->candidate.activation)->name,
                   study.seconds[i]});
  }
  return all;
}

Reached reach(std::span<const Milestone> milestones, const Again& again, double target) {
  Reached r;
  for (const Milestone& m : milestones) {
    const bool good = again.loss(m.best) <= target;
    if (!r.ever) ++r.trials;
    if (!r.ever) r.seconds = m.seconds;
    if (good && !r.ever) r.first = m.steps;
    if (good && !r.stays) r.good.emplace_back(m.steps, kNoEnd);
    if (!good && r.stays) r.good.back().second = m.steps;
    r.ever = r.ever || good;
    r.stays = good;
  }
  if (milestones.empty()) return r;
  if (!r.ever) r.first = milestones.back().steps;
  return r;
}

int good_after(std::span<const Reached> searches, std::int64_t steps) {
  const auto now = [steps](const auto& good) { return good.first <= steps && steps < good.second; };
  return static_cast<int>(std::ranges::count_if(
      searches, [&](const Reached& r) { return std::ranges::any_of(r.good, now); }));
}

double kth_best(const RecordedTable& table, const Again& again, int k) {
  std::vector<double> losses;
  for (const RecordedActivation& row : table.rows)
    if (row.in_space()) losses.push_back(again.loss(row.name));
  if (std::ssize(losses) < k) return std::numeric_limits<double>::infinity();
  std::ranges::sort(losses);
  return losses[static_cast<std::size_t>(k - 1)];
}

MedianInterval median_interval(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const std::size_t n = values.size();
  // Below the k-th order statistic lies the median with the chance that fewer than k of n fair
  // coins show heads.
  std::size_t k = 0;
  double term = std::pow(0.5, static_cast<double>(n)), below = term;
  while (below <= 0.025) {
    ++k;
    term *= static_cast<double>(n - k + 1) / static_cast<double>(k);
    below += term;
  }
  k = std::max<std::size_t>(k, 1);
  return {values[k - 1], median(values), values[n - k]};
}

MedianInterval ratio_interval(std::span<const double> above, std::span<const double> below) {
  constexpr int kSamples = 2000;
  space::Random random(space::child_seed(0, "ratio of medians"));
  const auto resampled = [&](std::span<const double> values) {
    std::vector<double> sample;
    for (std::size_t i = 0; i < values.size(); ++i)
      sample.push_back(
          values[static_cast<std::size_t>(random.below(static_cast<int>(values.size())))]);
    return median(sample);
  };
  std::vector<double> ratios;
  for (int i = 0; i < kSamples; ++i) {
    const double numerator = resampled(above);
    ratios.push_back(numerator / resampled(below));
  }
  std::ranges::sort(ratios);
  return {ratios[kSamples / 40], median(above) / median(below),
          ratios[kSamples - 1 - kSamples / 40]};
}

}  // namespace antigrad::search
