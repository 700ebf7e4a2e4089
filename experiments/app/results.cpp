// The table that decides.
#include "experiments/app/results.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "experiments/app/exported.hpp"
#include "experiments/app/page_assets.hpp"
#include "experiments/app/page_exports.hpp"
#include "experiments/app/run_facts.hpp"
#include "experiments/app/trainer_library.hpp"
#include "search/normalisation.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::ConfirmRow;
using search::Estimate;
using search::Json;
using search::Summary;
using search::Verdict;

std::string interval(double mean, double half_width, const char* form) {
  if (std::isnan(mean)) return "-";
  if (!std::isfinite(half_width)) return fmt::format(fmt::runtime(form), mean);
  return fmt::format(fmt::runtime(form), mean) + "±" + fmt::format("{:.2g}", half_width);
}

std::string verdict_of(const Summary& summary, const ConfirmRow& row, std::size_t index) {
  if (row.outcome != trainer::Outcome::ok) return search::to_string(row.outcome);
  if (static_cast<int>(index) == summary.table.best_baseline.back()) return "best baseline";
  if (row.overall.verdict == Verdict::none) return row.candidate.baseline ? "baseline" : "-";
  return search::to_string(row.overall.verdict);
}

Json cost_of(const search::Costs& costs, const ConfirmRow& row) {
  const trainer::KernelCost* cost = costs.find(row.candidate.activation);
  return cost == nullptr ? Json() : Json(cost->forward_ns + cost->backward_ns);
}

std::string table_for_people(const Summary& s, const search::Costs& costs) {
  std::vector<std::string> columns{"activation"};
  for (const std::string& task : s.table.tasks) columns.push_back(task + " loss");
  for (const char* name : {"score", "to best baseline", "verdict", "ns/element", "steps"})
    columns.emplace_back(name);
  Listing listing(columns);
  for (std::size_t i = 0; i < s.table.rows.size(); ++i) {
    const ConfirmRow& row = s.table.rows[i];
    std::vector<Json> cells{name_of(row.candidate, row.search_trial)};
    for (const Estimate& task : row.tasks)
      cells.emplace_back(interval(task.mean, task.half_width, "{:.4f}"));
    cells.emplace_back(interval(row.overall.mean, row.overall.half_width, "{:+.2f}"));
    cells.emplace_back(
        interval(row.overall.difference, row.overall.difference_half_width, "{:+.2f}"));
    cells.emplace_back(verdict_of(s, row, i));
    cells.push_back(cost_of(costs, row));
    cells.emplace_back(steps_spent(s, row));
    listing.add(std::move(cells));
  }
  return listing.text(Format::table);
}

void add_estimate(std::vector<Json>& cells, const Estimate& e) {
  for (const double value : {e.mean, e.half_width, e.difference, e.difference_half_width}) {
    cells.push_back(search::number_to_json(value));
  }
}

std::string table_for_programs(const Summary& s, const search::Costs& costs, Format format) {
  std::vector<std::string> columns{"activation", "trial", "gradient", "f"};
  std::vector<std::string> measures = s.table.tasks;
  measures.emplace_back("score");
  for (const std::string& measure : measures) {
    for (const char* part : {"mean", "half_width", "difference", "difference_half_width"}) {
      columns.push_back(measure + "_" + part);
    }
  }
  for (const char* name : {"p_holm", "verdict", "kernel_ns", "steps", "seeds"})
    columns.emplace_back(name);
  Listing listing(columns);
  for (std::size_t i = 0; i < s.table.rows.size(); ++i) {
    const ConfirmRow& row = s.table.rows[i];
    std::vector<Json> cells{name_of(row.candidate, row.search_trial), row.search_trial,
                            row.candidate.activation, row.candidate.f};
    for (const Estimate& task : row.tasks) add_estimate(cells, task);
    add_estimate(cells, row.overall);
    cells.push_back(search::number_to_json(row.overall.p_holm));
    cells.emplace_back(verdict_of(s, row, i));
    cells.push_back(cost_of(costs, row));
    cells.emplace_back(steps_spent(s, row));
    cells.emplace_back(row.overall.count);
    listing.add(std::move(cells));
  }
  return listing.text(format);
}

std::vector<std::string> worse_on(const search::ConfirmTable& table, const ConfirmRow& row) {
  std::vector<std::string> tasks;
  for (std::size_t t = 0; t < table.tasks.size(); ++t)
    if (row.tasks[t].verdict == Verdict::worse) tasks.push_back(table.tasks[t]);
  return tasks;
}

std::string sentence(const Summary& s) {
  const auto best = static_cast<std::size_t>(s.table.best_baseline.back());
  const std::string baseline = s.table.rows.at(best).candidate.title;
  for (const ConfirmRow& row : s.table.rows) {
    if (row.candidate.baseline || row.outcome != trainer::Outcome::ok) continue;
    const std::string name = name_of(row.candidate, row.search_trial);
    const std::string p = fmt::format("p = {:.2g} after Holm's correction, {} paired seeds",
                                      row.overall.p_holm, row.overall.count);
    switch (row.overall.verdict) {
      case Verdict::better:
        return fmt::format("{} is better than {}, the best baseline ({}).", name, baseline, p);
      case Verdict::mixed:
        return fmt::format(
            "Mixed: {} is better than {}, the best baseline, by the score ({}), and worse on {}.",
            name, baseline, p, fmt::join(worse_on(s.table, row), ", "));
      case Verdict::worse:
        return fmt::format("The best discovered, {}, is worse than {}, the best baseline ({}).",
                           name, baseline, p);
      case Verdict::tie:
        return fmt::format("A tie: {} and {}, the best baseline, cannot be told apart ({}).", name,
                           baseline, p);
      case Verdict::none: return fmt::format("{} was not compared with {}.", name, baseline);
    }
  }
  return "No candidate was confirmed.";
}

std::string formulas(const Summary& s) {
  const search::Candidate* winner = winner_of(s);
  if (winner == nullptr) return "";
  const auto gain = search::trained_gain(s.config, winner->activation);
  return fmt::format(
      "g(x) = {}\nf(x) = {}\n{}", winner->activation, winner->f,
      gain ? fmt::format("trained as {:.6g} f(x), which exported files hold\n", *gain) : "");
}

std::string unfinished(const Summary& s) {
  return fmt::format("The study is not complete (phase: {}); best candidate so far:\n",
                     search::to_string(s.phase));
}

}  // namespace

search::Costs measure_costs(const Summary& summary) {
  search::Costs costs;
  if (summary.table.rows.empty()) return costs;
  const TrainerLibrary library;
  for (const ConfirmRow& row : summary.table.rows) {
    if (row.outcome != trainer::Outcome::ok) continue;
    costs.by_activation[row.candidate.activation] = library.kernel_cost(row.candidate.activation);
  }
  return costs;
}

void write_files(const Summary& summary, const search::Costs& costs,
                 const search::RunDirectory& run) {
  search::write_hall_of_fame(summary, run.hall_of_fame());
  search::page::write_report(
      search::page::report_html(summary, costs, page_assets(), page_extras(summary)), run.report());
  if (const auto winner = winner_subject(summary))
    write_files(kernels::export_target("torch"), *winner, run.path + "/kernels");
}

std::string results_text(const Summary& s, const search::Costs& costs, Format format) {
  if (format != Format::table) return table_for_programs(s, costs, format);
  if (s.table.rows.empty() || s.table.best_baseline.back() < 0) return unfinished(s) + formulas(s);
  return table_for_people(s, costs) + "\n" + sentence(s) + "\n" + formulas(s) +
         "\nloss: validation loss of exponentially averaged weights, mean over seeds ±95 % "
         "interval; score: in "
         "units of the\nbaselines' spread, mean over tasks, lower is better, 0 = the median "
         "baseline; ns/element: "
         "forward + backward, f32, one thread;\nsteps: of the search and the confirmation.\n";
}

}  // namespace antigrad::app
