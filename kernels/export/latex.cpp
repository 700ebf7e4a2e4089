#include "kernels/export/latex.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "kernels/export/latex_notation.hpp"
#include "kernels/values.hpp"
#include "space/cover.hpp"
#include "space/text.hpp"

namespace antigrad::kernels {
namespace {

/// Text that stands for itself.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\textbackslash{}";
    else if (c == '^' || c == '~')
      out += fmt::format("\\{}{{}}", c);
    else if (std::string("{}_%&#$").find(c) != std::string::npos)
      out += fmt::format("\\{}", c);
    else
      out += c;
  }
  return out;
}

std::string equation(const std::string& left, const space::Expr& e, const space::Names& names) {
  return fmt::format("\\[\n  {} = {}\n\\]\n", left, space::to_latex(e, names));
}

/// A parameter as to_latex writes it.
std::string symbol(const std::string& name) { return fmt::format("\\mathit{{{}}}", escaped(name)); }

/// With all digits.
std::string exact(double value) {
  if (std::isinf(value)) return value > 0 ? "\\infty" : "-\\infty";
  return space::to_latex(space::parse(space::to_string(value)));
}

/// To seven digits, which a table shows.
double rounded(double value) {
  return std::isfinite(value) ? std::stod(fmt::format("{:.7g}", value)) + 0.0 : value;
}

std::string bound(double value, int of, const space::Names& names) {
  return of < 0 ? exact(value)
                : exact(value) + " \\, " + symbol(names[static_cast<std::size_t>(of)]);
}

std::string parameters(const Subject& subject, const space::Names& names) {
  std::string out;
  const auto theta = start_values(subject);
  for (std::size_t k = 0; k < names.size(); ++k) {
    const space::Domain& d = subject.activation.parameters[k].domain;
    out += fmt::format("\\[\n  {} = {} \\in \\left({}, {}\\right)\n\\]\n", symbol(names[k]),
                       exact(theta[k]), bound(d.lo, d.lo_of, names), bound(d.hi, d.hi_of, names));
  }
  if (!out.empty())
    out = (subject.places.empty() ? "Parameters and where they start:\n"
                                  : "Parameters and what they were trained to:\n") +
          out;
  return out;
}

/// The values at every place, where there are several.
std::string places_text(const Subject& subject, const space::Names& names) {
  if (subject.places.size() < 2 || names.empty()) return "";
  std::string text = "Trained to, place by place:\n\\begin{itemize}\n";
  for (const Place& place : subject.places) {
    std::string values;
    for (std::size_t k = 0; k < names.size(); ++k)
      values +=
          fmt::format("{}{} = {}", k > 0 ? ", \\; " : "", symbol(names[k]), exact(place.theta[k]));
    text += fmt::format("  \\item {}: ${}$\n", escaped(place.label), values);
  }
  return text + "\\end{itemize}\n";
}

/// Where the table of the first place has rows: a few everywhere, and the kinks of f' with a
/// neighbour on either side. Of another place fewer.
std::set<double> rows_of(const Subject& subject, const std::vector<double>& theta, bool first) {
  if (!first) return {-2, -0.5, 0.5, 2};
  constexpr double kReach = 8, kBeside = 0.125;
  std::set<double> rows{-4, -2, -1, -0.5, 0.5, 1, 2, 4};
  const space::Cover cover(subject.activation.g, {theta.begin(), theta.end()});
  for (const auto& kink : cover.kinks())
    if (const double at = rounded(kink.at.middle()); std::fabs(at) <= kReach)
      rows.insert({rounded(at - kBeside), at, rounded(at + kBeside)});
  return rows;
}

/// f, f' and df/dtheta in columns, a few side by side.
std::string values_text(const Subject& subject, const std::vector<double>& theta,
                        const std::vector<std::string>& quantities, bool first) {
  constexpr std::size_t kColumns = 5;
  const space::Expr e = values_of(subject.activation);
  const auto rows = rows_of(subject, theta, first);
  std::string text;
  for (std::size_t from = 0; from < quantities.size(); from += kColumns) {
    const std::size_t to = std::min(from + kColumns, quantities.size());
    text += fmt::format("\\[\n  \\begin{{array}}{{r|{}}}\n    x", std::string(to - from, 'r'));
    for (std::size_t k = from; k < to; ++k) text += " & " + quantities[k];
    text += " \\\\ \\hline\n";
    for (const double x : rows) {
      const auto values = evaluated<double>(e, x, theta);
      text += "    " + exact(x);
      for (std::size_t k = from; k < to; ++k) text += " & " + exact(rounded(values[k]));
      text += " \\\\\n";
    }
    text += "  \\end{array}\n\\]\n";
  }
  return text;
}

/// What the formulas give, place by place.
std::string tables_text(const Subject& subject, const std::vector<std::string>& quantities) {
  const Thetas places = distinct_places(subject);
  std::string text;
  for (std::size_t place = 0; place < places.size(); ++place) {
    text += places.size() > 1 ? fmt::format("Values ({}):\n", escaped(subject.places[place].label))
                              : "Values:\n";
    text += values_text(subject, places[place], quantities, place == 0);
  }
  return text;
}

/// What stands for the derivative by a parameter.
std::string slope_sign(const std::string& name) {
  return fmt::format("\\frac{{\\partial f}}{{\\partial {}}}", symbol(name));
}

}  // namespace

std::vector<ExportedFile> latex_files(const Subject& subject) {
  const space::Activation& a = subject.activation;
  const auto names = space::names_of(a.parameters);
  std::string text;
  for (const std::string& line : headlines(subject)) text += "% " + line + "\n";
  text += "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n";
  if (!subject.title.empty()) text += escaped(subject.title) + "\n";
  std::string equations = equation("f(x)", a.f, names) + equation("f'(x)", a.g, names) +
                          equation("f''(x)", space::simplify(space::derivative(a.g)), names);
  std::vector<std::string> quantities{"f(x)", "f'(x)"};
  for (std::size_t k = 0; k < names.size(); ++k) {
    quantities.push_back(slope_sign(names[k]));
    equations +=
        equation(quantities.back(),
                 space::simplify(space::derivative_param(a.f, static_cast<int>(k))), names);
  }
  text += equations + notation_text(equations);
  if (a.gate) text += "A layer with two inputs: $f(x) \\, v$.\n";
  text +=
      parameters(subject, names) + places_text(subject, names) + tables_text(subject, quantities);
  if (!subject.source.empty()) text += "Source: " + escaped(subject.source) + "\n";
  return {{subject.name + ".tex", text + "\\end{document}\n"}};
}

}  // namespace antigrad::kernels
