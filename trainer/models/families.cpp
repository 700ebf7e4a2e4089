// The table of models, and what all of them share: type and fixed activations.
#include "trainer/models/families.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "space/activation.hpp"
#include "trainer/keys.hpp"

namespace antigrad::trainer {
namespace {

using space::Yaml;
using Type = ModelSpec::Type;
using Input = Family::Input;

void check_module(const Yaml& item, PlaceModule module, const Family& family) {
  if (std::count(family.modules.begin(), family.modules.end(), module) > 0) return;
  std::vector<std::string> known;
  for (const PlaceModule one : family.modules) known.push_back(name_of(one));
  item.fail(fmt::format("{} has no place in a {}; {}", name_of(module), family.name,
                        known.empty() ? std::string("name a function of one number")
                                      : fmt::format("it takes {}", fmt::join(known, ", "))));
}

/// A map of places to texts of activations.
std::map<std::string, std::string> read_activations(const Yaml& node, const Family& family) {
  node.allow(family.places);
  std::map<std::string, std::string> activations;
  for (const std::string& place : node.keys()) {
    const Yaml item = node.at(place);
    activations[place] = item.text();
    if (const auto module = module_named(item.text())) {
      check_module(item, *module, family);
      continue;
    }
    try {
      space::refuse_gate(space::parse_activation(item.text()), "a place of a network");
    } catch (const space::Error& error) {
      if (error.where().file.empty()) item.fail(error.message());
      throw;
    }
  }
  return activations;
}

}  // namespace

const std::vector<Family>& families() {
  static const std::vector<Family> rows = {
      {"mlp",
       Type::mlp,
       Input::images,
       {"layers", "width", "norm", "skip", "pieces"},
       {"stem", "blocks"},
       read_mlp,
       plan_mlp,
       {PlaceModule::maxout, PlaceModule::softmax, PlaceModule::gaussian_radial,
        PlaceModule::multiquadric_radial}},
      {"resnet",
       Type::resnet,
       Input::images,
       {"depth", "width", "form", "stem"},
       {"stem", "blocks"},
       read_resnet,
       plan_resnet},
      {"wide_resnet",
       Type::wide_resnet,
       Input::images,
       {"depth", "width", "widen", "stem"},
       {"blocks", "head"},
       read_wide_resnet,
       plan_wide_resnet},
      {"vgg", Type::vgg, Input::images, {"depth", "width"}, {"stem", "blocks"}, read_vgg, plan_vgg},
      {"mobilenet",
       Type::mobilenet,
       Input::images,
       {"width"},
       {"stem", "blocks", "head"},
       read_mobilenet,
       plan_mobilenet},
      {"alexnet",
       Type::alexnet,
       Input::images,
       {"width"},
       {"stem", "blocks", "head"},
       read_alexnet,
       plan_alexnet},
      {"vanilla",
       Type::vanilla,
       Input::images,
       {"layers", "width", "series"},
       {"stem", "blocks"},
       read_vanilla,
       plan_vanilla},
      {"llama",
       Type::llama,
       Input::text,
       {"size", "layers", "width", "heads", "kv_heads", "ffn", "gated", "context", "rope_base"},
       {"ffn"},
       read_llama,
       plan_llama},
      {"bert",
       Type::bert,
       Input::masked_text,
       {"layers", "width", "heads", "ffn", "context"},
       {"ffn", "head"},
       read_bert,
       plan_bert},
      {"nplm",
       Type::nplm,
       Input::text,
       {"layers", "width", "ffn", "context"},
       {"stem", "blocks"},
       read_nplm,
       plan_nplm},
      {"gcn",
       Type::gcn,
       Input::graph,
       {"layers", "width", "pieces"},
       {"stem", "blocks"},
       read_gcn,
       plan_gcn,
       {PlaceModule::grelu, PlaceModule::grelu_scaled, PlaceModule::softmax}},
      {"gat",
       Type::gat,
       Input::graph,
       {"layers", "width", "heads", "out_heads", "pieces"},
       {"stem", "blocks"},
       read_gat,
       plan_gat,
       {PlaceModule::grelu, PlaceModule::grelu_scaled, PlaceModule::softmax}},
  };
  return rows;
}

const Family& family_of(ModelSpec::Type type) {
  for (const Family& family : families())
    if (family.type == type) return family;
  throw space::Error(fmt::format("no model of type {}", static_cast<int>(type)));
}

ModelSpec read_model(const Yaml& node) {
  Names<Type> names;
  for (const Family& family : families()) names.emplace_back(family.name, family.type);
  ModelSpec spec;
  spec.type = choose<Type>(node.at("type"), "model", names);
  const Family& family = family_of(spec.type);
  std::vector<std::string> keys = {"type", "activations"};
  keys.insert(keys.end(), family.keys.begin(), family.keys.end());
  node.allow(keys);
  family.read(node, spec);
  if (node.has("activations")) spec.activations = read_activations(node.at("activations"), family);
  return spec;
}

Plan plan_model(const ModelSpec& spec, const InputShape& input) {
  return family_of(spec.type).plan(spec, input);
}

}  // namespace antigrad::trainer
