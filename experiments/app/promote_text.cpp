// Rows, verdicts, test.
#include "experiments/app/promote_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "experiments/app/run_facts.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using search::PromoteRow;
using search::PromoteTable;

std::string in_words(const PromoteTable& table, const PromoteRow& row) {
  std::string text = search::in_words(row.judgement, table.options);
  if (!row.worse_on.empty()) text += fmt::format(", worse on {}", fmt::join(row.worse_on, ", "));
  return text;
}

std::string verdict_of(const PromoteTable& table, std::size_t index) {
  const PromoteRow& row = table.rows[index];
  if (static_cast<int>(index) == table.best_baseline) return "best baseline";
  if (row.candidate.baseline) return row.failure.empty() ? "baseline" : "failed";
  return in_words(table, row);
}

std::string for_people(const PromoteTable& table) {
  std::vector<std::string> columns{"activation"};
  for (std::size_t t = 0; t < table.tasks.size(); ++t)
    columns.push_back(table.tasks[t] + (t < table.searched ? " loss" : " loss (not searched)"));
  for (const char* name : {"score", "to best baseline", "expected", "p", "verdict"})
    columns.emplace_back(name);
  Listing listing(columns);
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const PromoteRow& row = table.rows[i];
    const search::Judgement& j = row.judgement;
    std::vector<Json> cells{name_of(row.candidate, row.search_trial)};
    for (const double loss : row.losses)
      cells.push_back(std::isnan(loss) ? Json() : Json(fmt::format("{:.4f}", loss)));
    cells.push_back(
        std::isnan(row.score) ? Json() : Json(fmt::format("{:+.2f}±{:.2g}", row.score, row.error)));
    const bool judged = !row.candidate.baseline && j.seeds > 0;
    cells.push_back(
        judged ? Json(fmt::format("{:+.2f} in [{:+.2f}, {:+.2f}]", j.effect, j.low, j.high))
               : Json());
    cells.push_back(judged ? Json(fmt::format("{:+.2f}", j.shrunk)) : Json());
    cells.push_back(judged ? Json(fmt::format("{:.2g}", j.p_holm)) : Json());
    cells.emplace_back(verdict_of(table, i));
    listing.add(std::move(cells));
  }
  return listing.text(Format::table);
}

std::string for_programs(const PromoteTable& table, const search::TestPair& pair,
                         const std::vector<search::TestRow>& test, Format format) {
  std::vector<std::string> columns{"activation", "trial", "gradient"};
  for (const std::string& task : table.tasks)
    for (const char* part : {"loss", "difference"}) columns.push_back(task + "_" + part);
  for (const char* name : {"score", "half_width", "effect", "low", "high", "expected", "p_holm",
                           "seeds", "more_seeds", "verdict", "test_loss"})
    columns.emplace_back(name);
  Listing listing(columns);
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const PromoteRow& row = table.rows[i];
    const search::Judgement& j = row.judgement;
    std::vector<Json> cells{name_of(row.candidate, row.search_trial), row.search_trial,
                            row.candidate.activation};
    for (std::size_t t = 0; t < table.tasks.size(); ++t) {
      cells.push_back(search::number_to_json(row.losses[t]));
      cells.push_back(search::number_to_json(row.differences[t]));
    }
    for (const double value : {row.score, row.error, j.effect, j.low, j.high, j.shrunk, j.p_holm})
      cells.push_back(search::number_to_json(value));
    cells.emplace_back(row.seeds);
    cells.emplace_back(j.more_seeds);
    cells.emplace_back(verdict_of(table, i));
    Json losses = Json::array();
    for (const search::TestRow& t : test) {
      if (row.search_trial == pair.winner) losses.push_back(search::number_to_json(t.winner));
      if (row.search_trial == pair.baseline) losses.push_back(search::number_to_json(t.baseline));
    }
    cells.push_back(losses.empty() ? Json() : losses);
    listing.add(std::move(cells));
  }
  return listing.text(format);
}

std::string sentences(const PromoteTable& table) {
  std::string text;
  const std::string baseline =
      table.best_baseline < 0
          ? "the best baseline"
          : table.rows[static_cast<std::size_t>(table.best_baseline)].candidate.title;
  for (const PromoteRow& row : table.rows) {
    if (row.candidate.baseline) continue;
    text += fmt::format("{}: {} (best baseline: {}; {} paired seeds).\n",
                        name_of(row.candidate, row.search_trial), in_words(table, row), baseline,
                        row.seeds);
    if (!row.failure.empty()) text += "  " + row.failure + "\n";
  }
  return text;
}

std::string name_in(const PromoteTable& table, int search_trial) {
  for (const PromoteRow& row : table.rows)
    if (row.search_trial == search_trial) return name_of(row.candidate, search_trial);
  return fmt::format("#{}", search_trial);
}

std::string test_text(const PromoteTable& table, const search::TestPair& pair,
                      const std::vector<search::TestRow>& test) {
  if (test.empty()) return "The test part was not read.\n";
  std::string text;
  for (const search::TestRow& row : test)
    text += fmt::format(
        "Test part of {}, read once: {} has loss {:.4f} and accuracy {:.4f}, {} {:.4f} and {:.4f}; "
        "difference {:+.4f}±{:.2g} on {} paired seeds.\n",
        row.task, name_in(table, pair.winner), row.winner, row.winner_accuracy,
        name_in(table, pair.baseline), row.baseline, row.baseline_accuracy, row.difference,
        row.half_width, row.seeds);
  return text;
}

}  // namespace

std::string promote_text(const PromoteTable& table, const search::TestPair& pair,
                         const std::vector<search::TestRow>& test, Format format) {
  if (format != Format::table) return for_programs(table, pair, test, format);
  if (table.rows.empty()) return "No seed is complete yet.\n";
  return for_people(table) + "\n" + sentences(table) + test_text(table, pair, test) +
         fmt::format(
             "\nscore: validation loss in units of the baselines' spread, mean over tasks, lower "
             "is "
             "better; to best baseline:\nmean paired difference with its simultaneous {:g} % "
             "interval; expected: corrected for having been selected;\np: after Holm's correction, "
             "against every baseline.\n",
             100 * table.options.level);
}

}  // namespace antigrad::app
