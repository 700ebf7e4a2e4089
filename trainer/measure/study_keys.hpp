// What a study says of looking at its trainings: the keys `measure:` and `checkpoints:`. Plain
// values, no torch.
#pragma once
#include <string>

namespace antigrad::trainer {

/// `measure: {every: 20, of: [gradients, activations, sparsity, theta]}`: what event files get
/// besides the points of the learning curve.
struct MeasureSpec {
  static constexpr int kNever = 0, kEpoch = -1;
  int every = kNever;        // steps between measurements
  bool gradients = false;    // norms, by layer
  bool activations = false;  // statistics, by place
  bool sparsity = false;     // of feed-forward networks
  bool theta = false;        // the activations' parameters
  bool wanted() const { return every != kNever; }
  bool operator==(const MeasureSpec&) const = default;
};

struct StudyKeys {
  MeasureSpec measure;
  int checkpoint_every = 0;  // steps between checkpoints of a run; 0: none
  bool operator==(const StudyKeys&) const = default;
};

/// Throws space::Error with file, line and column: unknown keys and names, values out of range.
StudyKeys read_study_keys(const std::string& study_yaml);

}  // namespace antigrad::trainer
