// On what a study's runs compute, as its key `device:` says, and which worker takes which GPU.
// Plain values, no torch.
#pragma once
#include <string>

#include "space/yaml.hpp"

namespace antigrad::trainer {

/// `device: auto`, or `device: {name: cuda, per_device: 4, memory: 0.2, precision: bf16,
/// graphs: true}`.
struct DeviceSpec {
  enum class Name { cpu, cuda, automatic };  // automatic: the GPUs where there are any
  Name name = Name::cpu;
  int per_device = 1;   // workers side by side on one GPU
  double memory = 0;    // share of a GPU that a worker may take; 0: an equal part of nine tenths
  bool bf16 = false;    // matrix products and activations in bfloat16 (autocast)
  bool graphs = false;  // a training step as one CUDA graph; GPU only
  bool operator==(const DeviceSpec&) const = default;
};

/// Throws space::Error with file, line and column.
DeviceSpec read_device(const space::Yaml& node);

/// Where one worker computes.
struct Placement {
  int gpu = -1;       // ordinal; -1: the processor
  double memory = 1;  // share of the GPU that it may take
  bool operator==(const Placement&) const = default;
};

/// Workers that a machine of so many GPUs has room for; 0: they compute on the processor.
int slots_on_gpus(const DeviceSpec& spec, int gpus);

/// Of worker `slot` (from 0): neighbours are on different GPUs. why: what keeps libtorch from the
/// GPUs, for a study that demands one. Throws space::Error where there is none, or no room.
Placement placement_of(const DeviceSpec& spec, int gpus, int slot, const std::string& why);

}  // namespace antigrad::trainer
