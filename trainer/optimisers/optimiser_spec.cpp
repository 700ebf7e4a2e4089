// One row an optimiser: its name and the keys that are its own.
#include "trainer/optimisers/optimiser_spec.hpp"

#include <string>
#include <vector>

#include "trainer/keys.hpp"

namespace antigrad::trainer {
namespace {

using space::Yaml;
using Name = OptimiserSpec::Name;

struct Row {
  const char* name;
  Name value;
  std::vector<std::string> keys;  // besides name, rate and interpolation
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {"sgd", Name::sgd, {"momentum", "nesterov", "weight_decay", "clip", "theta"}},
      {"adamw", Name::adamw, {"beta1", "beta2", "weight_decay", "clip", "theta"}},
      {"gols", Name::gols, {}},
      {"adagrad_ota", Name::adagrad_ota, {"beta1", "tail", "epsilon", "clip", "theta"}},
      {"adam_ota", Name::adam_ota, {"beta1", "beta2", "tail", "epsilon", "clip", "theta"}},
  };
  return all;
}

const Row& row_of(const Yaml& node) {
  Names<const Row*> names;
  for (const Row& row : rows()) names.emplace_back(row.name, &row);
  return *choose<const Row*>(node, "optimiser", names);
}

void read_theta_group(const Yaml& node, OptimiserSpec& spec) {
  node.allow({"rate", "weight_decay"});
  spec.theta_rate = real_or(node, "rate", 0, 1e3, spec.rate);
  spec.theta_weight_decay = real_or(node, "weight_decay", 0, 10, 0);
}

InterpolationSpec read_interpolation(const Yaml& node) {
  using Kind = InterpolationSpec::Kind;
  node.allow({"name", "updates", "share"});
  InterpolationSpec spec;
  spec.kind = choose<Kind>(node.at("name"), "interpolation",
                           {{"lookahead", Kind::lookahead}, {"rapp", Kind::rapp}});
  spec.updates = count_or(node, "updates", 1, spec.updates);
  spec.share = real_or(node, "share", 0.001, 1, spec.share);
  return spec;
}

}  // namespace

OptimiserSpec read_optimiser(const Yaml& node) {
  const Row& row = row_of(node.at("name"));
  std::vector<std::string> keys = row.keys;
  keys.insert(keys.begin(), {"name", "rate"});
  keys.emplace_back("interpolation");
  node.allow(keys);
  OptimiserSpec spec;
  spec.name = row.value;
  spec.rate = node.at("rate").number(1e-12, 1e3);
  spec.momentum = real_or(node, "momentum", 0, 0.9999, spec.momentum);
  spec.beta1 = real_or(node, "beta1", 0, 0.9999, spec.beta1);
  if (spec.name == Name::adam_ota) spec.beta2 = 0.3;
  spec.beta2 = real_or(node, "beta2", 0, 0.999999, spec.beta2);
  spec.tail = real_or(node, "tail", 1.01, 2, spec.tail);
  spec.epsilon = real_or(node, "epsilon", 1e-300, 1, spec.epsilon);
  spec.weight_decay = real_or(node, "weight_decay", 0, 10, 0);
  spec.clip = real_or(node, "clip", 0, 1e9, 0);
  spec.nesterov = node.boolean_or("nesterov", false);
  if (spec.nesterov && spec.momentum == 0)
    node.at("nesterov").fail("nesterov with momentum 0; give momentum, or remove nesterov");
  if (node.has("theta")) read_theta_group(node.at("theta"), spec);
  if (node.has("interpolation")) spec.interpolation = read_interpolation(node.at("interpolation"));
  return spec;
}

}  // namespace antigrad::trainer
