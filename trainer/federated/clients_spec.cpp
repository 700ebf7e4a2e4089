// `clients: {count: 10, concentration: 0.5, fading: rayleigh, noise: {tail: 1.5, scale: 0.1}}`
#include "trainer/federated/clients_spec.hpp"

#include "trainer/keys.hpp"

namespace antigrad::trainer {

ClientsSpec read_clients(const space::Yaml& node) {
  node.allow({"count", "concentration", "fading", "noise"});
  ClientsSpec spec;
  spec.count = count(node, "count", 1, 10'000);
  spec.concentration = real_or(node, "concentration", 0.01, 1e6, spec.concentration);
  if (node.has("fading"))
    spec.fading = choose<bool>(node.at("fading"), "fading", {{"rayleigh", true}, {"none", false}});
  if (node.has("noise")) {
    node.at("noise").allow({"tail", "scale"});
    spec.tail = real_or(node.at("noise"), "tail", 1.01, 2, spec.tail);
    spec.scale = node.at("noise").at("scale").number(0, 1e6);
  }
  return spec;
}

}  // namespace antigrad::trainer
