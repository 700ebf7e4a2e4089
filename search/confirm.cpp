// Means, intervals, paired differences and verdicts of a confirmation.
#include "search/confirm.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "search/score.hpp"
#include "search/statistics.hpp"

namespace antigrad::search {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// One column of the table: a value for each row and seed; no values for a row that lacks a seed.
using Column = std::vector<std::vector<double>>;

bool trained(const StudyConfig& config, const Trial& trial, const Stage& stage) {
  return std::all_of(config.tasks.begin(), config.tasks.end(),
                     [&](const Task& task) { return !std::isnan(stage_loss(trial, task, stage)); });
}

std::vector<double> losses(const Trial& trial, const Task& task, const Stage& stage) {
  std::vector<double> values;
  for (const int seed : stage.seeds)
    values.push_back(stage_loss(trial, task, {stage.fraction, {seed}}));
  return values;
}

Column overall_column(const StudyConfig& config, const std::vector<Column>& tasks,
                      const std::vector<Unit>& units) {
  Column column(tasks[0].size());
  for (std::size_t row = 0; row < column.size(); ++row) {
    column[row].resize(tasks[0][row].size());
    for (std::size_t seed = 0; seed < column[row].size(); ++seed) {
      for (std::size_t t = 0; t < tasks.size(); ++t) {
        column[row][seed] += (tasks[t][row][seed] - units[t].location) / units[t].scale;
      }
      column[row][seed] /= static_cast<double>(config.tasks.size());
    }
  }
  return column;
}

int best_baseline(const ConfirmTable& table, const Column& column) {
  int best = -1;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!table.rows[row].candidate.baseline || column[row].empty()) continue;
    if (best < 0 || mean(column[row]) < mean(column[static_cast<std::size_t>(best)])) {
      best = static_cast<int>(row);
    }
  }
  return best;
}

void judge(Estimate& estimate) {
  estimate.verdict = Verdict::tie;
  if (estimate.p_holm >= 0.05) return;
  estimate.verdict = estimate.difference < 0 ? Verdict::better : Verdict::worse;
}

// Fills one Estimate of every row; returns the best baseline's row.
int fill(ConfirmTable& table, const Column& column,
         const std::function<Estimate&(ConfirmRow&)>& estimate_of) {
  const int best = best_baseline(table, column);
  std::vector<Estimate*> compared;
  std::vector<double> p;
  for (std::size_t row = 0; row < column.size(); ++row) {
    Estimate& e = estimate_of(table.rows[row]);
    e.count = static_cast<int>(column[row].size());
    e.mean = mean(column[row]);
    e.half_width = half_width(column[row]);
    e.difference = kNan;
    e.difference_half_width = kInfinity;
    if (best < 0 || column[row].empty()) continue;
    std::vector<double> differences = column[row];
    for (std::size_t seed = 0; seed < differences.size(); ++seed) {
      differences[seed] -= column[static_cast<std::size_t>(best)][seed];
    }
    e.difference = mean(differences);
    e.difference_half_width = half_width(differences);
    if (table.rows[row].candidate.baseline) continue;
    e.p = mean_p(differences);
    compared.push_back(&e);
    p.push_back(e.p);
  }
  const std::vector<double> adjusted = holm(p);
  for (std::size_t i = 0; i < compared.size(); ++i) {
    compared[i]->p_holm = adjusted[i];
    judge(*compared[i]);
  }
  return best;
}

/// No average makes up for a task on which a row is worse.
void find_mixed(ConfirmTable& table) {
  for (ConfirmRow& row : table.rows)
    if (row.overall.verdict == Verdict::better &&
        std::ranges::count(row.tasks, Verdict::worse, &Estimate::verdict) > 0)
      row.overall.verdict = Verdict::mixed;
}

double mean_accuracy(const Trial& trial, const Task& task, const Stage& stage) {
  std::vector<double> values;
  for (const int seed : stage.seeds) {
    const Run* run = trial.run(task.name, seed);
    if (run == nullptr || run->measurement.curve.empty()) return kNan;
    values.push_back(run->measurement.curve.back().validation_accuracy);
  }
  return mean(values);
}

ConfirmRow row_of(const StudyConfig& config, const Trial& trial, const Stage& stage) {
  ConfirmRow row;
  row.number = trial.number;
  row.search_trial = trial.search_trial;
  row.candidate = trial.candidate;
  row.outcome = trial.outcome;
  row.reason = trial.reason;
  row.steps = trial.steps;
  for (const Task& task : config.tasks) {
    row.tasks.emplace_back().accuracy = mean_accuracy(trial, task, stage);
  }
  return row;
}

void sort_rows(ConfirmTable& table) {
  const auto key = [](const ConfirmRow& row) {
    return std::isnan(row.overall.mean) ? kInfinity : row.overall.mean;
  };
  std::vector<int> numbers;
  for (const int best : table.best_baseline) {
    numbers.push_back(best < 0 ? -1 : table.rows[static_cast<std::size_t>(best)].number);
  }
  std::stable_sort(table.rows.begin(), table.rows.end(),
                   [&](const ConfirmRow& a, const ConfirmRow& b) { return key(a) < key(b); });
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto at = std::find_if(table.rows.begin(), table.rows.end(),
                                 [&](const ConfirmRow& row) { return row.number == numbers[i]; });
    table.best_baseline[i] =
        at == table.rows.end() ? -1 : static_cast<int>(at - table.rows.begin());
  }
}

}  // namespace

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::none: return "";
    case Verdict::better: return "better";
    case Verdict::mixed: return "mixed";
    case Verdict::tie: return "tie";
    case Verdict::worse: return "worse";
  }
  return "unknown";
}

ConfirmTable confirm_table(const StudyConfig& config, const std::vector<Trial>& trials) {
  const Stage stage = confirm_stage(config);
  ConfirmTable table;
  table.seeds = stage.seeds;
  table.complete = !trials.empty();
  std::vector<const Trial*> baselines;
  for (const Trial& trial : trials) {
    table.rows.push_back(row_of(config, trial, stage));
    table.complete = table.complete && trial.finished();
    if (trial.candidate.baseline && trained(config, trial, stage)) baselines.push_back(&trial);
  }
  std::vector<Column> columns;
  std::vector<Unit> units;
  for (std::size_t t = 0; t < config.tasks.size(); ++t) {
    const Task& task = config.tasks[t];
    table.tasks.push_back(task.name);
    Column& column = columns.emplace_back();
    for (const Trial& trial : trials) {
      const bool whole = trained(config, trial, stage);
      column.push_back(whole ? losses(trial, task, stage) : std::vector<double>{});
    }
    units.push_back(baselines.empty() ? Unit{} : unit_of(baselines, task, stage));
    table.best_baseline.push_back(
        fill(table, column, [t](ConfirmRow& row) -> Estimate& { return row.tasks[t]; }));
  }
  Column overall = overall_column(config, columns, units);
  if (baselines.empty()) overall.assign(trials.size(), {});
  table.best_baseline.push_back(
      fill(table, overall, [](ConfirmRow& row) -> Estimate& { return row.overall; }));
  find_mixed(table);
  sort_rows(table);
  return table;
}

}  // namespace antigrad::search
