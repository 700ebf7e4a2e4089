// The rows of primitives.def as functions of the real numbers: exact::NAME(T a) for every
// primitive, for types T of proved arithmetic (balls, jets, tails). No clamps, no truncated series.
#pragma once
#include <string_view>

#include "space/expr.hpp"
#include "space/rows-inl.hpp"

namespace antigrad::space::exact {

using rows::kHalfPi;
using rows::kInvSqrt2;
using rows::kInvSqrt2Pi;
using rows::kInvSqrtPi;
using rows::kLn2;
using rows::kSqrtPi;

using rows::abs;
using rows::copysign;
using rows::less;
using rows::less_equal;
using rows::max;
using rows::min;
using rows::sqrt;

/// 1 / sqrt(a), at once where the type can.
template <class T>
T rsqrt(T a) {
  if constexpr (requires { base_rsqrt(a); })
    return base_rsqrt(a);
  else
    return constants(a)(1) / base_sqrt(a);
}

#define SAME a  // where the last column says it, y is exact
#define PRIMITIVE(ID, NAME, LATEX, USE, Y, SLOPE, ANTIDERIVATIVE, SQUARE, TAIL_, ULP, EXACT) \
  template <class T>                                                                         \
  T NAME(T a) {                                                                              \
    [[maybe_unused]] const auto K = constants(a);                                            \
    if constexpr (std::string_view(#EXACT) == "SAME")                                        \
      return Y;                                                                              \
    else                                                                                     \
      return EXACT;                                                                          \
  }
#include "space/primitives.def"
#undef SAME

/// The value of one row on such a type; Var, Param, Lit and Integral are the caller's.
template <class T>
T row_value(Op op, const T& a, const T& b, const T& c, const T& d) {
  switch (op) {
#define CORE(ID, NAME, ARITY, Y, ...) \
  case Op::ID: {                      \
    return Y;                         \
  }
#define PRIMITIVE(ID, NAME, ...) \
  case Op::ID: {                 \
    return exact::NAME(a);       \
  }
#include "space/primitives.def"
  }
  (void)b, (void)c, (void)d;
  return a;
}

}  // namespace antigrad::space::exact
