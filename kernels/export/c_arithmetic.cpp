#include "kernels/export/c_arithmetic.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "kernels/float_table.hpp"
#include "space/text.hpp"

namespace antigrad::kernels {
namespace {

using space::Op;

constexpr Form kFloatForms[] = {
    {Op::Add, "{0} + {1}"},
    {Op::Sub, "{0} - {1}"},
    {Op::Mul, "{0} * {1}"},
    {Op::Div, "{0} / {1}"},
    {Op::Neg, "-{0}"},
    {Op::Abs, "fabsf({0})"},
    {Op::Sqrt, "sqrtf({0})"},
    {Op::Min, "antigrad_selectf(({0} < {1}) | ({0} != {0}), {0}, {1})"},
    {Op::Max, "antigrad_selectf(({0} > {1}) | ({0} != {0}), {0}, {1})"},
    {Op::Less, "antigrad_selectf({0} < {1}, {2}, {3})"},
    {Op::LessEqual, "antigrad_selectf({0} <= {1}, {2}, {3})"},
    {Op::Fma, "antigrad_fmaf({0}, {1}, {2})"},
    {Op::CopySign, "copysignf({0}, {1})"},
    {Op::Round, "antigrad_roundf({0})"},
    {Op::Scale2, "antigrad_scalef({0}, {1})"},
    {Op::Exponent, "antigrad_exponentf({0})"},
};

constexpr Form kDoubleForms[] = {
    {Op::Add, "{0} + {1}"},
    {Op::Sub, "{0} - {1}"},
    {Op::Mul, "{0} * {1}"},
    {Op::Div, "{0} / {1}"},
    {Op::Neg, "-{0}"},
    {Op::Abs, "fabs({0})"},
    {Op::Sqrt, "sqrt({0})"},
    {Op::Min, "({0} < {1}) | ({0} != {0}) ? {0} : {1}"},
    {Op::Max, "({0} > {1}) | ({0} != {0}) ? {0} : {1}"},
    {Op::Less, "{0} < {1} ? {2} : {3}"},
    {Op::LessEqual, "{0} <= {1} ? {2} : {3}"},
    {Op::CopySign, "copysign({0}, {1})"},
    {Op::Exp, "exp({0})"},
    {Op::Expm1, "expm1({0})"},
    {Op::Log1p, "log1p({0})"},
    {Op::Erf, "erf({0})"},
    {Op::Erfc, "erfc({0})"},
    {Op::Tanh, "tanh({0})"},
    {Op::Atan, "atan({0})"},
    {Op::Sin, "sin({0})"},
    {Op::Cos, "cos({0})"},
};

std::string parenthesised(double sign, std::string text) {
  return std::signbit(sign) ? "(" + text + ")" : text;
}
std::string double_number(double v) {
  if (std::isinf(v)) return v > 0 ? "INFINITY" : "(-INFINITY)";
  return parenthesised(v, fmt::format("{:a}", v));
}
std::string float_number(double v) {
  const auto f = static_cast<float>(v);
  return parenthesised(
      v, std::isinf(f) ? (f > 0 ? "INFINITY" : "-INFINITY") : fmt::format("{:a}f", f));
}

constexpr Dialect kFloat{"    const float t{0} = {1};\n", kFloatForms, float_number, "{0}"};
constexpr Dialect kDouble{"    const double t{0} = {1};\n", kDoubleForms, double_number, "{0}"};

constexpr const char* kOperations = R"c(#ifdef __FAST_MATH__
#error "these functions rely on IEEE arithmetic; compile without -ffast-math"
#endif

#ifndef ANTIGRAD_OPERATIONS
#define ANTIGRAD_OPERATIONS
/* By bits, so that a loop has no branch in it. */
static inline float antigrad_selectf(int yes, float a, float b) {
  const uint32_t mask = 0u - (uint32_t)yes;
  uint32_t i, j;
  float y;
  memcpy(&i, &a, sizeof i);
  memcpy(&j, &b, sizeof j);
  i = (i & mask) | (j & ~mask);
  memcpy(&y, &i, sizeof y);
  return y;
}
/* a b + c with one rounding; where there is no instruction, through double. */
static inline float antigrad_fmaf(float a, float b, float c) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
  return fmaf(a, b, c);
#else
  return (float)((double)a * (double)b + (double)c);
#endif
}
/* To the nearest integer, ties to even. */
static inline float antigrad_roundf(float a) {
  const float m = fabsf(a), r = (m + 0x1p+23f) - 0x1p+23f;
  return antigrad_selectf(m < 0x1p+23f, copysignf(r, a), a);
}
static inline float antigrad_powerf(int32_t n) {
  const int32_t bits = (int32_t)((uint32_t)(n + 127) << 23);
  float y;
  memcpy(&y, &bits, sizeof y);
  return y;
}
/* a 2^n in two steps, so that one rounding goes into the denormals. */
static inline float antigrad_scalef(float a, float n) {
  const float low = antigrad_selectf(n > -252.0f, n, -252.0f);
  const float high = antigrad_selectf(low < 252.0f, low, 252.0f);
  const int32_t whole = (int32_t)high, half = whole >> 1;
  return antigrad_selectf(n == n, a * antigrad_powerf(half) * antigrad_powerf(whole - half), n);
}
static inline float antigrad_exponentf(float a) {
  int32_t bits;
  memcpy(&bits, &a, sizeof bits);
  return (float)(((bits >> 23) & 255) - 127);
}
#endif

)c";

template <class Values>
std::string list(const Values& values, std::string (*number)(double)) {
  std::vector<std::string> texts;
  for (const auto v : values) texts.push_back(number(static_cast<double>(v)));
  return fmt::format("{{{}}}", fmt::join(texts, ", "));
}

}  // namespace

std::vector<CArithmetic> c_arithmetics(bool wide) {
  return {wide ? CArithmetic{"f32", "float", "double", kDouble, false}
               : CArithmetic{"f32", "float", "float", kFloat, true},
          {"f64", "double", "double", kDouble, false}};
}

const char* c_operations() { return kOperations; }

std::string c_float_table(const std::string& name, const space::Table& table) {
  const FloatTable t = make_float_table(table);
  std::string rows, breaks;
  for (const auto& column : t.coefficients)
    rows += fmt::format("    {},\n", list(column, float_number));
  if (!t.breaks.empty())
    breaks = fmt::format("  static const float breaks[] = {};\n", list(t.breaks, float_number));
  return fmt::format(
      "/* The integral of {0} from 0. */\nstatic inline float {1}(float x) {{\n{2}"
      "  static const float origins[] = {3};\n  static const float rows[][{4}] = {{\n{5}  }};\n"
      "  int s = 0;\n  float t, y;\n{6}  t = x - origins[s];\n  y = rows[{7}][s];\n"
      "  for (int k = {7}; k-- > 0;) y = antigrad_fmaf(y, t, rows[k][s]);\n"
      "  return x != x ? x : y;\n}}\n\n",
      space::to_string(table.integrand()), name, breaks, list(t.origins, float_number),
      t.origins.size(), rows,
      t.breaks.empty()
          ? ""
          : fmt::format("  for (int k = 0; k < {}; ++k) s += x >= breaks[k];\n", t.breaks.size()),
      t.coefficients.size() - 1);
}

std::string c_double_table(const std::string& name, const space::Table& table) {
  const auto left = trimmed(table.left_tail()), right = trimmed(table.right_tail());
  std::string rows;
  for (const auto& c : table.coefficients())
    rows += fmt::format("    {},\n", list(c, double_number));
  return fmt::format(
      "/* The integral of {0} from 0; error below {1:.1e} max(1, |integral|). */\n"
      "static inline double {2}(double x) {{\n  static const double breaks[] = {3};\n"
      "  static const double origins[] = {4};\n  static const double rows[][{5}] = {{\n{6}  }};\n"
      "  static const double left[] = {7}, right[] = {8};\n"
      "  const double* c = x < breaks[0] ? left : right;\n"
      "  int n = x < breaks[0] ? {9} : {10}, i = 0;\n  double t = x, y;\n"
      "  if (x >= breaks[0] && x < breaks[{11}]) {{\n    while (x >= breaks[i + 1]) ++i;\n"
      "    c = rows[i];\n    n = {5};\n    t = x - origins[i];\n  }}\n"
      "  y = c[n - 1];\n  for (i = n - 2; i >= 0; --i) y = y * t + c[i];\n"
      "  return x != x ? x : y;\n}}\n\n",
      space::to_string(table.integrand()), table.bound(), name, list(table.breaks(), double_number),
      list(table.origins(), double_number), table.coefficients().front().size(), rows,
      list(left, double_number), list(right, double_number), left.size(), right.size(),
      table.origins().size());
}

}  // namespace antigrad::kernels
