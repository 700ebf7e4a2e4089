// The rows of primitives.def as ordinary functions: NAME(T a) for every primitive, for T = float,
// double or any type with arithmetic, constants(T) and the base_* functions (kernels/lower.cpp has
// one that builds polynomials).
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

namespace antigrad::space::rows {

inline constexpr double kHalfPi = 1.5707963267948966;
inline constexpr double kLn2 = 0.6931471805599453;
inline constexpr double kSqrtPi = 1.772453850905516;
inline constexpr double kInvSqrtPi = 0.5641895835477563;
inline constexpr double kInvSqrt2 = 0.7071067811865476;
inline constexpr double kInvSqrt2Pi = 0.3989422804014327;
inline constexpr double kDilogAtMinusOne = 0.8224670334241132;  // pi^2 / 12 = -Li_2(-1)

// What a float or double formula calls. A NaN operand gives NaN.
template <class T>
concept Real = std::is_floating_point_v<T>;

template <Real T>
auto constants(T) {
  return [](double c) { return static_cast<T>(c); };
}
template <Real T>
T base_abs(T a) {
  return std::fabs(a);
}
template <Real T>
T base_sqrt(T a) {
  return std::sqrt(a);
}
template <Real T>
T base_min(T a, T b) {
  return a < b || a != a ? a : b;
}
template <Real T>
T base_max(T a, T b) {
  return a > b || a != a ? a : b;
}
template <Real T>
T base_less(T a, T b, T c, T d) {
  return a < b ? c : d;
}
template <Real T>
T base_less_equal(T a, T b, T c, T d) {
  return a <= b ? c : d;
}
template <Real T>
T base_fma(T a, T b, T c) {
  return std::fma(a, b, c);
}
template <Real T>
T base_copysign(T a, T b) {
  return std::copysign(a, b);
}
template <Real T>
T base_round(T a) {
  return std::nearbyint(a);
}
template <Real T>
T base_scale2(T a, T n) {
  constexpr T kMost = 4096;  // any float64 is 0 or infinite by then
  return n != n ? n : std::ldexp(a, static_cast<int>(std::clamp(n, -kMost, kMost)));
}
template <Real T>
T base_exponent(T a) {
  return std::logb(a);
}
template <Real T>
T base_exp(T a) {
  return std::exp(a);
}
template <Real T>
T base_expm1(T a) {
  return std::expm1(a);
}
template <Real T>
T base_log1p(T a) {
  return std::log1p(a);
}
template <Real T>
T base_erf(T a) {
  return std::erf(a);
}
template <Real T>
T base_erfc(T a) {
  return std::erfc(a);
}
template <Real T>
T base_tanh(T a) {
  return std::tanh(a);
}
template <Real T>
T base_atan(T a) {
  return std::atan(a);
}
template <Real T>
T base_sin(T a) {
  return std::sin(a);
}
template <Real T>
T base_cos(T a) {
  return std::cos(a);
}

// Core arithmetic under the names that formulas use.
template <class T>
T abs(T a) {
  return base_abs(a);
}
template <class T>
T sqrt(T a) {
  return base_sqrt(a);
}
template <class T>
T min(T a, T b) {
  return base_min(a, b);
}
template <class T>
T max(T a, T b) {
  return base_max(a, b);
}
template <class T>
T less(T a, T b, T c, T d) {
  return base_less(a, b, c, d);
}
template <class T>
T less_equal(T a, T b, T c, T d) {
  return base_less_equal(a, b, c, d);
}
template <class T>
T copysign(T a, T b) {
  return base_copysign(a, b);
}

}  // namespace antigrad::space::rows

#include "space/special-inl.hpp"

namespace antigrad::space::rows {

#define PRIMITIVE(ID, NAME, LATEX, USE, Y, ...)   \
  template <class T>                              \
  T NAME(T a) {                                   \
    [[maybe_unused]] const auto K = constants(a); \
    return Y;                                     \
  }
#include "space/primitives.def"

}  // namespace antigrad::space::rows
