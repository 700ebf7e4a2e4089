// The graphs that call the formula, and what stands beside them.
#include "kernels/export/onnx.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "kernels/export/onnx_file.hpp"
#include "kernels/export/onnx_function.hpp"
#include "kernels/export/onnx_test.hpp"

namespace antigrad::kernels {
namespace {

using Names = std::vector<std::string>;

constexpr const char* kDomain = "antigrad";

/// A name that is none of the others.
std::string distinct(std::string name, const Names& others) {
  while (std::ranges::count(others, name) > 0) name += "_";
  return name;
}

/// What the graph calls the parameters, their values at the place asked for, their gradients.
struct GraphNames {
  Names parameters, here, gradients;
};

GraphNames graph_names(const Subject& subject, const OnnxForm& form, int reductions) {
  Names used = form.inputs;
  used.insert(used.end(), form.outputs.begin(), form.outputs.end());
  used.emplace_back("place");
  GraphNames names;
  const auto add = [&](const std::string& name, Names& to) {
    to.push_back(distinct(name, used));
    used.push_back(to.back());
  };
  const Names parameters = parameter_names(subject);
  for (const std::string& name : parameters) add(name, names.parameters);
  for (const std::string& name : parameters) add(name + "_here", names.here);
  for (int k = 0; k < reductions; ++k)
    add("g" + parameters[static_cast<std::size_t>(k)], names.gradients);
  return names;
}

std::string text_of(const Subject& subject) {
  std::string text = fmt::format("{}", fmt::join(headlines(subject), "\n"));
  if (distinct_places(subject).size() > 1) text += "\nThe input \"place\" says which of these:";
  for (std::size_t place = 0; place < subject.places.size(); ++place)
    if (const Place& p = subject.places[place]; !p.theta.empty())
      text += fmt::format("\nplace {}, {}: {}", place, p.label, fmt::join(p.theta, ", "));
  return text;
}

/// Adds the parameters of the call: scalars, or rows of which the input "place" takes one.
void add_parameters(onnx::Model& model, const Subject& subject, const GraphNames& names,
                    onnx::Node& call) {
  const Thetas places = distinct_places(subject);
  const bool choose = places.size() > 1;
  if (choose) model.inputs.push_back({"place", onnx::Type::i64, true});
  for (std::size_t k = 0; k < names.parameters.size(); ++k) {
    onnx::Tensor values{names.parameters[k], onnx::Type::f32, {}, {}};
    for (const auto& theta : places) values.values.push_back(theta[k]);
    if (choose) {
      values.dims = {static_cast<std::int64_t>(places.size())};
      model.nodes.push_back({"Gather", {values.name, "place"}, {names.here[k]}});
    }
    call.inputs.push_back(choose ? names.here[k] : values.name);
    model.initializers.push_back(values);
  }
}

std::string model_text(const Subject& subject, const std::string& name, const Program& program,
                       const OnnxForm& form, const GraphNames& names) {
  onnx::Model model;
  model.domain = kDomain;
  model.text = text_of(subject);
  model.name = name;
  model.function =
      onnx_function(name, program, form.inputs, names.parameters, form.outputs, form.wide);
  model.function.text = model.text;
  for (const std::string& input : form.inputs) model.inputs.push_back({input});
  onnx::Node call{name, form.inputs, form.outputs, kDomain};
  add_parameters(model, subject, names, call);
  model.nodes.push_back(call);
  for (std::size_t k = 0; k < form.outputs.size(); ++k)
    model.outputs.push_back(
        {form.outputs[k], onnx::Type::f32, static_cast<int>(k) >= program.elementwise});
  return onnx::encoded(model);
}

}  // namespace

std::vector<ExportedFile> onnx_files(const Subject& subject) {
  const space::Activation a = trained(subject);
  const Thetas thetas = thetas_of(subject);
  const bool wide = needs_double(subject);
  const std::string backward = subject.name + "_backward", folder = subject.name + "_onnx_test";
  std::vector<ExportedFile> models, tests;
  const auto add = [&](OnnxForm form, const char* what) {
    const Program program = form.make(a, wide ? Precision::f64 : Precision::f32, thetas);
    const GraphNames names = graph_names(subject, form, program.reductions);
    form.outputs.insert(form.outputs.end(), names.gradients.begin(), names.gradients.end());
    models.push_back({form.file + ".onnx",
                      model_text(subject, class_name(subject) + what, program, form, names)});
    for (ExportedFile& file : onnx_test_files(subject, form, folder))
      tests.push_back(std::move(file));
  };
  if (a.gate) {
    add({subject.name, gated_forward_program, {"x", "v"}, {"y"}, wide}, "");
    add({backward, gated_backward_program, {"x", "v", "gy"}, {"gx", "gv"}, wide}, "Backward");
  } else {
    add({subject.name, forward_program, {"x"}, {"y"}, wide}, "");
    add({backward, backward_program, {"x", "gy"}, {"gx"}, wide}, "Backward");
  }
  models.insert(models.end(), tests.begin(), tests.end());
  return models;
}

}  // namespace antigrad::kernels
