// The LLVM engine: programs in float32 as machine code of this processor, made in process by ORC.
// One compiler is kept for the process; the code of a routine goes when the routine goes.
#pragma once
#include <memory>
#include <string>

#include "kernels/jit/isa.hpp"
#include "kernels/routine.hpp"

namespace antigrad::kernels {

/// Lowers and compiles. Thread-safe. Throws space::Error in a build without LLVM. A narrower `isa`
/// than the machine's serves tests.
std::unique_ptr<Routine> llvm_routine(const Program& program, const Isa& isa);
std::unique_ptr<Routine> llvm_routine(const Program& program);

/// The engine's kernel for an activation (float32).
std::unique_ptr<Kernel> llvm_kernel(const space::Activation& activation);

}  // namespace antigrad::kernels
