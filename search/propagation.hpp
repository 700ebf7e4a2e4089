// The check at initialisation, before a step is trained: what an activation does to signals and
// gradients in a wide network that is scaled to keep its inputs' variance.
#pragma once
#include <optional>
#include <string>

#include "space/activation.hpp"
#include "space/yaml.hpp"

namespace antigrad::search {

/// The key `propagation:`. chi = E g^2 / E f^2 under N(0, 1): by how much a squared gradient grows
/// a layer (Schoenholz et al. 2017, arXiv 1611.01232); ReLU has 1, tanh 1.18.
struct PropagationConfig {
  bool wanted = false;
  double least_chi = 0.1, largest_chi = 10;
};

/// Throws space::Error with place.
PropagationConfig read_propagation(const space::Yaml& node);

/// Why a candidate is not to be trained: E f^2 is 0, infinite or not known, or chi is proved to be
/// outside the bounds. Nothing where it may be. About a millisecond.
std::optional<std::string> propagation_fault(const space::Activation& activation,
                                             const PropagationConfig& config);

}  // namespace antigrad::search
