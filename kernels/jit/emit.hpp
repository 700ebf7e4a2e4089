// A program as LLVM IR: one function over vectors, unrolled, with a masked rest.
//
//   void name(const Element* const in[], Element* const out[], int64 n, const T parameters[],
//             T lanes[])
//
// Elements are of the asked type; T, the arithmetic, is double for a wide program, else float.
// All arithmetic is IEEE without fast-math flags, so that a value does not depend on where its
// element stands. lanes receives, for reduction k, lane_count() partial sums at k * lane_count().
#pragma once
#include <string>

#include "kernels/jit/isa.hpp"
#include "kernels/kernel.hpp"
#include "kernels/program.hpp"

namespace llvm {
class Module;
}

namespace antigrad::kernels {

/// Partial sums of a reduction.
inline int lane_count(const Isa& isa, bool wide) { return wide ? isa.lanes / 2 : isa.lanes; }

/// `program` is lowered (core operations) unless it is wide; then its tables must outlive the code,
/// which calls them, it has no near form, and the type is f64 or f32.
void emit(llvm::Module& module, const std::string& name, const Program& program, const Isa& isa,
          Type type);

}  // namespace antigrad::kernels
