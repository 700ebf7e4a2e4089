// `antigrad bench null`, `bench estimators` and `bench signature`: what the search's evidence is
// worth.
#include <fmt/format.h>

#include <cmath>

#include "experiments/app/commands.hpp"
#include "experiments/app/evidence_tables.hpp"
#include "experiments/app/scratch.hpp"
#include "search/evidence/estimator_bench.hpp"
#include "search/evidence/learned_estimator.hpp"
#include "search/evidence/measured_estimators.hpp"
#include "search/evidence/promote.hpp"
#include "search/evidence/signature.hpp"
#include "search/evidence/simulation.hpp"
#include "search/run_directory.hpp"
#include "search/storage/journal.hpp"
#include "search/summary.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::Json;

constexpr double kGap = 2;  // deviations of one paired difference
constexpr int kSeeds = 10;

search::NullResult simulate(const search::NullOptions& options, const char* what) {
  const Scratch scratch;
  const auto progress = [&](const search::NullResult& r) {
    if (r.studies % 20 == 0)
      fmt::print(stderr, "{}: {} of {} studies, {} named a winner, {} of them rightly\n", what,
                 r.studies, options.studies, r.named, r.right);
  };
  return search::run_null_studies(options, scratch.path(), progress);
}

/// Every trial of a run that trained: search, confirmation, promotion.
std::vector<search::Trial> all_trials(const search::Summary& s, const std::string& journal) {
  std::vector<search::Trial> trials = s.trials;
  trials.insert(trials.end(), s.confirmation.begin(), s.confirmation.end());
  const search::Replay now = search::replay(search::read_journal(journal));
  if (const auto* promoted = now.find(search::promote_name(s.config.name)))
    for (const search::StoredTrial& stored : promoted->trials)
      trials.push_back(search::from_stored(stored));
  return trials;
}

/// A task whose curves are compared.
struct Compared {
  std::string name, kind;
  int steps;
  search::CurveTable table;
};

std::vector<Compared> tasks_of_run(const Arguments& a) {
  const search::RunDirectory run = search::open_run(a.root, a.subject);
  const search::Summary summary = search::summarise(run);
  const auto trials = all_trials(summary, run.journal());
  const std::vector<search::TaskFacts> facts = search::facts_of_tasks(summary.config);
  std::vector<Compared> tasks;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const search::Task& task = summary.config.tasks[i];
    tasks.push_back({task.name, search::kind_of_task(facts[i]), task.steps, {}});
    search::add_curves(trials, task.name, task.steps, tasks.back().table);
  }
  return tasks;
}

std::vector<Compared> recorded_tasks() {
  std::vector<Compared> tasks;
  for (const EvidenceTask& task : evidence_tasks()) {
    if (!table_exists(task.name + ".csv.gz")) continue;
    const Recording recording(task);
    const search::RecordedTable& table = recording.table();
    const auto facts =
        search::facts_of_tasks(search::study_of(search::strategies().front(), table, 1));
    tasks.push_back(
        {task.name, search::kind_of_task(facts[0]), table.steps, search::curves_of(table)});
  }
  return tasks;
}

Json share_or_none(const search::Calibration& c, double share) {
  return c.trials > 0 ? Json(share) : Json();
}

void add_figures(const Compared& task, Listing& listing) {
  for (const bool good : {false, true}) {
    const auto figures = search::measure_estimators(task.table, task.steps, good);
    for (const search::EstimatorFigures& f : figures) {
      bool best = true;
      for (const search::EstimatorFigures& other : figures)
        best = best && (other.fraction != f.fraction || other.rank <= f.rank);
      std::vector<Json> cells{task.name,  task.kind,   good ? "better half" : "all",
                              f.fraction, f.estimator, f.activations,
                              f.seeds};
      for (const double figure :
           {f.signal_noise, f.paired, f.rank, f.to_averaged, f.deviation, f.ceiling})
        cells.push_back(search::number_to_json(figure));
      const search::Calibration& c = f.calibration;
      for (const double share : {c.within_50, c.within_80, c.within_95, c.error})
        cells.push_back(share_or_none(c, share));
      cells.emplace_back(best);
      listing.add(std::move(cells));
    }
  }
}

void add_learned(const Compared& task, Listing& listing) {
  for (const search::LearnedEstimator& l : search::learn_estimators(task.table, task.steps)) {
    std::vector<Json> cells{task.name,
                            task.kind,
                            "all",
                            l.fraction,
                            "learned: " + search::to_string(l),
                            l.activations,
                            l.seeds,
                            Json(),
                            Json(),
                            l.rank(),
                            l.rank() - l.averaged};
    cells.resize(17);
    cells.emplace_back(l.rank() > l.averaged);
    listing.add(std::move(cells));
  }
}

}  // namespace

int bench_null_command(const Arguments& a) {
  search::NullOptions null{.studies = a.trials.value_or(200), .seeds = kSeeds};
  if (a.seed) null.seed = *a.seed;
  search::NullOptions power = null;
  power.gap = kGap;
  fmt::print(stderr,
             "stated beforehand: of studies of equals at most 7.5 % name a winner; with {} paired "
             "seeds, where 3 candidates in 10 are better than every baseline by {} deviations of "
             "one paired difference, at least 80 % name one of them\n",
             kSeeds, kGap);
  const search::NullResult equals = simulate(null, "equals"), better = simulate(power, "better");
  Listing listing({"name", "value", "unit", "baseline", "ratio", "goal", "met"});
  const int most = null.studies * 15 / 200;
  listing.add({"studies of equals that name a winner", equals.named,
               fmt::format("of {}", equals.studies), Json(), Json(), most, equals.named <= most});
  const double rate = static_cast<double>(better.right) / better.studies;
  listing.add({fmt::format("power at a gap of {} deviations, {} seeds", kGap, kSeeds), rate,
               "share", Json(), Json(), 0.8, rate >= 0.8});
  listing.add({"winners named there that are no better", better.named - better.right,
               fmt::format("of {}", better.named), Json(), Json(), Json(), Json()});
  print(listing.text(a.format));
  return 0;
}

int bench_signature_command(const Arguments&) {
  const Scratch scratch;
  print(search::search_signature(scratch.path()) + "\n");
  return 0;
}

int bench_estimators_command(const Arguments& a) {
  Listing listing({"task", "kind", "activations", "fraction", "estimator", "number", "seeds",
                   "signal/noise", "paired", "rank", "to averaged", "deviation", "ceiling",
                   "in 50 %", "in 80 %", "in 95 %", "error", "best"});
  const bool recorded = a.subject.empty();
  for (const Compared& task : recorded ? recorded_tasks() : tasks_of_run(a)) {
    add_figures(task, listing);
    add_learned(task, listing);
  }
  const std::string text = listing.text(a.format);
  if (text.find("averaged_half") == std::string::npos)
    throw space::Error(
        fmt::format("{} has no task with 3 activations trained to the end on the "
                    "same 2 seeds: nothing to compare with",
                    recorded ? "experiments/tables" : a.subject));
  print(text);
  return 0;
}

}  // namespace antigrad::app
