// Scales and elements of a chart.
#include "search/report/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace antigrad::search::svg {
namespace {

double unit(const Axis& axis, double v) {
  const auto map = [&](double w) { return axis.scale == Scale::asinh ? std::asinh(w) : w; };
  const double lo = map(axis.range.lo);
  const double hi = map(axis.range.hi);
  return (map(v) - lo) / (hi - lo);
}

// Far outside is outside: what is clipped needs no exact place.
double bounded(double u) { return std::clamp(u, -4.0, 5.0); }

std::string with_tooltip(const std::string& open, const std::string& name,
                         const std::string& tooltip) {
  if (tooltip.empty()) return open + "/>\n";
  return fmt::format("{}><title>{}</title></{}>\n", open, escaped(tooltip), name);
}

}  // namespace

Chart::Chart(Frame frame) : frame_(std::move(frame)) {
  frame_.x.range = frame_.x.range.padded(0);
  frame_.y.range = frame_.y.range.padded(0);
}

double Chart::x(double v) const {
  return frame_.left + bounded(unit(frame_.x, v)) * (frame_.width - frame_.left - frame_.right);
}

double Chart::y(double v) const {
  const double height = frame_.height - frame_.top - frame_.bottom;
  return frame_.top + (1 - bounded(unit(frame_.y, v))) * height;
}

void Chart::line(std::span<const Point> points, const std::string& style,
                 const std::string& tooltip) {
  std::string path;
  bool pen_down = false;
  for (const Point& p : points) {
    const bool finite = std::isfinite(p.x) && std::isfinite(p.y);
    if (finite)
      path += fmt::format("{}{} {}", pen_down ? 'L' : 'M', coordinate(x(p.x)), coordinate(y(p.y)));
    pen_down = finite;
  }
  if (path.empty()) return;
  clipped_ +=
      with_tooltip(fmt::format("<path class=\"line {}\" d=\"{}\"", style, path), "path", tooltip);
}

void Chart::mark(Point at, Mark mark, const std::string& style, const std::string& tooltip,
                 double radius) {
  if (!std::isfinite(at.x) || !std::isfinite(at.y)) return;
  const double cx = x(at.x);
  const double cy = y(at.y);
  const auto path = [&](const char* kind, const std::string& d) {
    free_ += with_tooltip(fmt::format("<path class=\"{} {}\" d=\"{}\"", kind, style, d), "path",
                          tooltip);
  };
  const auto at_text = [&](double dx, double dy) {
    return coordinate(cx + dx) + " " + coordinate(cy + dy);
  };
  const double r = radius;
  switch (mark) {
    case Mark::disc:
    case Mark::ring:
      free_ += with_tooltip(fmt::format("<circle class=\"{} {}\" cx=\"{}\" cy=\"{}\" r=\"{}\"",
                                        mark == Mark::disc ? "dot" : "ring", style, coordinate(cx),
                                        coordinate(cy), coordinate(r)),
                            "circle", tooltip);
      break;
    case Mark::square:
      path("dot", fmt::format("M{}L{}L{}L{}Z", at_text(-r, -r), at_text(r, -r), at_text(r, r),
                              at_text(-r, r)));
      break;
    case Mark::diamond:
      path("dot", fmt::format("M{}L{}L{}L{}Z", at_text(-r, 0), at_text(0, -r), at_text(r, 0),
                              at_text(0, r)));
      break;
    case Mark::cross:
      path("ring", fmt::format("M{}L{}M{}L{}", at_text(-r, -r), at_text(r, r), at_text(-r, r),
                               at_text(r, -r)));
      break;
  }
}

void Chart::bar(Point from, Point to, const std::string& style) {
  const Point ends[] = {from, to};
  line(ends, style);
}

void Chart::band(double y_low, double y_high, const std::string& style) {
  if (!std::isfinite(y_low) || !std::isfinite(y_high)) return;
  const double top = y(std::max(y_low, y_high));
  const double bottom = y(std::min(y_low, y_high));
  clipped_ +=
      fmt::format("<rect class=\"band {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", style,
                  coordinate(frame_.left), coordinate(top),
                  coordinate(frame_.width - frame_.left - frame_.right), coordinate(bottom - top));
}

void Chart::level(double y, const std::string& style) {
  bar({frame_.x.range.lo, y}, {frame_.x.range.hi, y}, style);
}

void Chart::vertical(double x, const std::string& style) {
  bar({x, frame_.y.range.lo}, {x, frame_.y.range.hi}, style);
}

void Chart::label(Point at, const std::string& text, const std::string& style,
                  const std::string& anchor, double dx, double dy) {
  if (!std::isfinite(at.x) || !std::isfinite(at.y)) return;
  free_ += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n", style,
                       coordinate(x(at.x) + dx), coordinate(y(at.y) + dy), anchor, escaped(text));
}

void Chart::end_labels(std::vector<EndLabel> labels) {
  constexpr double kSpacing = 12.5;
  std::erase_if(labels, [](const EndLabel& l) { return !std::isfinite(l.y); });
  std::stable_sort(labels.begin(), labels.end(),
                   [](const EndLabel& a, const EndLabel& b) { return a.y > b.y; });
  const double bottom = frame_.height - frame_.bottom;
  std::vector<double> places;
  for (const EndLabel& l : labels) {
    const double wanted = std::clamp(y(l.y), frame_.top, bottom);
    places.push_back(places.empty() ? wanted : std::max(wanted, places.back() + kSpacing));
  }
  double limit = bottom - 3;  // push back up what ran over the lower edge
  for (std::size_t i = places.size(); i-- > 0; limit = places[i] - kSpacing)
    places[i] = std::min(places[i], limit);
  const double edge = frame_.width - frame_.right;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double at = std::clamp(y(labels[i].y), frame_.top, bottom);
    free_ += fmt::format("<path class=\"leader {}\" d=\"M{} {}L{} {}\"/>\n", labels[i].style,
                         coordinate(edge + 1), coordinate(at), coordinate(edge + 9),
                         coordinate(places[i]));
    free_ += fmt::format("<text class=\"name {}\" x=\"{}\" y=\"{}\">{}</text>\n", labels[i].style,
                         coordinate(edge + 11), coordinate(places[i] + 4), escaped(labels[i].text));
  }
}

std::string Chart::axes() const {
  std::string out;
  const double right = frame_.width - frame_.right;
  const double bottom = frame_.height - frame_.bottom;
  const auto step = [](const std::vector<double>& t) {
    double least = t.size() < 2 ? 1 : t[1] - t[0];
    for (std::size_t i = 2; i < t.size(); ++i) least = std::min(least, t[i] - t[i - 1]);
    return least;
  };
  const auto line = [&](bool grid, double x1, double y1, double x2, double y2) {
    out += fmt::format("<path class=\"{}\" d=\"M{} {}L{} {}\"/>\n", grid ? "grid" : "axis",
                       coordinate(x1), coordinate(y1), coordinate(x2), coordinate(y2));
  };
  const auto text = [&](double tx, double ty, const char* anchor, const std::string& content) {
    out += fmt::format("<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n",
                       coordinate(tx), coordinate(ty), anchor, escaped(content));
  };
  if (frame_.x.ticks > 0) {
    const std::vector<double> places = ticks(frame_.x.range, frame_.x.ticks, frame_.x.scale);
    for (const double v : places) {
      if (frame_.x.grid) line(true, x(v), frame_.top, x(v), bottom);
      text(x(v), bottom + 14, "middle", tick_text(v, step(places)));
    }
  }
  if (frame_.y.ticks > 0) {
    const std::vector<double> places = ticks(frame_.y.range, frame_.y.ticks, frame_.y.scale);
    for (const double v : places) {
      if (frame_.y.grid) line(true, frame_.left, y(v), right, y(v));
      text(frame_.left - 5, y(v) + 4, "end", tick_text(v, step(places)));
    }
  }
  line(false, frame_.left, frame_.top, frame_.left, bottom);
  line(false, frame_.left, bottom, right, bottom);
  if (!frame_.x.label.empty())
    text((frame_.left + right) / 2, frame_.height - 5, "middle", frame_.x.label);
  if (!frame_.y.label.empty()) {
    out += fmt::format(
        "<text class=\"tick\" transform=\"translate(11 {}) rotate(-90)\" "
        "text-anchor=\"middle\">{}</text>\n",
        coordinate((frame_.top + bottom) / 2), escaped(frame_.y.label));
  }
  return out;
}

std::string Chart::text(const std::string& id) const {
  return fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n"
      "<defs><clipPath id=\"{}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" "
      "height=\"{}\"/></clipPath></defs>\n"
      "{}<g clip-path=\"url(#{})\">\n{}</g>\n{}</svg>\n",
      coordinate(frame_.width), coordinate(frame_.height), escaped(frame_.title), id,
      coordinate(frame_.left), coordinate(frame_.top),
      coordinate(frame_.width - frame_.left - frame_.right),
      coordinate(frame_.height - frame_.top - frame_.bottom), axes(), id, clipped_, free_);
}

}  // namespace antigrad::search::svg
