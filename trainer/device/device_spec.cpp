// Workers are dealt to GPUs like cards.
#include "trainer/device/device_spec.hpp"

#include <fmt/format.h>

#include "space/error.hpp"
#include "trainer/keys.hpp"

namespace antigrad::trainer {
namespace {

using space::Yaml;
using Name = DeviceSpec::Name;

constexpr double kForWorkers = 0.9;  // of a GPU; the rest is the driver's and the contexts'

const Names<Name> kNames = {{"cpu", Name::cpu}, {"cuda", Name::cuda}, {"auto", Name::automatic}};

/// What only a GPU has.
void refuse_without_gpu(const Yaml& node) {
  for (const char* const key : {"per_device", "memory", "graphs"})
    if (node.has(key))
      node.at(key).fail(fmt::format(
          "{} is of a GPU, and the device is cpu; remove the key, or name cuda or auto", key));
}

double share(const DeviceSpec& spec) {
  return spec.memory > 0 ? spec.memory : kForWorkers / spec.per_device;
}

}  // namespace

DeviceSpec read_device(const Yaml& node) {
  DeviceSpec spec;
  if (node.is_scalar()) {
    spec.name = choose(node, "device", kNames);
    return spec;
  }
  node.allow({"name", "per_device", "memory", "precision", "graphs"});
  spec.name = choose(node.at("name"), "device", kNames);
  if (spec.name == Name::cpu) refuse_without_gpu(node);
  spec.per_device = count_or(node, "per_device", 1, 1, 64);
  spec.memory = real_or(node, "memory", 0.001, 1, 0);
  if (spec.memory * spec.per_device > 1)
    node.at("memory").fail(fmt::format(
        "{} workers on a GPU with {} of its memory each take {:.3g} of it; expected at "
        "most {:.3g} each",
        spec.per_device, spec.memory, spec.memory * spec.per_device, 1. / spec.per_device));
  if (node.has("precision"))
    spec.bf16 = choose<bool>(node.at("precision"), "precision", {{"f32", false}, {"bf16", true}});
  spec.graphs = node.boolean_or("graphs", false);
  return spec;
}

int slots_on_gpus(const DeviceSpec& spec, int gpus) {
  return spec.name == Name::cpu ? 0 : gpus * spec.per_device;
}

Placement placement_of(const DeviceSpec& spec, int gpus, int slot, const std::string& why) {
  if (spec.name == Name::cpu) return {};
  if (gpus == 0) {
    if (spec.name == Name::automatic) return {};
    throw space::Error(
        fmt::format("the study demands device: cuda, got no GPU: {}; expected one. `device: auto` "
                    "trains on the processor where there is none",
                    why));
  }
  const int rooms = slots_on_gpus(spec, gpus);
  if (slot >= rooms)
    throw space::Error(
        fmt::format("worker {} has no place: {} GPU{} with per_device: {} make room for {}; ask "
                    "for fewer --workers, or raise per_device",
                    slot, gpus, gpus == 1 ? "" : "s", spec.per_device, rooms));
  return {slot % gpus, share(spec)};
}

}  // namespace antigrad::trainer
