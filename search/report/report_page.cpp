// Which activations the report draws, and their curves.
#include "search/report/report_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace antigrad::search::report {
namespace {

constexpr int kFinalistStyles = 6;
constexpr int kBaselineStyles = 8;

const Trial* by_number(const std::vector<Trial>& trials, int number) {
  const auto found = std::find_if(trials.begin(), trials.end(),
                                  [&](const Trial& t) { return t.number == number; });
  return found == trials.end() ? nullptr : &*found;
}

void add(std::vector<Series>& out, const Trial& trial, int search_trial, int& finalists,
         int& baselines) {
  Series s{&trial.candidate, &trial, search_trial, name_of(trial.candidate, search_trial), ""};
  s.style = trial.candidate.baseline ? fmt::format("b{}", baselines++ % kBaselineStyles)
                                     : fmt::format("f{}", finalists++ % kFinalistStyles);
  out.push_back(std::move(s));
}

std::vector<Series> confirmed(const Summary& summary) {
  std::vector<Series> out;
  int finalists = 0;
  int baselines = 0;
  for (const ConfirmRow& row : summary.table.rows) {  // best first
    const Trial* trial = by_number(summary.confirmation, row.number);
    if (!row.candidate.baseline && trial) add(out, *trial, row.search_trial, finalists, baselines);
  }
  for (const Trial& trial : summary.confirmation) {
    if (trial.candidate.baseline) add(out, trial, trial.search_trial, finalists, baselines);
  }
  return out;
}

std::vector<Series> searched(const Summary& summary) {
  std::vector<Series> out;
  int finalists = 0;
  int baselines = 0;
  for (const Trial* trial : best_candidates(summary)) {
    if (finalists == summary.config.confirm.finalists) break;
    add(out, *trial, trial->number, finalists, baselines);
  }
  for (const Trial& trial : summary.trials) {
    if (trial.candidate.baseline) add(out, trial, trial.number, finalists, baselines);
  }
  return out;
}

double last_loss(const Series& s, const std::string& task) {
  const std::vector<svg::Point> curve = mean_curve(*s.trial, task);
  return curve.empty() ? std::nan("") : curve.back().y;
}

}  // namespace

const Series* Page::find(int search_trial) const {
  const auto found = std::find_if(series.begin(), series.end(),
                                  [&](const Series& s) { return s.number == search_trial; });
  return found == series.end() ? nullptr : &*found;
}

Page make_page(const Summary& summary, const Costs& costs) {
  return {summary, costs, summary.confirmation.empty() ? searched(summary) : confirmed(summary)};
}

const ConfirmRow* winner(const Summary& summary) {
  for (const ConfirmRow& row : summary.table.rows) {
    if (!row.candidate.baseline && std::isfinite(row.overall.mean)) return &row;
  }
  return nullptr;
}

std::vector<const Trial*> best_candidates(const Summary& summary) {
  std::vector<const Trial*> out;
  for (const Trial* trial : summary.leaderboard()) {
    const bool scored = trial->state == TrialState::complete || trial->state == TrialState::pruned;
    if (scored && !trial->candidate.baseline && std::isfinite(trial->score())) out.push_back(trial);
  }
  return out;
}

const Series* reference(const Page& page, std::size_t task) {
  const ConfirmTable& table = page.summary.table;
  const auto& tasks = page.summary.config.tasks;
  if (task < table.best_baseline.size() && table.best_baseline[task] >= 0) {
    const auto row = static_cast<std::size_t>(table.best_baseline[task]);
    return page.find(table.rows[row].search_trial);
  }
  const Series* best = nullptr;
  for (const Series& s : page.series) {
    if (!s.candidate->baseline || task >= tasks.size()) continue;
    const double loss = last_loss(s, tasks[task].name);
    if (!std::isfinite(loss)) continue;
    if (!best || loss < last_loss(*best, tasks[task].name)) best = &s;
  }
  return best;
}

std::vector<svg::Point> mean_curve(const Trial& trial, const std::string& task) {
  std::map<int, std::pair<double, int>> sums;  // by step
  int runs = 0;
  for (const Run& run : trial.runs) {
    if (run.task != task) continue;
    ++runs;
    for (const trainer::CurvePoint& point : run.measurement.curve) {
      auto& [sum, seen] = sums[point.step];
      sum += point.validation_loss;
      ++seen;
    }
  }
  std::vector<svg::Point> out;
  for (const auto& [step, sum] : sums) {
    if (sum.second == runs) out.push_back({static_cast<double>(step), sum.first / runs});
  }
  return out;
}

}  // namespace antigrad::search::report
