// The search's progress: score by trial, the best so far, and what became of each.
#include <fmt/format.h>

#include <cmath>

#include "search/report/report_page.hpp"

namespace antigrad::search::report {
namespace {

using Points = std::vector<svg::Point>;

svg::Range baseline_levels(const Summary& s) {
  svg::Range range;
  for (const Trial& trial : s.trials) {
    if (trial.candidate.baseline && trial.state == TrialState::complete) range.add(trial.score());
  }
  return range;
}

// A step line over the complete candidates, in the order of their numbers.
Points best_so_far(const Summary& s) {
  Points out;
  for (const Trial& trial : s.trials) {
    const bool counts = trial.state == TrialState::complete && !trial.candidate.baseline &&
                        std::isfinite(trial.score());
    if (!counts || (!out.empty() && trial.score() >= out.back().y)) continue;
    const auto x = static_cast<double>(trial.number);
    if (!out.empty()) out.push_back({x, out.back().y});
    out.push_back({x, trial.score()});
  }
  if (!out.empty()) out.push_back({static_cast<double>(s.trials.back().number), out.back().y});
  return out;
}

std::string tooltip(const Trial& trial) {
  std::string text =
      fmt::format("{}: {}", name_of(trial.candidate, trial.number), to_string(trial.state));
  if (!trial.scores.empty())
    text += fmt::format(", score {} at rung {}", number(trial.score()), trial.scores.size());
  if (trial.outcome != trainer::Outcome::ok) text += fmt::format(" ({})", to_string(trial.outcome));
  return text + "\n" + trial.candidate.activation;
}

void draw_trial(svg::Chart& chart, const Page& page, const Trial& trial, double top) {
  const auto x = static_cast<double>(trial.number);
  const double y = trial.score();
  const std::string text = tooltip(trial);
  if (trial.state == TrialState::fail)
    return chart.mark({x, top}, svg::Mark::cross, "failed", text, 3.5);
  if (trial.candidate.baseline) return chart.mark({x, y}, svg::Mark::square, "baseline", text, 3);
  if (trial.state != TrialState::complete)
    return chart.mark({x, y}, svg::Mark::ring, "pruned", text, 3);
  const Series* s = page.find(trial.number);
  chart.mark({x, y}, svg::Mark::disc, s ? s->style : "complete", text, s ? 5 : 3.5);
  if (s) chart.label({x, y}, s->name, "name", "middle", 0, 17);
}

svg::Frame frame_of(const Summary& s, double width) {
  svg::Range scores;
  for (const Trial& trial : s.trials) scores.add(trial.score());
  svg::Range asinh{std::asinh(scores.lo), std::asinh(scores.hi), scores.empty};
  asinh = asinh.padded(0.14);
  return {
      .width = width,
      .height = 320,
      .left = 50,
      .title = "score of every trial of the search",
      .x = {.range = svg::Range{0, static_cast<double>(s.trials.back().number), false}.padded(0.03),
            .label = "trial",
            .ticks = width < 500 ? 5 : 10,
            .grid = false},
      .y = {.range = {std::sinh(asinh.lo), std::sinh(asinh.hi), scores.empty},
            .scale = svg::Scale::asinh,
            .label = "score (lower is better)",
            .ticks = 8}};
}

std::string chart_of(const Page& page, double width, const std::string& style) {
  const Summary& s = page.summary;
  const svg::Frame frame = frame_of(s, width);
  svg::Chart chart(frame);
  const svg::Range levels = baseline_levels(s);
  if (!levels.empty) {
    chart.band(levels.lo, levels.hi, "baselines");
    chart.level(levels.lo, "reference");
  }
  chart.line(best_so_far(s), "best", "best so far");
  for (const Trial& trial : s.trials) draw_trial(chart, page, trial, frame.y.range.hi);
  return fmt::format("<div class=\"{}\">{}</div>\n", style, chart.text("progress-" + style));
}

std::string key(const std::string& mark, const std::string& text) {
  return fmt::format(
      "<li><svg class=\"swatch\" viewBox=\"0 0 28 8\" aria-hidden=\"true\">{}</svg> {}</li>\n",
      mark, text);
}

std::string legend() {
  return "<ul class=\"legend\">\n" +
         key("<circle class=\"dot complete\" cx=\"14\" cy=\"4\" r=\"3.5\"/>",
             "trained on every rung") +
         key("<circle class=\"ring pruned\" cx=\"14\" cy=\"4\" r=\"3\"/>",
             "pruned at an earlier rung") +
         key("<path class=\"ring failed\" d=\"M11 1L17 7M11 7L17 1\"/>",
             "failed (at the upper edge)") +
         key("<path class=\"dot baseline\" d=\"M11 1L17 1L17 7L11 7Z\"/>",
             "baseline; the band spans them, the line is the best") +
         key("<path class=\"line best\" d=\"M1 4L27 4\"/>", "best so far") + "</ul>\n";
}

}  // namespace

std::string progress_section(const Page& page) {
  if (page.summary.trials.empty()) return "";
  return "<section id=\"progress\">\n<h2>Progress of the search</h2>\n"
         "<p>Score at the last rung that a trial reached, in units of the baselines' spread (0 is "
         "the median "
         "baseline); the axis is linear near 0 and logarithmic beyond.</p>\n" +
         legend() + "<figure>" + chart_of(page, 860, "wide") + chart_of(page, 370, "narrow") +
         "</figure>\n</section>\n";
}

}  // namespace antigrad::search::report
