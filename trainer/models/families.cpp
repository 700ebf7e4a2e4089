// The table of models, and what all of them share: type and fixed activations.
#include "trainer/models/families.hpp"

#include <fmt/format.h>

#include "space/activation.hpp"
#include "trainer/keys.hpp"

namespace antigrad::trainer {
namespace {

using space::Yaml;
using Type = ModelSpec::Type;
using Input = Family::Input;

/// A map of places to texts of activations.
std::map<std::string, std::string> read_activations(const Yaml& node, const Family& family) {
  node.allow(family.places);
  std::map<std::string, std::string> activations;
  for (const std::string& place : node.keys()) {
    const Yaml item = node.at(place);
    try {
      space::refuse_gate(space::parse_activation(item.text()), "a place of a network");
    } catch (const space::Error& error) {
      if (error.where().file.empty()) item.fail(error.message());
      throw;
    }
    activations[place] = item.text();
  }
  return activations;
}

}  // namespace

const std::vector<Family>& families() {
  static const std::vector<Family> rows = {
      {"mlp",
       Type::mlp,
       Input::images,
       {"layers", "width", "norm", "skip"},
       {"stem", "blocks"},
       read_mlp,
       plan_mlp},
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
