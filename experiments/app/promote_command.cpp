// `antigrad promote RUN`: the evidence for a winner, and its one look at the test part.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "experiments/app/commands.hpp"
#include "experiments/app/forecast.hpp"
#include "experiments/app/interrupt.hpp"
#include "experiments/app/narrator.hpp"
#include "experiments/app/promote_text.hpp"
#include "experiments/app/run_facts.hpp"
#include "experiments/app/slots.hpp"
#include "search/evidence/ledger.hpp"
#include "search/normalisation.hpp"
#include "search/run_directory.hpp"
#include "search/storage/journal.hpp"
#include "space/error.hpp"
#include "space/yaml.hpp"
#include "trainer/normalised.hpp"

namespace antigrad::app {
namespace {

using search::PromoteOptions;
using search::PromoteTable;

/// Searched tasks go to one evaluator, the others to a second.
class ByTask : public trainer::Evaluator {
 public:
  ByTask(std::unique_ptr<Evaluator> searched, std::unique_ptr<Evaluator> others,
         std::set<std::string> other_tasks)
      : searched_(std::move(searched)),
        others_(std::move(others)),
        other_tasks_(std::move(other_tasks)) {}
  trainer::Measurement evaluate(const trainer::Evaluation& e) override {
    return (other_tasks_.contains(e.task) ? others_ : searched_)->evaluate(e);
  }
  void forget() override {
    searched_->forget();
    others_->forget();
  }

 private:
  std::unique_ptr<Evaluator> searched_, others_;
  std::set<std::string> other_tasks_;
};

using Factory = search::EvaluatorFactory (*)(const search::StudyConfig&, const std::string&);

search::EvaluatorFactory factory_for(const PromoteOptions& o, const std::string& study_yaml,
                                     Factory make) {
  search::EvaluatorFactory searched = make(o.config, study_yaml);
  if (o.other_tasks.empty()) return searched;
  search::EvaluatorFactory others = make(o.config, o.promote.tasks);
  std::set<std::string> names;
  for (const search::Task& task : o.other_tasks) names.insert(task.name);
  return [=](int slot) { return std::make_unique<ByTask>(searched(slot), others(slot), names); };
}

/// A winner of normalised trainings is not what a task that leaves it as it stands would train.
void demand_scale_said(const search::StudyConfig& config, const std::string& file) {
  if (!search::normalises(config)) return;
  const auto study = space::Yaml::load_file(file);
  for (const space::Yaml& task : study.at("tasks").items())
    if (!study.has("normalise") && !trainer::says_scale(task))
      task.fail(
          fmt::format("the searched tasks are normalised, and \"{}\" does not say whether it is; "
                      "expected `normalise: true`, to train activations as they did, or false",
                      task.at("name").text()));
}

/// Tasks of a file, none of them named like a searched one.
std::vector<trainer::Task> read_other_tasks(const search::StudyConfig& config,
                                            const std::string& file) {
  search::StudyConfig other = config;
  other.file = file;
  std::vector<trainer::Task> tasks = checked_tasks(other);
  for (const trainer::Task& task : tasks)
    for (const search::Task& searched : config.tasks)
      if (task.name == searched.name)
        throw space::Error({file, 0, 0}, fmt::format("task \"{}\" has the name of a searched one; "
                                                     "give it another",
                                                     task.name));
  demand_scale_said(config, file);
  return tasks;
}

PromoteOptions options_of(const Arguments& a, const search::RunDirectory& run) {
  PromoteOptions o;
  o.config = search::load_study(run.study_yaml());
  if (a.isolation) o.config.isolation = *a.isolation;
  o.promote = o.config.promote;
  if (a.seeds) o.promote.seeds = *a.seeds;
  if (a.margin) o.promote.margin = *a.margin;
  if (!a.tasks.empty()) o.promote.tasks = std::filesystem::absolute(a.tasks).string();
  o.journal = run.journal();
  return o;
}

/// Format, path and cut of a task's data: two tasks with the same one have the same test part.
std::string data_of(const trainer::Task& task) {
  const trainer::DataSpec& d = task.data;
  const std::string path = d.test_path.empty() ? d.path : d.test_path;
  std::error_code failed;
  const auto real = std::filesystem::weakly_canonical(path, failed);
  std::string text = fmt::format("{} {}", to_string(d.format), failed ? path : real.string());
  if (d.test > 0) text += fmt::format(", cut at {} and {}", d.validation, d.test);
  return text;
}

/// One line a test part that is about to be read, on the terminal and in the ledger.
class Reads {
 public:
  Reads(const Arguments& a, const search::RunDirectory& run,
        const std::vector<trainer::Task>& tasks)
      : ledger_(a.ledger), study_(std::filesystem::absolute(run.path).lexically_normal().string()) {
    for (const trainer::Task& task : tasks) data_[task.name] = data_of(task);
  }

  void announce(const std::string& activation) const {
    std::set<std::string> seen;
    for (const auto& [task, data] : data_) {
      if (!seen.insert(data).second) continue;
      const auto readers = ledger_.other_readers(data, study_);
      fmt::print(stderr, "reading the test part of {} ({}): {}; kept in {}\n", task, data,
                 readers.empty() ? "no other study has"
                                 : fmt::format("read before by {}", fmt::join(readers, ", ")),
                 ledger_.path());
      ledger_.append({search::timestamp(), data, study_, activation, ""});
    }
  }

  void record(const std::string& activation, const std::vector<search::TestRow>& rows) const {
    for (const search::TestRow& row : rows)
      ledger_.append({search::timestamp(), data_.at(row.task), study_, activation,
                      fmt::format("{}: loss {:.6g}, best baseline {:.6g}, {} seeds", row.task,
                                  row.winner, row.baseline, row.seeds)});
  }

 private:
  search::Ledger ledger_;
  std::string study_;
  std::map<std::string, std::string> data_;  // by task
};

const search::PromoteRow& row_of(const PromoteTable& table, int search_trial) {
  for (const search::PromoteRow& row : table.rows)
    if (row.search_trial == search_trial) return row;
  throw space::Error(fmt::format("trial {} is not in the promotion", search_trial));
}

/// The test part, if there is a winner to show it to and it has not been done. False when stopped.
bool look_at_test(const PromoteOptions& o, const PromoteTable& table, const Reads& reads,
                  const std::string& study_yaml, int workers) {
  const search::TestPair pair = search::test_pair(o, table);
  if (pair.winner < 0) return true;
  const std::string& activation = row_of(table, pair.winner).candidate.activation;
  const auto measured = [&] {
    const auto rows = search::test_rows(o, table);
    return !rows.empty() && rows.back().seeds == pair.seeds;
  };
  if (pair.begun && measured()) return true;
  reads.announce(activation);
  search::Pool pool(workers, factory_for(o, study_yaml, promotion_evaluators));
  if (!search::run_test(o, table, pool)) return false;
  reads.record(activation, search::test_rows(o, table));
  return true;
}

}  // namespace

int promote_command(const Arguments& arguments) {
  const search::RunDirectory run = search::open_run(arguments.root, arguments.subject);
  PromoteOptions o = options_of(arguments, run);
  std::vector<trainer::Task> tasks = checked_tasks(o.config);
  if (!o.promote.tasks.empty()) {
    const auto others = read_other_tasks(o.config, o.promote.tasks);
    for (const trainer::Task& task : others) o.other_tasks.push_back({task.name, task.steps});
    tasks.insert(tasks.end(), others.begin(), others.end());
  }
  const Interrupt interrupt;
  Narrator narrator(stderr);
  o.listener = &narrator;
  o.stop = &interrupt.stop();
  const int workers = arguments.workers.value_or(usable_cores());
  bool complete = false;
  {
    search::Pool pool(workers, factory_for(o, run.study_yaml(), evaluators));
    complete = search::run_promotion(o, pool);
  }
  const PromoteTable table = search::promote_table(o);
  if (complete && !arguments.sealed)
    complete = look_at_test(o, table, Reads(arguments, run, tasks), run.study_yaml(), workers);
  print(promote_text(table, search::test_pair(o, table), search::test_rows(o, table),
                     arguments.format));
  if (complete) return 0;
  fmt::print(stderr, "stopped before the end; go on with the same command\n");
  return 1;
}

}  // namespace antigrad::app
