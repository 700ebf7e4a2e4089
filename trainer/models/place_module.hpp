// What may stand at a place of a network without being a function of one number: named in
// `activations:` like an activation, laid out as layers with weights of their own, never searched.
#pragma once
#include <optional>
#include <string>

#include "trainer/models/plan.hpp"
#include "trainer/models/spec.hpp"

namespace antigrad::trainer {

enum class PlaceModule {
  grelu,                // arXiv 2202.06281, of a graph (trainer/graphs/layers.hpp)
  grelu_scaled,         // the same times the number of the graph's nodes
  maxout,               // arXiv 1302.4389: the largest of a few linear functions
  softmax,              // over the channels
  gaussian_radial,      // exp(-s^2 |x - c|^2), c and s trained
  multiquadric_radial,  // sqrt(1 + s^2 |x - c|^2)
};

/// None where the text names no module: then it is an activation's.
std::optional<PlaceModule> module_named(const std::string& text);
const char* name_of(PlaceModule module);
/// What spec.activations fixes at a place, if that is a module.
std::optional<PlaceModule> module_at(const ModelSpec& spec, const std::string& place);

/// They read the layer's input in place of a linear layer's output.
constexpr bool is_radial(PlaceModule module) {
  return module == PlaceModule::gaussian_radial || module == PlaceModule::multiquadric_radial;
}

/// The module behind layer a, of whose channels maxout makes 1 / pieces; radial functions have
/// spec.width centres.
int add_module(Plan& plan, PlaceModule module, const ModelSpec& spec, const std::string& name,
               int a);

}  // namespace antigrad::trainer
