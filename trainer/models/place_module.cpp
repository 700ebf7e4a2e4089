// One row a module.
#include "trainer/models/place_module.hpp"

#include <array>
#include <utility>

namespace antigrad::trainer {
namespace {

constexpr std::array<std::pair<const char*, PlaceModule>, 6> kModules = {
    {{"grelu", PlaceModule::grelu},
     {"grelu_scaled", PlaceModule::grelu_scaled},
     {"maxout", PlaceModule::maxout},
     {"softmax", PlaceModule::softmax},
     {"gaussian_radial", PlaceModule::gaussian_radial},
     {"multiquadric_radial", PlaceModule::multiquadric_radial}}};

}  // namespace

std::optional<PlaceModule> module_named(const std::string& text) {
  for (const auto& [name, module] : kModules)
    if (text == name) return module;
  return {};
}

const char* name_of(PlaceModule module) {
  for (const auto& [name, value] : kModules)
    if (value == module) return name;
  return "";
}

std::optional<PlaceModule> module_at(const ModelSpec& spec, const std::string& place) {
  const auto text = spec.activations.find(place);
  if (text == spec.activations.end()) return {};
  return module_named(text->second);
}

int add_module(Plan& plan, PlaceModule module, const ModelSpec& spec, const std::string& name,
               int a) {
  switch (module) {
    case PlaceModule::grelu:
    case PlaceModule::grelu_scaled:
      return plan.grelu(name, a, spec.pieces, module == PlaceModule::grelu_scaled);
    case PlaceModule::maxout: return plan.maxout(name, a, spec.pieces);
    case PlaceModule::softmax: return plan.softmax(name, a);
    case PlaceModule::gaussian_radial:
    case PlaceModule::multiquadric_radial: break;
  }
  return plan.radial(name, a, spec.width, module == PlaceModule::gaussian_radial);
}

}  // namespace antigrad::trainer
