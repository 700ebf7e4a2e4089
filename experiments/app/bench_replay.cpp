// `antigrad bench evidence`: what a search is worth, by replay over trainings that were recorded
// (experiments/tables): (a) what it costs to find something good, ours and with Optuna's TPE; (b)
// what a warm start saves; (c) what short scores say; with --live, (a) once more by training.
#include "experiments/app/bench_replay.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "experiments/app/evidence_optuna.hpp"
#include "experiments/app/evidence_tables.hpp"
#include "experiments/app/scratch.hpp"
#include "experiments/app/trainer_library.hpp"
#include "paths.hpp"
#include "search/evidence/estimator_bench.hpp"
#include "search/library/library.hpp"
#include "search/statistics.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using search::Strategy;

constexpr int kStudies = 30, kLiveStudies = 3;
constexpr double kStepsGoal = 5, kTrialsGoal = 2;
constexpr std::uint64_t kLiveSeed = 101;  // no table's

const Strategy& ours() { return search::strategies().back(); }

/// Where a past helps most: at early rungs a surrogate without one knows the least.
const Strategy& warmed() {
  const auto all = search::strategies();
  return *std::ranges::find(all, "surrogate, halving", &Strategy::name);
}

class Bench {
 public:
  explicit Bench(const Arguments& arguments)
      : arguments_(arguments),
        studies_(arguments.live ? kStudies : arguments.trials.value_or(kStudies)) {
    for (const EvidenceTask& task : evidence_tasks())
      if (table_exists(task.name + ".csv.gz")) recordings_.emplace_back(task);
  }

  std::string run() {
    for (const Recording& r : recordings_) {
      const bool named = r.task().name == arguments_.table_task;
      if (!arguments_.table_task.empty() && !named) continue;
      if (arguments_.live) {
        if (named || !r.task().goal) search_live(r);  // the quick ones unless one is named
        continue;
      }
      search_steps(r);
      warm_trials(r);
      short_scores(r);
    }
    return listing_.text(arguments_.format);
  }

 private:
  // (a) Training steps and time until something good is named.
  void search_steps(const Recording& r) {
    fmt::print(stderr, "{}: good is {}\n", r.task().name, r.target());
    if (const auto reliability = r.reliability())
      listing_.add({r.task().name, "what judges", *reliability, Json(), Json(), "reliability",
                    Json(), Json(), Json(), Json(), Json(), Json(),
                    "share of what the means of the best differ by that is not noise"});
    Costs random;
    for (const Strategy& strategy : search::strategies()) {
      if (!r.judges(strategy)) continue;
      const Costs costs = replayed(strategy, r, cold_);
      if (random.steps.empty()) random = costs;
      add_costs(r, strategy.name, costs, random, studies_, strategy.ours && r.task().goal);
      if (&strategy == &ours() && r.has_again()) add_ranks(r, costs, random);
    }
    random_ = random;
    if (r.task().goal) compare_optuna(r, random);  // minutes
  }

  void compare_optuna(const Recording& r, const Costs& random) {
    const std::string standard = ANTIGRAD_SOURCE_DIR "/.deps/oracle/bin/python";
    const std::string python = arguments_.python.empty() ? standard : arguments_.python;
    if (python == "none" || !std::filesystem::exists(python)) {
      fmt::print(stderr, "Optuna: not compared; ./scripts/test sets up {}\n", standard);
      return;
    }
    OptunaSearch optuna(python);
    for (const bool multivariate : {false, true}) {
      Costs costs;
      for (int study = 0; study < studies_; ++study)
        costs.add(r.judge(optuna.milestones(r.table(), seed(study), multivariate), seed(study)),
                  r.seconds_per_step());
      const char* more = multivariate ? ", multivariate" : "";
      add_costs(r, fmt::format("Optuna {} TPE{}", optuna.version(), more), costs, random, studies_,
                false);
    }
  }

  // (b) Candidates that are tried on one task, with and without what others have taught.
  void warm_trials(const Recording& r) {
    const Costs cold = replayed(warmed(), r, cold_);
    add(r, "cold start, " + warmed().name, "trials", cold.trials, cold.trials, {}, reached(cold));
    std::vector<const Recording*> others;
    for (const Recording& other : recordings_)
      if (&other != &r) others.push_back(&other);
    for (const Recording* other : others) add_warm(r, {other}, cold);
    if (others.size() > 1) add_warm(r, others, cold);
  }

  // Each study begins with past ones of its own, one on every task that is known.
  void add_warm(const Recording& r, const std::vector<const Recording*>& known, const Costs& cold) {
    std::vector<std::string> names;
    for (const Recording* k : known) names.push_back(k->task().name);
    const Costs warm = replayed(warmed(), r, [&](int study, const std::string& folder) {
      std::vector<search::PastStudy> library;
      for (const Recording* k : known) {
        const search::StudyConfig past =
            search::study_of(warmed(), k->table(), seed(studies_ + study));
        library.push_back(search::past_study(
            past, search::replay_study(warmed(), k->table(), past, described(*k), folder).trials));
      }
      search::export_library(library, folder + "/library.study");
      return folder + "/library.study";
    });
    const auto name = fmt::format("warm start, one study on {} known", fmt::join(names, " and "));
    add(r, name, "trials", warm.trials, cold.trials, goal_of(r, kTrialsGoal, warm, studies_),
        reached(warm));
    add(r, name, "steps", warm.steps, random_.steps, {}, "baseline: random search");
    add_shares(r, name, warm);
  }

  /// How many times less than the baseline is asked for. Where half of the studies end without
  /// something good, the median is what they spent in vain, and the goal is not met; nor is it
  /// where most of what tells good from others is noise.
  struct Goal {
    std::optional<double> ratio{};
    bool may_be_met = false;
  };
  static Goal goal_of(const Recording& r, double ratio, const Costs& costs, int studies) {
    return {ratio, 2 * costs.reached > studies && r.reliability().value_or(1) >= 0.5};
  }

  std::string reached(const Costs& costs) const {
    return fmt::format("reached by {} of {}", costs.reached, studies_);
  }

  // (c) What short runs say of longer ones: cut short, and planned as short ones.
  void short_scores(const Recording& r) {
    const search::CurveTable curves = search::curves_of(r.table());
    add_scores(r, curves, r.table().steps / 4, curves, r.table().steps);
    for (const search::LearnedEstimator& l : search::learn_estimators(curves, r.table().steps))
      listing_.add(
          {r.task().name, fmt::format("learned after {:g} of the steps", l.fraction), l.rank(),
           Json(), Json(), "rank correlation", l.averaged, l.rank() / l.averaged, Json(), Json(),
           Json(), Json(),
           fmt::format("cross-validated; baseline: averaged; sum {:.3f}, single {:.3f}; {}", l.sum,
                       l.single, search::to_string(l))});
    const std::string file = r.task().name + "_long.csv.gz";
    if (!std::filesystem::exists(table_path(file))) return;
    const search::RecordedTable longer = read_table(file);
    add_scores(r, curves, r.table().steps, search::curves_of(longer), longer.steps);
  }

  void add_scores(const Recording& r, const search::CurveTable& shorter, int upto,
                  const search::CurveTable& longer, int steps) {
    for (const bool good : {false, true})
      for (const search::TransferFigures& f :
           search::measure_transfer(shorter, upto, r.table().steps, longer, steps, good))
        listing_.add({r.task().name,
                      fmt::format("{} after {} of {} steps, {}", f.estimator, upto, steps,
                                  good ? "better half" : "all"),
                      f.rank, f.low, f.high, "rank correlation", f.ceiling, f.rank / f.ceiling,
                      Json(), Json(), Json(), Json(),
                      fmt::format("baseline: its ceiling; {} activations, {} seeds", f.activations,
                                  f.seeds)});
  }

  // The same by trainings on seeds that were not recorded, random search against ours by turns.
  void search_live(const Recording& r) {
    const std::string study_yaml = table_path(r.task().name + ".yaml");
    const TrainerLibrary library;
    fmt::print(stderr, "{}: good is {}\n", r.task().name, r.live_target());
    Costs random, best;
    const int studies = arguments_.trials.value_or(kLiveStudies);
    for (int study = 0; study < studies; ++study) {
      random.add(trained(search::strategies().front(), r, library, study_yaml, study), 0);
      best.add(trained(ours(), r, library, study_yaml, study), 0);
    }
    add_costs(r, "live: random", random, random, studies, false);
    add_costs(r, "live: " + ours().name, best, random, studies, true);
    compare_fisher(r, library, study_yaml);
  }

  // Ours with and without the Fisher spectrum of networks, by replay; every spectrum that a study
  // asks for is counted at its mean time, though each is computed once.
  void compare_fisher(const Recording& r, const TrainerLibrary& library,
                      const std::string& study_yaml) {
    constexpr int kExamples = 32;
    const std::unique_ptr<trainer::Spectrum> network = library.open_spectrum(study_yaml, kExamples);
    std::map<std::string, std::vector<std::vector<double>>> known;
    double seconds = 0;
    int asked = 0;
    search::Trainings trainings;
    trainings.spectrum = [&](const std::string& text) {
      ++asked;
      const auto [at, fresh] = known.try_emplace(text);
      const auto begin = std::chrono::steady_clock::now();
      if (fresh) at->second = network->eigenvalues(text);
      if (fresh)
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      return at->second;
    };
    const Costs without = replayed(ours(), r, cold_);
    Costs with;
    const Scratch scratch;
    const search::Describe& describe = described(r);
    for (int study = 0; study < studies_; ++study) {
      search::StudyConfig config = search::study_of(ours(), r.table(), seed(study));
      config.sampler.fisher_examples = kExamples;
      asked = 0;
      search::Reached reached = r.judge(
          search::milestones_of(
              search::replay_study(ours(), r.table(), config, describe, scratch.path(), trainings),
              r.table()),
          seed(study));
      reached.seconds += asked * seconds / static_cast<double>(known.size());
      with.add(reached, r.seconds_per_step());
    }
    add_costs(r, "replay: " + ours().name, without, without, studies_, false);
    add_costs(r, "replay: " + ours().name + ", Fisher spectra", with, without, studies_, false);
  }

  search::Reached trained(const Strategy& strategy, const Recording& r,
                          const TrainerLibrary& library, const std::string& study_yaml,
                          int study) const {
    const Scratch scratch;
    const auto judged = [&](const search::ReplayedStudy& so_far) {
      return r.judge_live(search::milestones_of(so_far, r.table()));
    };
    search::Trainings trainings;
    trainings.evaluators = [&](int slot) { return library.open_evaluator(study_yaml, slot); };
    trainings.enough = [&](const search::ReplayedStudy& so_far) { return judged(so_far).ever; };
    const std::uint64_t seed =
        arguments_.seed.value_or(kLiveSeed) + static_cast<std::uint64_t>(study);
    const search::Reached reached = judged(
        search::replay_study(strategy, r.table(), search::study_of(strategy, r.table(), seed),
                             search::describe_recorded(r.table()), scratch.path(), trainings));
    fmt::print(stderr, "{}, {}, seed {}: {} steps, {} trials, {:.0f} s{}\n", r.task().name,
               strategy.name, seed, reached.first, reached.trials, reached.seconds,
               reached.ever ? "" : ", not reached");
    return reached;
  }

  /// Where a study begins: a library's path, made in a folder; "": nowhere.
  using Beginning = std::function<std::string(int study, const std::string& folder)>;

  Costs replayed(const Strategy& strategy, const Recording& r, const Beginning& beginning) const {
    const Scratch scratch, past;
    const search::Describe& describe = described(r);
    Costs costs;
    for (int study = 0; study < studies_; ++study) {
      const search::ReplayedStudy trials = search::replay_study(
          strategy, r.table(),
          search::study_of(strategy, r.table(), seed(study), beginning(study, past.path())),
          describe, scratch.path());
      costs.ways.push_back(search::milestones_of(trials, r.table()));
      costs.add(r.judge(costs.ways.back(), seed(study)), r.seconds_per_step());
    }
    return costs;
  }

  /// Each activation is integrated once, whatever is replayed; a live study pays for its own.
  const search::Describe& described(const Recording& r) const {
    const auto [at, fresh] = described_.try_emplace(&r);
    if (fresh) at->second = search::describe_recorded(r.table());
    return at->second;
  }

  std::uint64_t seed(int study) const {
    return arguments_.seed.value_or(1) + static_cast<std::uint64_t>(study);
  }

  void add_costs(const Recording& r, const std::string& name, const Costs& costs,
                 const Costs& random, int studies, bool goal) {
    add(r, name, "steps", costs.steps, random.steps,
        goal ? goal_of(r, kStepsGoal, costs, studies) : Goal{},
        fmt::format("reached by {} of {}", costs.reached, studies));
    add_shares(r, name, costs);
    add(r, name, "seconds", costs.seconds, random.seconds, {}, "one core, the search included");
  }

  // How much the ratio depends on what counts as good: the fifth best above, others here.
  void add_ranks(const Recording& r, const Costs& costs, const Costs& random) {
    for (const int k : {1, 2, 3, 10}) {
      const auto judged = [&](const Costs& of) {
        Costs by_rank;
        for (const auto& way : of.ways) by_rank.add(r.judge_by_rank(way, k), r.seconds_per_step());
        return by_rank;
      };
      const Costs mine = judged(costs), others = judged(random);
      add(r, fmt::format("{}, good is rank {}", ours().name, k), "steps", mine.steps, others.steps,
          {},
          fmt::format("reached by {} of {}, random by {}", mine.reached, studies_, others.reached));
    }
  }

  // Nobody who searches is told when what would be named is good.
  void add_shares(const Recording& r, const std::string& name, const Costs& costs) {
    for (const int runs : {8, 16, 32, 64}) {
      const std::int64_t steps = static_cast<std::int64_t>(runs) * r.table().steps;
      listing_.add({r.task().name, fmt::format("{}, stopped after {} steps", name, steps),
                    search::good_after(costs.studies, steps), Json(), Json(),
                    fmt::format("of {}", costs.studies.size()), Json(), Json(), Json(), Json(),
                    Json(), Json(), "studies that name something good then"});
    }
  }

  void add(const Recording& r, const std::string& name, const char* unit,
           const std::vector<double>& values, const std::vector<double>& against, const Goal& goal,
           const std::string& note) {
    const search::MedianInterval m = search::median_interval(values);
    const search::MedianInterval ratio = search::ratio_interval(against, values);
    listing_.add({r.task().name, name, m.median, m.low, m.high, unit, search::median(against),
                  ratio.median, ratio.low, ratio.high, goal.ratio ? Json(*goal.ratio) : Json(),
                  goal.ratio ? Json(goal.may_be_met && ratio.median >= *goal.ratio) : Json(),
                  note});
    fmt::print(stderr, "{}, {}: {:.0f} {}, {:.2f} times as few\n", r.task().name, name, m.median,
               unit, ratio.median);
  }

  const Beginning cold_ = [](int, const std::string&) { return std::string(); };
  const Arguments& arguments_;
  const int studies_;
  std::vector<Recording> recordings_;
  Costs random_{};  // of the task at work
  mutable std::map<const Recording*, search::Describe> described_{};
  Listing listing_{{"task", "name", "value", "low", "high", "unit", "baseline", "ratio",
                    "ratio low", "ratio high", "goal", "met", "note"}};
};

}  // namespace

int bench_replay_command(const Arguments& arguments) {
  print(Bench(arguments).run());
  return 0;
}

}  // namespace antigrad::app
