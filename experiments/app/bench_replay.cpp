// `antigrad bench evidence`: what a search is worth, by replay over trainings that were recorded
// (experiments/tables): (a) what it costs to find something good, ours and with Optuna's TPE in a
// process of its own (bench_replay.py); (b) what a warm start saves; (c) what short scores say.
#include "experiments/app/bench_replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "experiments/app/scratch.hpp"
#include "paths.hpp"
#include "search/child.hpp"
#include "search/evidence/estimator_bench.hpp"
#include "search/evidence/strategy.hpp"
#include "search/library/library.hpp"
#include "search/statistics.hpp"
#include "space/error.hpp"
#include "trainer/data/file_bytes.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using search::Milestone;

constexpr const char* kTables = ANTIGRAD_SOURCE_DIR "/experiments/tables/";
constexpr int kStudies = 30;
constexpr int kRank = 5;  // the target: as good as the fifth best of the table, re-tested
constexpr double kStepsGoal = 5, kTrialsGoal = 2;
constexpr int kOptunaTrials = 200;
constexpr double kSecondsPerStep = 0.039;  // of the table's trainings, on one core

/// What a search spent until it named a good one, one number a study.
struct Costs {
  std::vector<double> first, for_good, trials;
  int reached = 0;
  void add(const search::Reached& r) {
    first.push_back(static_cast<double>(r.first));
    for_good.push_back(static_cast<double>(r.for_good));
    trials.push_back(r.trials);
    reached += r.ever;
  }
};

/// A task whose trainings were recorded, and what judges what a study finds.
struct Recording {
  search::RecordedTable table;
  std::optional<search::Again> again{};  // runs on seeds of their own; else the seed not seen

  /// The target: as good as this one in the order of those losses. One seed alone is noisy, so one
  /// in twenty is good then.
  int rank() const { return again ? kRank : static_cast<int>(table.texts().size()) / 20; }
  search::Reached judge(const std::vector<Milestone>& milestones, std::uint64_t study) const {
    const search::Again losses = again ? *again : search::held_out(table, study);
    return search::reach(milestones, losses, search::kth_best(table, losses, rank()));
  }
};

std::string text_of(const std::string& file) {
  return std::string(trainer::FileBytes(kTables + file).text());
}

bool recorded(const std::string& file) {
  if (std::filesystem::exists(kTables + file)) return true;
  fmt::print(stderr, "{}{} is not there: that part is left out\n", kTables, file);
  return false;
}

Recording recording(const std::string& name, const std::string& task) {
  Recording r{search::read_recorded(text_of(name + ".csv.gz"), name + ".csv.gz")};
  r.table.task = task;
  const std::string again = name + "_again.csv";
  if (std::filesystem::exists(kTables + again)) r.again = search::read_again(text_of(again), again);
  fmt::print(stderr, "{}: good is what has one of the {} lowest re-tested losses of {}{}\n", name,
             r.rank(), r.table.texts().size(),
             r.again ? "" : ", on the seed that a search does not see");
  return r;
}

class Optuna {
 public:
  explicit Optuna(const std::string& python)
      : child_(std::vector<std::string>{"/usr/bin/env", "OMP_NUM_THREADS=1",
                                        "PYTHONDONTWRITEBYTECODE=1", python,
                                        ANTIGRAD_SOURCE_DIR "/experiments/app/bench_replay.py"}) {
    const Json hello = read();
    if (hello.contains("missing")) throw space::Error(hello.at("missing").get<std::string>());
    version_ = hello.at("version");
  }

  const std::string& version() const { return version_; }

  std::vector<std::string> ask(const Json& request) {
    if (!child_.write_line(search::to_text(request))) fail();
    return read().at("asked");
  }

 private:
  Json read() {
    constexpr auto kPatience = std::chrono::minutes(10);
    const auto answer = child_.read_line(std::chrono::steady_clock::now() + kPatience,
                                         std::numeric_limits<double>::infinity());
    if (answer.event != search::Child::Event::line) fail();
    return search::parse_json(answer.line);
  }
  [[noreturn]] void fail() {
    throw space::Error(fmt::format("the process with Optuna ended ({})", child_.end(true)));
  }

  search::Child child_;
  std::string version_;
};

std::string key_of(const search::RecordedActivation& row) {
  return fmt::format("{}", fmt::join(row.choices, "|"));
}

class Bench {
 public:
  explicit Bench(const Arguments& arguments)
      : arguments_(arguments),
        images_(recording("cifar10",
                          "name: cifar10, model: {type: resnet, depth: 8, width: 8, stem: medium}, "
                          "data: {format: cifar10}, batch: 64")),
        studies_(arguments.trials.value_or(kStudies)) {}

  std::string run() {
    search_steps();
    warm_trials();
    short_scores();
    return listing_.text(arguments_.format);
  }

 private:
  // (a) Training steps until something good is named.
  void search_steps() {
    for (const search::Strategy& strategy : search::strategies())
      add_steps(strategy.name, replayed(strategy, images_, ""));
    compare_optuna();
  }

  // (b) Candidates that are tried on a second task, with and without what the first has taught.
  void warm_trials() {
    if (!recorded("digits.csv.gz")) return;
    const Recording second = recording(
        "digits",
        "name: digits, model: {type: resnet, depth: 8, width: 8}, data: {format: digits}, batch: "
        "64");
    const Scratch scratch;
    const search::Strategy& ours = search::strategies().back();
    const search::StudyConfig config = search::study_of(ours, images_.table, seed(studies_));
    search::export_library(
        {search::past_study(config, search::replay_study(ours, images_.table, config,
                                                         search::describe_recorded(images_.table),
                                                         scratch.path()))},
        scratch.path() + "/library.study");
    const Costs cold = replayed(ours, second, "");
    const Costs warm = replayed(ours, second, scratch.path() + "/library.study");
    add("cold start on a second task", "trials", cold.trials, cold.trials, {}, "");
    add("warm start on a second task", "trials", warm.trials, cold.trials, kTrialsGoal,
        fmt::format("reached by {} of {}, cold by {}", warm.reached, studies_, cold.reached));
  }

  // (c) What short runs say of longer ones.
  void short_scores() {
    add_scores("cifar10", images_.table, 0.25);
    if (recorded("digits_long.csv.gz"))
      add_scores("digits",
                 search::read_recorded(text_of("digits_long.csv.gz"), "digits_long.csv.gz"), 0.1);
  }

  void add_scores(const char* name, const search::RecordedTable& table, double fraction) {
    const search::CurveTable curves = search::curves_of(table);
    for (const bool good : {false, true}) {
      for (const search::EstimatorFigures& f :
           search::measure_estimators(curves, table.steps, good)) {
        if (f.fraction != fraction) continue;
        listing_.add({fmt::format("{}: {} after {} of {} steps, {}", name, f.estimator,
                                  std::lround(fraction * table.steps), table.steps,
                                  good ? "better half" : "all"),
                      f.rank, Json(), Json(), "rank correlation", Json(), Json(), Json(), Json(),
                      Json(),
                      fmt::format("ceiling {:.3f}; {} activations, {} seeds", f.ceiling,
                                  f.activations, f.seeds)});
      }
    }
  }

  Costs replayed(const search::Strategy& strategy, const Recording& r,
                 const std::string& library) const {
    const Scratch scratch;
    const search::Describe describe = search::describe_recorded(r.table);
    Costs costs;
    for (int study = 0; study < studies_; ++study) {
      const auto trials = search::replay_study(
          strategy, r.table, search::study_of(strategy, r.table, seed(study), library), describe,
          scratch.path());
      costs.add(r.judge(search::milestones_of(trials, r.table), seed(study)));
    }
    return costs;
  }

  std::uint64_t seed(int study) const {
    return arguments_.seed.value_or(1) + static_cast<std::uint64_t>(study);
  }

  void add_steps(const std::string& name, const Costs& costs) {
    if (random_.empty()) random_ = costs.first;
    const bool ours = name == search::strategies().back().name;
    add(name, "steps", costs.first, random_, ours ? std::optional(kStepsGoal) : std::nullopt,
        fmt::format("{:.1f} minutes of training; reached by {} of {}; for good after {:.0f}",
                    search::median(costs.first) * kSecondsPerStep / 60, costs.reached, studies_,
                    search::median(costs.for_good)));
  }

  void add(const std::string& name, const char* unit, const std::vector<double>& values,
           const std::vector<double>& against, std::optional<double> goal,
           const std::string& note) {
    const search::MedianInterval m = search::median_interval(values);
    const search::MedianInterval ratio = search::ratio_interval(against, values);
    listing_.add({name, m.median, m.low, m.high, unit, ratio.median, ratio.low, ratio.high,
                  goal ? Json(*goal) : Json(), goal ? Json(ratio.median >= *goal) : Json(), note});
    fmt::print(stderr, "{}: {} {}, {:.2f} times as few\n", name, m.median, unit, ratio.median);
  }

  void compare_optuna() {
    const std::string standard = ANTIGRAD_SOURCE_DIR "/.deps/oracle/bin/python";
    const std::string python = arguments_.python.empty() ? standard : arguments_.python;
    if (python == "none" || !std::filesystem::exists(python)) {
      fmt::print(stderr, "Optuna: not compared; ./scripts/test sets up {}\n", standard);
      return;
    }
    Optuna optuna(python);
    for (const bool multivariate : {false, true}) {
      Costs costs;
      for (int study = 0; study < studies_; ++study)
        costs.add(images_.judge(tpe(optuna, study, multivariate), seed(study)));
      add_steps(
          fmt::format("Optuna {} TPE{}", optuna.version(), multivariate ? ", multivariate" : ""),
          costs);
    }
  }

  // Every candidate to the end, on the seed that our strategies begin with; what it asks for again
  // costs nothing. The two baselines, which ours train, count here too.
  std::vector<Milestone> tpe(Optuna& optuna, int study, bool multivariate) {
    Json request{{"trials", kOptunaTrials},
                 {"seed", seed(study)},
                 {"multivariate", multivariate},
                 {"choices", choices()},
                 {"losses", Json::object()}};
    std::map<std::string, const search::RecordedActivation*> rows;
    for (const search::RecordedActivation& row : images_.table.rows) {
      if (!row.in_space()) continue;
      const auto run =
          std::next(row.runs.begin(), static_cast<std::ptrdiff_t>(seed(study) % row.runs.size()));
      request["losses"][key_of(row)] = run->second.back().validation_loss;
      rows[key_of(row)] = &row;
    }
    std::vector<Milestone> milestones;
    std::set<std::string> seen;
    double least = std::numeric_limits<double>::infinity();
    std::string best;
    for (const std::string& key : optuna.ask(request)) {
      seen.insert(key);
      const double loss = request["losses"][key];
      if (loss < least) best = rows.at(key)->name;
      least = std::min(least, loss);
      milestones.push_back(
          {static_cast<std::int64_t>(seen.size() + 2) * images_.table.steps, best});
    }
    return milestones;
  }

  Json choices() const {
    Json all = Json::array();
    for (std::size_t axis = 0; axis < 4; ++axis) {
      std::set<std::string> values;
      for (const search::RecordedActivation& row : images_.table.rows)
        if (row.in_space()) values.insert(row.choices[axis]);
      all.push_back(values);
    }
    return all;
  }

  const Arguments& arguments_;
  const Recording images_;
  const int studies_;
  std::vector<double> random_;  // steps of random search
  Listing listing_{{"name", "value", "low", "high", "unit", "ratio", "ratio low", "ratio high",
                    "goal", "met", "note"}};
};

}  // namespace

int bench_replay_command(const Arguments& arguments) {
  print(Bench(arguments).run());
  return 0;
}

}  // namespace antigrad::app
