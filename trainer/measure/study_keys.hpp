// What a study says of how its trainings run and are looked at: the keys `measure:`,
// `checkpoints:`, `device:` and `stacked:`. Plain values, no torch.
#pragma once
#include <string>
#include <vector>

#include "trainer/device/device_spec.hpp"

namespace antigrad::trainer {

/// `measure: {every: 20, of: [gradients, activations, sparsity, theta], cett: [0.1, 0.2]}`: what
/// event files get besides the points of the learning curve, and what stands in a trial as figures.
struct MeasureSpec {
  static constexpr int kNever = 0, kEpoch = -1;
  int every = kNever;             // steps between measurements
  bool gradients = false;         // norms, by layer
  bool activations = false;       // statistics, by place
  bool sparsity = false;          // of feed-forward networks
  bool theta = false;             // the activations' parameters
  std::vector<double> cett = {};  // levels at which a trial's figures say sparsity and loss
  bool wanted() const { return every != kNever; }
  bool operator==(const MeasureSpec&) const = default;
};

/// `stacked: 16`, or `stacked: {count: 16, checked: 20}`: candidates that train as one network, and
/// for how many steps each is compared with a run of its own before it may.
struct StackedSpec {
  int count = 1, checked = 20;
  bool operator==(const StackedSpec&) const = default;
};

struct StudyKeys {
  MeasureSpec measure;
  DeviceSpec device;
  StackedSpec stacked;
  int checkpoint_every = 0;  // steps between checkpoints of a run; 0: none
  bool operator==(const StudyKeys&) const = default;
};

/// Throws space::Error with file, line and column: unknown keys and names, values out of range.
StudyKeys read_study_keys(const std::string& study_yaml);

}  // namespace antigrad::trainer
