// The LLVM engine: programs as machine code of this processor, made in process by ORC.
// One compiler is kept for the process; the code of a routine goes when the routine goes.
#pragma once
#include <memory>
#include <string>

#include "kernels/jit/isa.hpp"
#include "kernels/routine.hpp"

namespace antigrad::kernels {

/// Compiles for elements of the type. f32, bf16 and f16 compute in float32 with the polynomials of
/// kernels/lower.hpp, rounded once on output; f64 calls what the interpreter calls and gives its
/// values, bit for bit; wide programs with elements of f32 call the C library's functions on
/// vectors where it has them. Thread-safe. Throws space::Error in a build without LLVM. A narrower
/// `isa` than the machine's serves tests.
std::unique_ptr<Routine> llvm_routine(const Program& program, Type type, const Isa& isa);
std::unique_ptr<Routine> llvm_routine(const Program& program, Type type = Type::f32);

/// The engine's kernel for an activation.
std::unique_ptr<Kernel> llvm_kernel(const space::Activation& activation, Type type);

}  // namespace antigrad::kernels
