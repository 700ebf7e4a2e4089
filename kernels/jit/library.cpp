// The engines as a library of their own, for programs that must start without LLVM: opened when a
// kernel is asked for.
#include "kernels/kernel.hpp"

/// A kernel for an activation's text, to be deleted by the caller. Throws space::Error.
extern "C" antigrad::kernels::Kernel* antigrad_compile(const char* activation,
                                                       antigrad::kernels::Tier tier,
                                                       antigrad::kernels::Type type) {
  const auto parsed = antigrad::space::parse_activation(activation);
  return antigrad::kernels::compile(parsed, {tier, type}).release();
}
