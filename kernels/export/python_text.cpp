#include "kernels/export/python_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <utility>

#include "kernels/flatten.hpp"
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
  const auto all = samples_of_places(subject);
  std::vector<std::string> dicts;
  for (const Samples& s : all)
    dicts.push_back(
        fmt::format("{{\n    \"x\": {},\n    \"gy\": {},\n    \"y\": {},\n    \"gx\": {},\n    "
                    "\"gtheta\": {},\n}}",
                    python_list(s.x), python_list(s.gy), python_list(s.y), python_list(s.gx),
                    python_list(s.gtheta)));
  if (all.size() == 1)
    return "# What the function and its derivatives are at the first place, computed in "
           "float64.\nSAMPLES = " +
           dicts.front() + "\n";
  return fmt::format(
      "# What the function and its derivatives are at each place, computed in float64.\n"
      "SAMPLES = ({})\n",
      fmt::join(dicts, ", "));
}

std::string PythonTest::at_every_place(const std::string& lines) const {
  if (!several) return lines;
  return "    for place, samples in enumerate(SAMPLES):\n" + indented(lines, "    ");
}

PythonTest python_test(const Subject& subject) { return {distinct_places(subject).size() > 1}; }

std::string python_function(const std::string& name, const Program& program, const Dialect& dialect,
                            const char* shaped, const char* table, Tables& tables) {
  constexpr std::array kInputs{"x", "gy", "ggx"};
  Leaves leaves;
  leaves.inputs.assign(kInputs.begin(), kInputs.begin() + program.inputs);
  for (int k = 0; k < program.parameters; ++k) leaves.parameters.push_back(fmt::format("p{}", k));
  leaves.integral = [table](std::size_t k, const std::string& t) {
    return fmt::format("integral({}{}, {})", table, k, t);
  };
  const Body body = write_body(flatten(program.expr), dialect, leaves, tables);
  std::vector<std::string> results, arguments = leaves.inputs;
  for (std::size_t k = 0; k < body.results.size(); ++k)
    results.push_back(fmt::format(fmt::runtime(shaped), body.results[k]) +
                      (static_cast<int>(k) < program.elementwise ? "" : ".sum()"));
  arguments.insert(arguments.end(), leaves.parameters.begin(), leaves.parameters.end());
  return fmt::format("\ndef {}({}):\n{}    return ({},)\n\n", name, fmt::join(arguments, ", "),
                     body.lines, fmt::join(results, ", "));
}

std::string python_programs(
    const Subject& subject, bool wide, const char* float64,
    const std::function<std::string(const std::string& name, const Program& program)>& function) {
  const std::pair<const char*, MakeProgram> makes[] = {
      {"forward_program", forward_program},
      {"backward_program", backward_program},
      {"double_backward_program", double_backward_program}};
  const space::Activation activation = trained(subject);
  const Thetas thetas = thetas_of(subject);
  std::string text;
  for (const auto& [name, make] : makes) {
    const Program in_double = make(activation, Precision::f64, thetas);
    const Program in_float = wide ? in_double : make(activation, Precision::f32, thetas);
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
