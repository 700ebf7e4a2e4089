// Activations compiled as a test needs them.
#pragma once
#include <memory>
#include <string>

#include "trainer/model.hpp"

namespace antigrad::trainer {

inline SharedActivation compiled(const std::string& text, kernels::Type type = kernels::Type::f32) {
  return compile(space::parse_activation(text), {.type = type});
}

/// For finite differences.
inline SharedActivation in_double(const std::string& text) {
  return compiled(text, kernels::Type::f64);
}

}  // namespace antigrad::trainer
