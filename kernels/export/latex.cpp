#include "kernels/export/latex.hpp"

#include <fmt/format.h>

#include <string>

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

std::string bound(double value, int of, const space::Names& names) {
  if (std::isinf(value)) return value > 0 ? "\\infty" : "-\\infty";
  const std::string number = space::to_string(value);
  return of < 0 ? number : number + " \\, " + symbol(names[static_cast<std::size_t>(of)]);
}

std::string parameters(const Subject& subject, const space::Names& names) {
  std::string out;
  const auto theta = start_values(subject);
  for (std::size_t k = 0; k < names.size(); ++k) {
    const space::Domain& d = subject.activation.parameters[k].domain;
    out += fmt::format("\\[\n  {} = {} \\in \\left({}, {}\\right)\n\\]\n", symbol(names[k]),
                       space::to_string(theta[k]), bound(d.lo, d.lo_of, names),
                       bound(d.hi, d.hi_of, names));
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
      values += fmt::format("{}{} = {}", k > 0 ? ", \\; " : "", symbol(names[k]),
                            space::to_string(place.theta[k]));
    text += fmt::format("  \\item {}: ${}$\n", escaped(place.label), values);
  }
  return text + "\\end{itemize}\n";
}

}  // namespace

std::vector<ExportedFile> latex_files(const Subject& subject) {
  const space::Activation& a = subject.activation;
  const auto names = space::names_of(a.parameters);
  std::string text;
  for (const std::string& line : headlines(subject)) text += "% " + line + "\n";
  text += "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n";
  if (!subject.title.empty()) text += escaped(subject.title) + "\n";
  text += equation("f(x)", a.f, names) + equation("f'(x)", a.g, names) +
          equation("f''(x)", space::simplify(space::derivative(a.g)), names);
  for (std::size_t k = 0; k < names.size(); ++k)
    text += equation(fmt::format("\\frac{{\\partial f}}{{\\partial {}}}", symbol(names[k])),
                     space::simplify(space::derivative_param(a.f, static_cast<int>(k))), names);
  if (a.gate) text += "A layer with two inputs: $f(x) \\, v$.\n";
  text += parameters(subject, names) + places_text(subject, names);
  if (!subject.source.empty()) text += "Source: " + escaped(subject.source) + "\n";
  return {{subject.name + ".tex", text + "\\end{document}\n"}};
}

}  // namespace antigrad::kernels
