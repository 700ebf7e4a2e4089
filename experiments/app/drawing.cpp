#include "experiments/app/drawing.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <fstream>

#include "search/report/svg.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace svg = search::svg;

constexpr double kReach = 5, kJump = 0.3;
constexpr int kPoints = 500;
constexpr std::array kColours{"#2f6fde", "#d9541e", "#1d8a4a", "#9a3fb5",
                              "#b08600", "#0d8ba1", "#c2255c", "#666666"};

std::vector<svg::Point> sampled(const space::Expr& e, const std::vector<double>& theta) {
  std::vector<svg::Point> out;
  for (int i = 0; i <= kPoints; ++i) {
    const double x = kReach * (2.0 * i / kPoints - 1);
    const double y = space::value(e, x, theta);
    // A jump is a gap, not a steep line.
    if (!out.empty() && std::fabs(y - out.back().y) > kJump) out.push_back({x, NAN});
    out.push_back({x, y});
  }
  return out;
}

svg::Chart chart(const std::string& title, const std::vector<std::vector<svg::Point>>& lines,
                 const std::vector<std::string>& names) {
  svg::Range range;
  for (const auto& line : lines)
    for (const svg::Point& p : line)
      if (std::fabs(p.y) <= kReach) range.add(p.y);
  svg::Frame frame;
  frame.title = title;
  frame.x = {{-kReach, kReach, false}, svg::Scale::linear, "x"};
  frame.y = {range.padded(0.05), svg::Scale::linear, title};
  svg::Chart c(frame);
  for (std::size_t i = 0; i < lines.size(); ++i)
    c.line(lines[i], fmt::format("s{}", i % kColours.size()), names[i]);
  return c;
}

/// What the charts' classes look like, on a page and in a picture.
std::string chart_style() {
  std::string out =
      "svg .line{fill:none;stroke-width:1.8}svg .grid{stroke:currentColor;opacity:.15}"
      "svg .axis{stroke:currentColor;opacity:.6}svg "
      ".frame{fill:none;stroke:currentColor;opacity:.3}";
  for (std::size_t i = 0; i < kColours.size(); ++i)
    out += fmt::format("svg .s{0}{{stroke:{1}}}b.s{0}{{color:{1}}}", i, kColours[i]);
  return out;
}

std::string page_style() {
  return ":root{color-scheme:light dark}body{font:15px system-ui,sans-serif;margin:2rem "
         "auto;max-width:"
         "76rem;padding:0 "
         "1rem}main{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr)"
         ");gap:1rem}figure{margin:0}svg{width:100%;height:auto;font-size:11px;fill:currentColor}"
         "code{overflow-wrap:anywhere}li{margin:.3rem 0}" +
         chart_style();
}

/// Three charts and the activations' names.
struct Drawn {
  std::array<svg::Chart, 3> charts;
  std::vector<std::string> names, texts;
};

constexpr std::array kIds{"f", "g", "f2"};

std::string page_of(const Drawn& drawn) {
  std::string legend, charts;
  for (std::size_t i = 0; i < drawn.names.size(); ++i)
    legend += fmt::format("<li><b class=\"s{}\">{}</b> <code>{}</code></li>\n", i % kColours.size(),
                          svg::escaped(drawn.names[i]), svg::escaped(drawn.texts[i]));
  for (std::size_t i = 0; i < drawn.charts.size(); ++i)
    charts += fmt::format("<figure>{}</figure>\n", drawn.charts[i].text(kIds[i]));
  return "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width\"><title>Activations</title><style>" +
         page_style() + "</style>\n<h1>Activations</h1>\n<ul>\n" + legend + "</ul>\n<main>\n" +
         charts + "</main></html>\n";
}

std::string picture_of(const Drawn& drawn) {
  constexpr double kWidth = 360, kHeight = 240, kLegend = 24, kLetter = 7.2;
  std::string names, charts;
  double x = 46;  // where the first chart's frame begins
  for (std::size_t i = 0; i < drawn.names.size(); ++i) {
    names +=
        fmt::format("<path class=\"line s{}\" d=\"M{} 14h22\"/><text x=\"{}\" y=\"18\">{}</text>\n",
                    i % kColours.size(), svg::coordinate(x), svg::coordinate(x + 28),
                    svg::escaped(drawn.names[i]));
    x += 52 + kLetter * static_cast<double>(drawn.names[i].size());
  }
  for (std::size_t i = 0; i < drawn.charts.size(); ++i)
    charts += fmt::format("<svg x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\">{}</svg>\n",
                          svg::coordinate(kWidth * static_cast<double>(i)), kLegend, kWidth,
                          kHeight, drawn.charts[i].text(kIds[i]));
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" "
      "font-family=\"sans-serif\" "
      "font-size=\"11\" fill=\"currentColor\" color=\"#1b1b1f\">\n<style>{2}"
      "@media (prefers-color-scheme:dark){{svg{{color:#e6e6ea}}}}</style>\n{3}{4}</svg>\n",
      3 * kWidth, kHeight + kLegend, chart_style(), names, charts);
}

}  // namespace

void draw(const std::string& file, const std::vector<space::Activation>& activations,
          const std::vector<std::string>& names) {
  std::array<std::vector<std::vector<svg::Point>>, 3> lines;
  std::vector<std::string> texts;
  for (const space::Activation& a : activations) {
    const std::vector<double> theta = space::starts_of(a.parameters);
    lines[0].push_back(sampled(a.f, theta));
    lines[1].push_back(sampled(a.g, theta));
    lines[2].push_back(sampled(space::derivative(a.g), theta));
    texts.push_back(a.text);
  }
  const Drawn drawn{{chart("f", lines[0], names), chart("g = f'", lines[1], names),
                     chart("f''", lines[2], names)},
                    names,
                    texts};
  std::ofstream out(file, std::ios::binary);
  out << (file.ends_with(".svg") ? picture_of(drawn) : page_of(drawn));
  out.close();
  if (!out) throw space::Error(fmt::format("{}: cannot be written", file));
}

}  // namespace antigrad::app
