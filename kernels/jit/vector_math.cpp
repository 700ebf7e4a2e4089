#include "kernels/jit/vector_math.hpp"

#include <dlfcn.h>

#include <algorithm>

namespace antigrad::kernels {
namespace {

using space::Op;

/// Opened once and never closed: code that calls it lives as long as the process may.
void* vector_library() {
  static void* const library = dlopen(kVectorMath, RTLD_NOW);
  return library;
}

}  // namespace

std::string vector_function(Op op, int lanes) {
  constexpr Op kBase[] = {Op::Exp,  Op::Expm1, Op::Log1p, Op::Erf, Op::Erfc,
                          Op::Tanh, Op::Atan,  Op::Sin,   Op::Cos};
  const char isa = lanes == 2 ? 'b' : lanes == 4 ? 'd' : lanes == 8 ? 'e' : 0;
  if (isa == 0 || std::ranges::count(kBase, op) == 0 || vector_library() == nullptr) return "";
  // The x86-64 vector function ABI: class of instructions, no mask, lanes, one vector argument.
  const std::string name = std::string("_ZGV") + isa + 'N' + std::to_string(lanes) + "v_" +
                           std::string(space::primitive(op).name);
  return dlsym(vector_library(), name.c_str()) == nullptr ? "" : name;
}

}  // namespace antigrad::kernels
