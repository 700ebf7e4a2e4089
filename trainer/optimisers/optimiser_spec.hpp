// How the weights of a task move, as its `optimiser:` says. Plain values, no torch.
#pragma once
#include "space/yaml.hpp"

namespace antigrad::trainer {

/// What goes back to an anchor every few updates (trainer/interpolation.hpp).
struct InterpolationSpec {
  enum class Kind { none, lookahead, rapp };
  Kind kind = Kind::none;
  int updates = 5;     // k
  double share = 0.5;  // alpha, lambda: of the way from the anchor to the weights
  bool operator==(const InterpolationSpec&) const = default;
};

struct OptimiserSpec {
  enum class Name { sgd, adamw, gols, adagrad_ota, adam_ota };
  Name name = Name::sgd;
  double rate = 0.05;                 // gols: the very first step
  double momentum = 0.9;              // sgd
  bool nesterov = false;              // sgd
  double beta1 = 0.9, beta2 = 0.999;  // adamw, adam_ota; adagrad_ota: beta1
  double tail = 0;                    // over the air: alpha; 0: that of the clients' noise, else 2
  double epsilon = 1e-8;              // over the air
  double weight_decay = 0;            // of matrices and filters; never of norms and biases
  double clip = 0;                    // largest norm of the gradient; 0 = no limit
  // The activations' parameters (their raw values) are a group of their own.
  double theta_rate = -1;  // -1: rate
  double theta_weight_decay = 0;
  InterpolationSpec interpolation = {};
  bool operator==(const OptimiserSpec&) const = default;
  /// Whether it chooses every step itself, so that no schedule can.
  bool searches() const { return name == Name::gols; }
};

/// Throws space::Error with file, line and column: an unknown name, keys of another optimiser,
/// values outside their range.
OptimiserSpec read_optimiser(const space::Yaml& node);

}  // namespace antigrad::trainer
