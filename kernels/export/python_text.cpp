#include "kernels/export/python_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "kernels/export/dialect.hpp"
#include "space/text.hpp"

namespace antigrad::kernels {
namespace {

std::string row(const std::vector<double>& theta, const std::string& label) {
  std::string numbers;
  for (const double v : theta) numbers += python_number(v) + ", ";
  if (theta.size() > 1) numbers.resize(numbers.size() - 2);
  while (!numbers.empty() && theta.size() == 1 && numbers.back() == ' ') numbers.pop_back();
  return fmt::format("    ({}),  # {}\n", numbers, label);
}

}  // namespace

std::string python_places(const Subject& subject) {
  std::string rows, names;
  for (const Place& place : subject.places) rows += row(place.theta, place.label);
  if (subject.places.empty())
    rows = row(space::starts_of(subject.activation.parameters), "start values");
  for (const auto& p : subject.activation.parameters) names += fmt::format("\"{}\", ", p.name);
  if (!names.empty()) names.pop_back();
  return fmt::format(
      "PARAMETERS = ({})\n# Values of the parameters, one row a place of the network.\n"
      "PLACES = (\n{})\n",
      names, rows);
}

std::string python_samples(const Subject& subject) {
  const Samples s = samples(subject);
  return fmt::format(
      "# What the function and its derivatives are at the first place, computed in float64.\n"
      "SAMPLES = {{\n    \"x\": {},\n    \"gy\": {},\n    \"y\": {},\n    \"gx\": {},\n    "
      "\"gtheta\": {},\n}}\n",
      python_list(s.x), python_list(s.gy), python_list(s.y), python_list(s.gx),
      python_list(s.gtheta));
}

std::string python_programs(
    const Subject& subject, bool wide, const char* float64,
    const std::function<std::string(const std::string& name, const Program& program)>& function) {
  using Make = Program (*)(const space::Activation&, Precision);
  const std::pair<const char*, Make> makes[] = {
      {"forward_program", forward_program},
      {"backward_program", backward_program},
      {"double_backward_program", double_backward_program}};
  const space::Activation activation = trained(subject);
  std::string text;
  for (const auto& [name, make] : makes) {
    const Program in_double = make(activation, Precision::f64);
    const Program in_float = wide ? in_double : make(activation, Precision::f32);
    if (in_float.expr == in_double.expr) {
      text += function(name, in_double);
      continue;
    }
    text += function(fmt::format("{}_float32", name), in_float) +
            function(fmt::format("{}_float64", name), in_double) +
            fmt::format(
                "\ndef {0}(x, *rest):\n"
                "    return ({0}_float64 if x.dtype == {1} else {0}_float32)(x, *rest)\n\n",
                name, float64);
  }
  return text;
}

GateText gate_text(const Subject& subject) {
  return subject.activation.gate ? GateText{", v", " * v"} : GateText{};
}

}  // namespace antigrad::kernels
