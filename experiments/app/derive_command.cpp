// `antigrad derive`: what a gradient integrates to. Neither libtorch nor LLVM is loaded.
#include <fmt/format.h>

#include <algorithm>

#include "experiments/app/commands.hpp"
#include "space/fingerprint.hpp"
#include "space/gradient.hpp"
#include "space/source_text.hpp"
#include "space/table.hpp"
#include "space/text.hpp"

namespace antigrad::app {
namespace {

using space::Activation;

space::Names names_of(const Activation& activation) {
  space::Names names;
  for (const space::Parameter& p : activation.parameters) names.push_back(p.name);
  return names;
}

void add_parameters(Facts& facts, const Activation& activation) {
  for (const space::Parameter& p : activation.parameters) {
    facts.add("parameter " + p.name,
              fmt::format("starts at {}, in {}", space::to_string(p.start),
                          space::to_string(p.domain, activation.parameters)));
  }
}

/// The largest proved error of the tables that f reads, relative to max(1, |table|).
void add_bound(Facts& facts, const Activation& activation) {
  double bound = 0;
  for (const auto& table : activation.f.tables) bound = std::max(bound, table->bound());
  if (bound > 0) facts.add("proved error of tabulated integrals", bound);
}

/// Facts of many lines: under their heading in a table.
void print_sources(const Facts& facts, const Facts& sources, Format format) {
  if (format == Format::table)
    print(facts.text(format) + sources.blocks());
  else
    print((facts + sources).text(format));
}

}  // namespace

int derive_command(const Arguments& arguments) {
  const Activation a = space::parse_activation(arguments.subject, arguments.definitions);
  const space::Names names = names_of(a);
  Facts facts;
  if (!a.name.empty()) facts.add("name", a.name);
  facts.add("text", a.text);
  facts.add("f(x)", space::to_string(a.f, names));
  facts.add("f'(x) = g(x)", space::to_string(a.g, names));
  const space::Expr second = space::simplify(space::derivative(a.g));
  facts.add("f''(x)", space::to_string(second, names));
  for (std::size_t k = 0; k < a.parameters.size(); ++k) {
    const space::Expr slope = space::simplify(space::derivative_param(a.f, static_cast<int>(k)));
    facts.add("df/d" + a.parameters[k].name, space::to_string(slope, names));
  }
  add_parameters(facts, a);
  facts.add("rules", a.rules);
  add_bound(facts, a);
  facts.add("LaTeX of f", space::to_latex(a.f, names));
  facts.add("LaTeX of g", space::to_latex(a.g, names));
  facts.add("LaTeX of f''", space::to_latex(second, names));
  facts.add("fingerprint", fmt::format("{:016x}", space::fingerprint(a)));
  for (const double x : arguments.points)
    facts.add(fmt::format("f({})", x), space::value(a.f, x, space::starts_of(a.parameters)));
  const space::NamedFunction functions[] = {{"f", a.f}, {"df", a.g}, {"d2f", second}};
  Facts sources;
  sources.add("C", space::c_source(functions, a.parameters));
  sources.add("Python", space::python_source(functions, a.parameters));
  print_sources(facts, sources, arguments.format);
  return 0;
}

}  // namespace antigrad::app
