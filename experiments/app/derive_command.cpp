// `antigrad derive`: what a gradient integrates to. Neither libtorch nor LLVM is loaded.
#include <fmt/format.h>

#include "experiments/app/commands.hpp"
#include "space/fingerprint.hpp"
#include "space/gradient.hpp"
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

}  // namespace

int derive_command(const Arguments& arguments) {
  const Activation a = space::parse_activation(arguments.subject, arguments.definitions);
  const space::Names names = names_of(a);
  Facts facts;
  if (!a.name.empty()) facts.add("name", a.name);
  facts.add("text", a.text);
  facts.add("f(x)", space::to_string(a.f, names));
  facts.add("f'(x) = g(x)", space::to_string(a.g, names));
  facts.add("f''(x)", space::to_string(space::simplify(space::derivative(a.g)), names));
  for (std::size_t k = 0; k < a.parameters.size(); ++k) {
    const space::Expr slope = space::simplify(space::derivative_param(a.f, static_cast<int>(k)));
    facts.add("df/d" + a.parameters[k].name, space::to_string(slope, names));
  }
  add_parameters(facts, a);
  facts.add("rules", a.rules);
  facts.add("LaTeX of f", space::to_latex(a.f, names));
  facts.add("LaTeX of g", space::to_latex(a.g, names));
  facts.add("fingerprint", fmt::format("{:016x}", space::fingerprint(a)));
  for (const double x : arguments.points)
    facts.add(fmt::format("f({})", x), space::value(a.f, x, space::starts_of(a.parameters)));
  print(facts.text(arguments.format));
  return 0;
}

}  // namespace antigrad::app
