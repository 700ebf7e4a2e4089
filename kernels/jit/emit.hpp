// A lowered program as LLVM IR: one function over vectors, unrolled, with a masked rest.
//
//   void name(const float* const in[], float* const out[], int64 n, const float parameters[], float
//   lanes[])
//
// All arithmetic is IEEE without fast-math flags, so that a value does not depend on where its
// element stands. lanes receives, for reduction k, lane_count() partial sums at k * lane_count().
#pragma once
#include <string>

#include "kernels/jit/isa.hpp"
#include "kernels/program.hpp"

namespace llvm {
class Module;
}

namespace antigrad::kernels {

/// Vectors an iteration works on: fewer for long programs, whose values would not fit the
/// registers.
int unroll_of(const Program& program);
inline int lane_count(const Program& program, const Isa& isa) {
  return unroll_of(program) * isa.lanes;
}

/// `program` is lowered (core operations).
void emit(llvm::Module& module, const std::string& name, const Program& program, const Isa& isa);

}  // namespace antigrad::kernels
