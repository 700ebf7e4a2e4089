// The evidence: the table of the confirmation, and its intervals drawn.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "search/report/report_page.hpp"

namespace antigrad::search::report {
namespace {

std::string cell(const std::string& label, const std::string& html,
                 const std::string& style = "num") {
  return fmt::format("<td class=\"{}\" data-label=\"{}\"><span>{}</span></td>", style,
                     svg::escaped(label), html);
}

std::string name_cell(const Page& page, const ConfirmRow& row) {
  const Series* s = page.find(row.search_trial);
  const std::string formula = row.candidate.baseline ? "" : code(row.candidate.activation);
  return fmt::format("<th scope=\"row\">{}<span class=\"who\">{}</span>{}</th>",
                     s ? swatch(s->style) : "",
                     svg::escaped(name_of(row.candidate, row.search_trial)), formula);
}

std::string difference(const Estimate& e) {
  if (!std::isfinite(e.difference)) return "–";
  if (e.difference == 0 && e.difference_half_width == 0) return "reference";
  return signed_measured(e.difference, e.difference_half_width);
}

std::string mean(const Estimate& e) { return measured(e.mean, e.half_width); }

std::string accuracy(const Estimate& e) {
  if (!std::isfinite(e.accuracy) || !std::isfinite(e.mean)) return "";
  return fmt::format("<br/><small>accuracy {:.1f} %</small>", 100 * e.accuracy);
}

std::string verdict_cell(const ConfirmRow& row) {
  if (row.outcome != trainer::Outcome::ok) {
    return cell(
        "verdict",
        fmt::format("<strong>{}</strong>: {}", to_string(row.outcome), svg::escaped(row.reason)),
        "outcome failed");
  }
  const Estimate& e = row.overall;
  if (e.verdict == Verdict::none)
    return cell("verdict", row.candidate.baseline ? "baseline" : "–", "outcome");
  return cell("verdict",
              fmt::format("<strong>{}</strong><br/><small>{}</small>", to_string(e.verdict),
                          svg::escaped(p_text(e.p_holm))),
              fmt::format("outcome {}", to_string(e.verdict)));
}

std::string cost_cell(const Page& page, const ConfirmRow& row) {
  const trainer::KernelCost* cost = page.costs.find(row.candidate.activation);
  if (!cost) return cell("kernel, ns an element", "–");
  return cell("kernel, ns an element",
              fmt::format("{:.2f} + {:.2f}<br/><small>{}</small>", cost->forward_ns,
                          cost->backward_ns, svg::escaped(cost->tier)));
}

std::string table_row(const Page& page, const ConfirmRow& row) {
  std::string out = row.candidate.baseline ? "<tr>" : "<tr class=\"finalist\">";
  out += name_cell(page, row);
  out += cell("score", mean(row.overall)) + cell("score, difference", difference(row.overall));
  out += verdict_cell(row);
  for (std::size_t t = 0; t < row.tasks.size(); ++t) {
    const std::string& task = page.summary.table.tasks[t];
    out += cell(task + ", loss", mean(row.tasks[t]) + accuracy(row.tasks[t]));
    out += cell(task + ", difference", difference(row.tasks[t]));
  }
  return out + cost_cell(page, row) + cell("steps", count(row.steps)) + "</tr>\n";
}

std::string column(const std::string& name, const char* more = "") {
  return fmt::format("<th class=\"num\" scope=\"col\"{}>{}</th>", more, name);
}

std::string table_head(const Page& page) {
  std::string groups = "<th scope=\"colgroup\" colspan=\"3\">all tasks</th>";
  std::string columns = column("score") + column("difference") + "<th scope=\"col\">verdict</th>";
  for (const std::string& task : page.summary.table.tasks) {
    groups += fmt::format("<th scope=\"colgroup\" colspan=\"2\">{}</th>", svg::escaped(task));
    columns += column("loss") + column("difference");
  }
  const char* both = " rowspan=\"2\"";
  groups += column("kernel, ns<br/><small>an element, forward + backward</small>", both);
  groups += column("steps", both);
  return fmt::format("<thead><tr><th scope=\"col\"{}>activation</th>{}</tr>\n<tr>{}</tr></thead>\n",
                     both, groups, columns);
}

std::string table(const Page& page) {
  std::string out =
      "<div class=\"scroll\" role=\"region\" aria-label=\"Confirmation table\" tabindex=\"0\">\n"
      "<table class=\"cards\">\n" +
      table_head(page) + "<tbody>\n";
  for (const ConfirmRow& row : page.summary.table.rows) out += table_row(page, row);
  return out + "</tbody>\n</table>\n</div>\n";
}

struct Interval {
  const ConfirmRow* row;
  double middle, half_width;
};

// Rows from the top in the order of the table; the reference is a vertical line.
std::string interval_plot(const Page& page, const std::string& title, const std::string& axis,
                          const std::string& id, const std::vector<Interval>& rows,
                          double reference) {
  std::vector<double> ends;
  for (const Interval& r : rows) {
    for (const double sign : {-1.0, 0.0, 1.0})
      ends.push_back(r.middle + (std::isfinite(r.half_width) ? sign * r.half_width : 0));
  }
  svg::Range range = robust_range(ends);
  range.add(reference);
  if (range.empty) return "";
  const svg::Range wide = range.padded(0.04);
  const auto lines = static_cast<double>(rows.size());
  svg::Chart chart({.height = 44 + 20 * lines,
                    .left = 66,
                    .title = title,
                    .x = {.range = wide, .label = axis},
                    .y = {.range = {0, lines, false}, .ticks = 0}});
  chart.vertical(reference, "reference");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& [row, middle, half] = rows[i];
    const double y = lines - 0.5 - static_cast<double>(i);
    const Series* s = page.find(row->search_trial);
    const std::string style = s ? s->style : "b0";
    const std::string name = name_of(row->candidate, row->search_trial);
    chart.label({wide.lo, y}, name, row->candidate.baseline ? "tick" : "tick strong", "end", -5, 4);
    if (!std::isfinite(middle)) continue;
    if (std::isfinite(half)) chart.bar({middle - half, y}, {middle + half, y}, style + " whisker");
    chart.mark({middle, y}, row->candidate.baseline ? svg::Mark::square : svg::Mark::disc, style,
               name + ": " + measured(middle, half));
  }
  return fmt::format("<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n", svg::escaped(title),
                     chart.text(id));
}

std::string plots(const Page& page) {
  const ConfirmTable& table = page.summary.table;
  const auto baseline = [&](std::size_t t, auto&& estimate) {
    const int best = table.best_baseline[t];
    return best < 0 ? std::nan("") : estimate(table.rows[static_cast<std::size_t>(best)]).mean;
  };
  std::string out = "<div class=\"figures intervals\">\n";
  for (std::size_t t = 0; t < table.tasks.size(); ++t) {
    std::vector<Interval> rows;
    for (const ConfirmRow& row : table.rows)
      rows.push_back({&row, row.tasks[t].mean, row.tasks[t].half_width});
    out += interval_plot(
        page, table.tasks[t] + ": validation loss", "mean and 95 % interval; lower is better",
        fmt::format("interval{}", t), rows,
        baseline(t, [t](const ConfirmRow& r) -> const Estimate& { return r.tasks[t]; }));
  }
  std::vector<Interval> differences;
  for (const ConfirmRow& row : table.rows) {
    differences.push_back({&row, row.overall.difference, row.overall.difference_half_width});
  }
  out += interval_plot(page, "All tasks: paired difference of the score to the best baseline",
                       "mean and 95 % interval; left of the line is better", "interval-overall",
                       differences, 0);
  return out + "</div>\n";
}

}  // namespace

std::string confirmation_section(const Page& page) {
  const ConfirmTable& t = page.summary.table;
  if (page.summary.confirmation.empty()) return "";
  return fmt::format(
      "<section id=\"confirmation\">\n<h2>Confirmation</h2>\n"
      "<p>The finalists and the baselines again, on {} paired seeds that the search has not "
      "seen{}. Means with 95 % "
      "intervals (Student's t); lower is better. Differences are paired by seed, to the best "
      "baseline of the column. "
      "The score is the loss in units of the baselines' spread, averaged over tasks. Verdicts are "
      "at 5 % after "
      "Holm's correction over the finalists.</p>\n{}{}</section>\n",
      t.seeds.size(), t.complete ? "" : " (still running)", table(page), plots(page));
}

}  // namespace antigrad::search::report
