// Figures by name, in the order in which they were measured.
#include "search/claims/measured.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <tuple>

#include "search/report/report_page.hpp"
#include "search/statistics.hpp"

namespace antigrad::search::claims {
namespace {

using report::measured;
using svg::escaped;

constexpr const char* kSparsityAt = "sparsity at ";
constexpr const char* kLossAt = "loss at ";

std::string style_of(std::size_t index) { return fmt::format("f{}", index % 6); }

/// Of one figure, over the seeds that have it.
std::vector<double> values_of(const Trial& trial, const std::string& task,
                              const std::vector<int>& seeds, const std::string& name) {
  std::vector<double> values;
  for (const int seed : seeds) {
    const Run* run = trial.run(task, seed);
    if (run == nullptr) continue;
    for (const trainer::Figure& figure : run->measurement.figures)
      if (figure.name == name && std::isfinite(figure.value)) values.push_back(figure.value);
  }
  return values;
}

std::vector<std::string> names_of(const std::vector<Trial>& trials, const std::string& task) {
  std::vector<std::string> names;
  for (const Trial& trial : trials)
    for (const Run& run : trial.runs)
      if (run.task == task)
        for (const trainer::Figure& figure : run.measurement.figures)
          if (!std::ranges::count(names, figure.name)) names.push_back(figure.name);
  return names;
}

std::string rows_of(const std::string& task, const std::vector<Trial>& trials,
                    const Results& results) {
  std::string rows;
  for (const Trial& trial : trials)
    for (const std::string& name : names_of(trials, task)) {
      const std::vector<double> values = values_of(trial, task, results.seeds, name);
      if (values.empty()) continue;
      rows += fmt::format(
          "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"num\">{}</td></tr>\n",
          escaped(task), escaped(trial.candidate.title), escaped(name),
          measured(mean(values), half_width(values)));
    }
  return rows;
}

/// Means of x against means of y at each level, by rising level.
std::vector<svg::Point> level_curve(const Trial& trial, const std::string& task,
                                    const Results& results, bool against_sparsity) {
  std::map<double, svg::Point> by_level;
  for (const std::string& name : names_of({trial}, task)) {
    if (!name.starts_with(kSparsityAt)) continue;
    const std::string text = name.substr(std::string(kSparsityAt).size());
    const double level = std::strtod(text.c_str(), nullptr);
    const double sparsity = mean(values_of(trial, task, results.seeds, name));
    const double loss = mean(values_of(trial, task, results.seeds, kLossAt + text));
    by_level[level] = against_sparsity ? svg::Point{sparsity, loss} : svg::Point{level, sparsity};
  }
  std::vector<svg::Point> points;
  for (const auto& [level, point] : by_level) points.push_back(point);
  return points;
}

struct Line {
  std::string name;
  std::vector<svg::Point> points;
};

std::string chart_of(const std::string& title, const std::string& x_label,
                     const std::vector<Line>& lines, const std::string& id) {
  svg::Range x, y;
  for (const Line& line : lines)
    for (const svg::Point& p : line.points) x.add(p.x), y.add(p.y);
  if (x.empty || y.empty) return "";
  svg::Chart chart({.width = 480,
                    .height = 300,
                    .left = 52,
                    .right = 90,
                    .title = title,
                    .x = {.range = x.padded(0.02), .label = x_label},
                    .y = {.range = y.padded(0.05)}});
  std::vector<svg::Chart::EndLabel> labels;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].points.empty()) continue;
    chart.line(lines[i].points, style_of(i), lines[i].name);
    labels.push_back({lines[i].points.back().y, lines[i].name, style_of(i)});
  }
  chart.end_labels(std::move(labels));
  return fmt::format("<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n", escaped(title),
                     chart.text(id));
}

std::string level_charts(const std::string& task, const std::vector<Trial>& trials,
                         const Results& results, std::size_t index) {
  std::vector<Line> curves, trade;
  for (const Trial& trial : trials) {
    curves.push_back({trial.candidate.name, level_curve(trial, task, results, false)});
    trade.push_back({trial.candidate.name, level_curve(trial, task, results, true)});
  }
  return chart_of(task + ": share of weak neurons", "CETT", curves, fmt::format("cett{}", index)) +
         chart_of(task + ": validation loss without them", "share of neurons left out", trade,
                  fmt::format("sparse{}", index));
}

}  // namespace

std::string figures_section(const StudyConfig& study, const Results& results) {
  std::string rows, charts;
  for (std::size_t t = 0; t < study.tasks.size(); ++t) {
    const std::string& task = study.tasks[t].name;
    const auto found = results.by_task.find(task);
    if (found == results.by_task.end()) continue;
    rows += rows_of(task, found->second, results);
    charts += level_charts(task, found->second, results, t);
  }
  if (rows.empty()) return "";
  if (!charts.empty()) charts = "<div class=\"figures\">\n" + charts + "</div>\n";
  return "<section id=\"figures\">\n<h2>Measured of the networks</h2>\n" + charts +
         "<div class=\"scroll\"><table>\n<thead><tr><th>task</th><th>activation</th><th>figure</th>"
         "<th class=\"num\">mean, 95 %</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div>\n</section>\n";
}

std::string table_section(const ReportTable& table) {
  if (table.rows.empty()) return "";
  std::string head, rows;
  for (const std::string& column : table.columns)
    head += fmt::format("<th>{}</th>", escaped(column));
  for (const auto& row : table.rows) {
    rows += "<tr>";
    for (const std::string& cell : row) rows += fmt::format("<td>{}</td>", escaped(cell));
    rows += "</tr>\n";
  }
  return fmt::format(
      "<section id=\"{}\">\n<h2>{}</h2>\n<p>{}</p>\n<div class=\"scroll\"><table>\n<thead><tr>{}"
      "</tr></thead>\n<tbody>\n{}</tbody></table></div>\n</section>\n",
      table.id, escaped(table.title), escaped(table.note), head, rows);
}

std::string theta_section(const std::vector<ThetaCurve>& curves) {
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<Line>> charts;
  for (const ThetaCurve& curve : curves)
    charts[{curve.task, curve.activation, curve.parameter}].push_back({curve.place, curve.points});
  std::string figures;
  for (const auto& [key, lines] : charts) {
    const auto& [task, activation, parameter] = key;
    figures += chart_of(fmt::format("{} of {} on {}", parameter, activation, task),
                        "training steps", lines, fmt::format("theta{}", figures.size()));
  }
  if (figures.empty()) return "";
  return "<section id=\"theta\">\n<h2>Trained parameters by layer, over training</h2>\n<p>First "
         "seed.</p>\n<div class=\"figures\">\n" +
         figures + "</div>\n</section>\n";
}

}  // namespace antigrad::search::claims
