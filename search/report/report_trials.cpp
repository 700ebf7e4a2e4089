// Every trial of the search in one table, failed ones with their reason.
#include <fmt/format.h>

#include <cmath>

#include "search/report/report_page.hpp"

namespace antigrad::search::report {
namespace {

// sort: what the script compares; numbers that are missing go last.
std::string cell(const std::string& sort, const std::string& html, const std::string& style) {
  return fmt::format("<td class=\"{}\" data-sort=\"{}\">{}</td>", style, svg::escaped(sort), html);
}

std::string number_cell(double v) {
  return cell(std::isfinite(v) ? fmt::format("{:.9g}", v) : "", std::isnan(v) ? "" : number(v),
              "num");
}

std::string origin(const Candidate& c) {
  std::string text = c.operation;
  for (const int parent : c.parents) text += fmt::format(" #{}", parent);
  return text;
}

std::string outcome(const Trial& trial) {
  if (trial.outcome == trainer::Outcome::ok) return svg::escaped(trial.reason);
  return fmt::format("<strong>{}</strong>: {}", to_string(trial.outcome),
                     svg::escaped(trial.reason));
}

std::string row(const Trial& trial, std::size_t rungs) {
  const Candidate& c = trial.candidate;
  std::string out = fmt::format("<tr class=\"{}\"><th scope=\"row\" data-sort=\"{}\">{}</th>",
                                to_string(trial.state), trial.number, trial.number);
  const std::string state = to_string(trial.state);
  out += cell(state, state, "state");
  out += number_cell(trial.score());
  std::string formulas =
      code(c.activation) + "<details><summary>f</summary>" + code(c.f) + "</details>";
  if (c.baseline)
    formulas = fmt::format("<b>{}</b> {}", svg::escaped(name_of(c, trial.number)), formulas);
  out += cell(c.activation, formulas, "formula");
  for (std::size_t rung = 0; rung < rungs; ++rung) {
    out += number_cell(rung < trial.scores.size() ? trial.scores[rung] : std::nan(""));
  }
  out += cell(std::to_string(trial.steps), count(trial.steps), "num");
  out += cell(origin(c), svg::escaped(origin(c)), "origin");
  out += cell(trial.reason, outcome(trial), "reason");
  return out + "</tr>\n";
}

}  // namespace

std::string trials_section(const Page& page) {
  const Summary& s = page.summary;
  if (s.trials.empty()) return "";
  const std::size_t rungs = s.config.halving.rungs.size();
  std::string columns =
      "<th scope=\"col\">trial</th><th scope=\"col\">state</th><th scope=\"col\">score</th>"
      "<th scope=\"col\">gradient</th>";
  for (std::size_t rung = 1; rung <= rungs; ++rung)
    columns += fmt::format("<th scope=\"col\">rung {}</th>", rung);
  columns +=
      "<th scope=\"col\">steps</th><th scope=\"col\">origin</th><th scope=\"col\">reason</th>";
  std::string out = fmt::format(
      "<section id=\"trials\">\n<h2>Every trial of the search</h2>\n"
      "<div class=\"scroll\" role=\"region\" aria-label=\"Trials\" tabindex=\"0\">\n<table "
      "class=\"sortable\">\n"
      "<thead><tr>{}</tr></thead>\n<tbody>\n",
      columns);
  for (const Trial& trial : s.trials) out += row(trial, rungs);
  return out + "</tbody>\n</table>\n</div>\n</section>\n";
}

}  // namespace antigrad::search::report
