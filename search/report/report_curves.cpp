// Learning curves: validation loss of the averaged weights against steps, and the same as
// differences to the best baseline, where the activations part.
#include <fmt/format.h>

#include <cmath>

#include "search/report/report_page.hpp"

namespace antigrad::search::report {
namespace {

using Curve = std::vector<svg::Point>;

svg::Frame frame_of(const std::string& title, const svg::Range& steps,
                    const std::vector<double>& values) {
  return {.width = 400,
          .height = 280,
          .left = 52,
          .right = 72,
          .title = title,
          .x = {.range = steps, .label = "training steps"},
          .y = {.range = robust_range(values).padded(0.05)}};
}

std::string figure(const svg::Chart& chart, const std::string& caption, const std::string& id) {
  return fmt::format("<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n", svg::escaped(caption),
                     chart.text(id));
}

svg::Range steps_of(const std::vector<Curve>& curves) {
  svg::Range range;
  range.add(0);
  for (const Curve& curve : curves) {
    for (const svg::Point& p : curve) range.add(p.x);
  }
  return range;
}

std::vector<double> heights(const std::vector<Curve>& curves, double from_step) {
  std::vector<double> values;
  for (const Curve& curve : curves) {
    for (const svg::Point& p : curve) {
      if (p.x >= from_step) values.push_back(p.y);
    }
  }
  return values;
}

// Baselines first, so that finalists lie on top; names at the right edge.
void draw(svg::Chart& chart, const Page& page, const std::vector<Curve>& curves) {
  std::vector<svg::Chart::EndLabel> labels;
  for (const bool baselines : {true, false}) {
    for (std::size_t i = 0; i < curves.size(); ++i) {
      const Series& s = page.series[i];
      if (s.candidate->baseline != baselines || curves[i].empty()) continue;
      chart.line(curves[i], s.style, s.name);
      if (curves[i].size() == 1) chart.mark(curves[i][0], svg::Mark::disc, s.style, s.name);
      labels.push_back({curves[i].back().y, s.name, s.style});
    }
  }
  chart.end_labels(std::move(labels));
}

std::string absolute(const Page& page, const Task& task, const std::vector<Curve>& curves,
                     const std::string& id) {
  const std::string title = task.name + ": validation loss";
  svg::Chart chart(frame_of(title, steps_of(curves), heights(curves, 0)));
  for (const Trial& trial : page.summary.trials) {
    if (trial.candidate.baseline || page.find(trial.number)) continue;
    chart.line(mean_curve(trial, task.name), "faint", name_of(trial.candidate, trial.number));
  }
  draw(chart, page, curves);
  return figure(chart, title, id);
}

Curve minus(const Curve& curve, const Curve& other) {
  Curve out;
  for (const svg::Point& p : curve) {
    for (const svg::Point& q : other) {
      if (p.x == q.x) out.push_back({p.x, p.y - q.y});
    }
  }
  return out;
}

std::string relative(const Page& page, const Task& task, std::size_t index,
                     const std::vector<Curve>& curves, const std::string& id) {
  const Series* base = reference(page, index);
  if (!base) return "";
  const Curve& level = curves[static_cast<std::size_t>(base - page.series.data())];
  std::vector<Curve> differences;
  for (const Curve& curve : curves) differences.push_back(minus(curve, level));
  const svg::Range steps = steps_of(curves);
  const std::vector<double> late = heights(differences, 0.4 * steps.hi);
  if (late.empty()) return "";
  const std::string title =
      fmt::format("{}: difference to {}, its best baseline", task.name, base->name);
  svg::Chart chart(frame_of(title, steps, late));
  chart.level(0, "reference");
  draw(chart, page, differences);
  return figure(chart, title, id);
}

}  // namespace

std::string curves_section(const Page& page) {
  std::string figures;
  for (std::size_t t = 0; t < page.summary.config.tasks.size(); ++t) {
    const Task& task = page.summary.config.tasks[t];
    std::vector<Curve> curves;
    for (const Series& s : page.series) curves.push_back(mean_curve(*s.trial, task.name));
    if (heights(curves, 0).empty()) continue;
    figures += absolute(page, task, curves, fmt::format("curve{}", t)) +
               relative(page, task, t, curves, fmt::format("difference{}", t));
  }
  if (figures.empty()) return "";
  return fmt::format(
      "<section id=\"curves\">\n<h2>Learning curves</h2>\n<p>Validation loss of the exponentially "
      "averaged weights, "
      "mean over the {} seeds. Faint: the other candidates of the search, as far as they were "
      "trained.</p>\n"
      "<div class=\"figures\">\n{}</div>\n</section>\n",
      page.summary.confirmation.empty() ? "search's" : "confirmation's", figures);
}

}  // namespace antigrad::search::report
