// Activations compiled as a test needs them.
#pragma once
#include <memory>
#include <string>

#include "trainer/model.hpp"

namespace antigrad::trainer {

inline SharedActivation compiled(const std::string& text, kernels::Type type = kernels::Type::f32) {
  const auto activation = space::parse_activation(text);
  return std::make_shared<CompiledActivation>(
      CompiledActivation{activation, kernels::compile(activation, {.type = type}), 1});
}

/// For finite differences.
inline SharedActivation in_double(const std::string& text) {
  return compiled(text, kernels::Type::f64);
}

}  // namespace antigrad::trainer
