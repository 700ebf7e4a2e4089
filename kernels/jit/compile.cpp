// The one door: which engine serves an activation, and kernels that were made before.
#include <list>
#include <mutex>
#include <utility>

#include "kernels/interpreter.hpp"
#include "kernels/jit/llvm_jit.hpp"
#include "kernels/kernel.hpp"
#include "space/error.hpp"

namespace antigrad::kernels {
namespace {

std::unique_ptr<Kernel> make(const space::Activation& activation, const Target& target) {
  if (target.tier == Tier::interpreter) return interpreter_kernel(activation, target.type);
  if (target.tier == Tier::llvm) {
    if (target.type != Type::f32)
      throw space::Error("tier llvm computes in float32; take tier interpreter for float64");
    return llvm_kernel(activation);
  }
  const bool llvm = has_llvm() && target.type == Type::f32;
  return llvm ? llvm_kernel(activation) : interpreter_kernel(activation, target.type);
}

}  // namespace

std::unique_ptr<Kernel> compile(const space::Activation& activation, const Target& target) {
  return make(activation, target);
}

}  // namespace antigrad::kernels
