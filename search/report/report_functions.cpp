// The functions drawn: f and g of every finalist and baseline, at the start values and at the
// trained values of their parameters.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "search/report/report_page.hpp"
#include "space/error.hpp"
#include "space/gradient.hpp"

namespace antigrad::search::report {
namespace {

constexpr double kReach = 5;  // drawn over [-5, 5]
constexpr int kPoints = 200;

using Polyline = std::vector<svg::Point>;

/// Each is drawn before all baselines: the page grows with the square.
constexpr std::size_t kDrawn = 24;

/// What is drawn of one activation.
struct Drawing {
  const Series* series = nullptr;
  std::optional<space::Activation> activation;
  std::string reason;  // where there is none
  std::vector<double> knots, start;
  std::vector<std::vector<double>> trained;  // one vector a place
};

std::vector<double> knots_of(const std::string& text) {
  if (text.starts_with("f:")) return {};
  try {
    return space::parse_gradient(text).knots;
  } catch (const space::Error&) {
    return {};  // a name of the zoo that is given by f
  }
}

// The first run of every task: one vector for each place of the network.
std::vector<std::vector<double>> trained_values(const Page& page, const Trial& trial,
                                                std::size_t parameters) {
  std::vector<std::vector<double>> out;
  for (const Task& task : page.summary.config.tasks) {
    const auto run = std::find_if(trial.runs.begin(), trial.runs.end(),
                                  [&](const Run& r) { return r.task == task.name; });
    if (run == trial.runs.end() || parameters == 0) continue;
    const std::vector<double>& theta = run->measurement.theta;
    for (std::size_t at = 0; at + parameters <= theta.size(); at += parameters) {
      out.emplace_back(theta.begin() + static_cast<std::ptrdiff_t>(at),
                       theta.begin() + static_cast<std::ptrdiff_t>(at + parameters));
    }
  }
  return out;
}

Drawing drawing_of(const Page& page, const Series& series) {
  Drawing d;
  d.series = &series;
  try {
    d.activation = space::parse_activation(series.candidate->activation);
  } catch (const space::Error& error) {
    d.reason = error.what();
    return d;
  }
  d.knots = knots_of(series.candidate->activation);
  for (const space::Parameter& p : d.activation->parameters) d.start.push_back(p.start);
  d.trained = trained_values(page, *series.trial, d.start.size());
  return d;
}

// One line for each piece, so that a jump at a knot is a gap: a knot belongs to the piece on its
// left.
std::vector<Polyline> sampled(const space::Expr& e, const std::vector<double>& knots,
                              const std::vector<double>& theta) {
  std::vector<double> ends{-kReach};
  for (const double knot : knots) {
    if (std::abs(knot) < kReach) ends.push_back(knot);
  }
  ends.push_back(kReach);
  std::vector<Polyline> lines;
  for (std::size_t piece = 0; piece + 1 < ends.size(); ++piece) {
    const double lo = piece == 0 ? ends[0] : std::nextafter(ends[piece], kReach);
    const double hi = ends[piece + 1];
    const int n = std::max(2, static_cast<int>(std::ceil(kPoints * (hi - lo) / (2 * kReach))));
    Polyline& line = lines.emplace_back();
    for (int i = 0; i <= n; ++i) {
      const double x = i == n ? hi : lo + (hi - lo) * i / n;
      line.push_back({x, space::value(e, x, theta)});
    }
  }
  return lines;
}

const space::Expr& part(const space::Activation& a, bool gradient) { return gradient ? a.g : a.f; }

svg::Range height_of(const std::vector<Polyline>& lines, bool gradient) {
  std::vector<double> values;
  for (const Polyline& line : lines) {
    for (const svg::Point& p : line) values.push_back(p.y);
  }
  svg::Range range = robust_range(values);
  range.add(gradient ? -0.2 : -1);
  range.add(gradient ? 1.2 : 3);
  return range.padded(0.04);
}

void draw_knots(svg::Chart& chart, const Drawing& d, bool gradient) {
  for (const double knot : d.knots) {
    if (std::abs(knot) > kReach) continue;
    const space::Expr& e = part(*d.activation, gradient);
    const double left = space::value(e, knot, d.start);
    const double right = space::value(e, std::nextafter(knot, INFINITY), d.start);
    chart.vertical(knot, "knot");
    chart.mark({knot, left}, svg::Mark::disc, d.series->style, fmt::format("knot at {:.4g}", knot),
               2.5);
    if (std::abs(right - left) > 1e-6) {
      chart.mark({knot, right}, svg::Mark::ring, d.series->style,
                 fmt::format("jump at {:.4g}", knot), 2.5);
    }
  }
}

std::string chart_of(const std::vector<Drawing>& all, const Drawing& d, bool gradient,
                     const std::string& id) {
  const space::Expr& e = part(*d.activation, gradient);
  const std::vector<Polyline> own = sampled(e, d.knots, d.start);
  svg::Chart chart({.width = 230,
                    .height = 170,
                    .left = 34,
                    .right = 6,
                    .bottom = 20,
                    .title = fmt::format("{} of {} over -5 to 5",
                                         gradient ? "gradient g" : "function f", d.series->name),
                    .x = {.range = {-kReach, kReach, false}},
                    .y = {.range = height_of(own, gradient)}});
  chart.level(0, "zero");
  chart.vertical(0, "zero");
  for (const Drawing& other : all) {
    if (&other == &d || !other.activation || !other.series->candidate->baseline) continue;
    for (const Polyline& line :
         sampled(part(*other.activation, gradient), other.knots, other.start)) {
      chart.line(line, "faint", other.series->name);
    }
  }
  for (const std::vector<double>& theta : d.trained) {
    for (const Polyline& line : sampled(e, d.knots, theta))
      chart.line(line, d.series->style + " trained");
  }
  for (const Polyline& line : own) chart.line(line, d.series->style + " own", d.series->name);
  draw_knots(chart, d, gradient);
  return fmt::format("<figure><figcaption>{}</figcaption>{}</figure>\n", gradient ? "g" : "f",
                     chart.text(id));
}

std::string parameter_text(const Drawing& d) {
  std::string out;
  for (std::size_t k = 0; k < d.start.size(); ++k) {
    svg::Range range;
    for (const std::vector<double>& theta : d.trained) range.add(theta[k]);
    out += fmt::format("{}{} starts at {}", out.empty() ? "" : "; ",
                       d.activation->parameters[k].name, number(d.start[k]));
    if (!range.empty) out += fmt::format(", trained {} to {}", number(range.lo), number(range.hi));
  }
  return out.empty() ? "" : fmt::format("<p class=\"note\">{}</p>\n", svg::escaped(out));
}

std::string card(const std::vector<Drawing>& all, const Drawing& d) {
  const Candidate& c = *d.series->candidate;
  std::string out = fmt::format("<article class=\"card\">\n<h3>{}{}</h3>\n",
                                swatch(d.series->style), svg::escaped(d.series->name));
  if (d.activation) {
    const std::string id = fmt::format("function{}", &d - all.data());
    out += "<div class=\"pair\">" + chart_of(all, d, false, id + "f") +
           chart_of(all, d, true, id + "g") + "</div>\n";
  } else {
    out += fmt::format("<p class=\"note\">Not drawn: {}</p>\n", svg::escaped(d.reason));
  }
  out += fmt::format("<p class=\"formula\">g = {}</p>\n{}", code(c.activation),
                     d.activation ? parameter_text(d) : "");
  return out + "</article>\n";
}

}  // namespace

std::string functions_section(const Page& page) {
  if (page.series.empty()) return "";
  std::vector<Drawing> drawings;
  for (const Series& series : page.series) {
    if (drawings.size() == kDrawn) break;
    drawings.push_back(drawing_of(page, series));
  }
  std::string out =
      "<section id=\"functions\">\n<h2>Functions and their gradients</h2>\n"
      "<p>Over [−5, 5]. Strong lines: at the start values; thin lines of the same colour: at the "
      "trained values, "
      "one for each place in the networks (first seed). Dots: knots, with a ring where the "
      "gradient "
      "jumps. Faint: the baselines.</p>\n<div class=\"drawings\">\n";
  for (const Drawing& d : drawings) out += card(drawings, d);
  if (page.series.size() > kDrawn)
    out += fmt::format("<p>{} more are in the tables.</p>\n", page.series.size() - kDrawn);
  return out + "</div>\n</section>\n";
}

}  // namespace antigrad::search::report
