// The error of every row in float64, in ULP, against the same formula in 113-bit arithmetic; the
// bound is the row's own column.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <string>

#include "space/expr.hpp"
#include "space/random.hpp"

#if __has_include(<quadmath.h>)
#include <quadmath.h>
#else  // the header is GCC's own; another compiler links its library all the same
extern "C" {
__float128 fabsq(__float128), sqrtq(__float128), copysignq(__float128, __float128);
__float128 expq(__float128), expm1q(__float128), log1pq(__float128), erfq(__float128);
__float128 erfcq(__float128), tanhq(__float128), sinq(__float128), cosq(__float128);
__float128 atanq(__float128);
}
#endif

namespace antigrad::space::rows {

__extension__ typedef __float128 Float128;

/// 113-bit numbers with the arithmetic and base functions that formulas use.
struct Quad {
  Float128 v;
};
Quad operator+(Quad a, Quad b) { return {a.v + b.v}; }
Quad operator-(Quad a, Quad b) { return {a.v - b.v}; }
Quad operator-(Quad a) { return {-a.v}; }
Quad operator*(Quad a, Quad b) { return {a.v * b.v}; }
Quad operator/(Quad a, Quad b) { return {a.v / b.v}; }
struct MakeQuad {
  Quad operator()(double c) const { return {c}; }
};
MakeQuad constants(Quad) { return {}; }
Quad base_abs(Quad a) { return {fabsq(a.v)}; }
Quad base_sqrt(Quad a) { return {sqrtq(a.v)}; }
Quad base_min(Quad a, Quad b) { return a.v < b.v ? a : b; }
Quad base_max(Quad a, Quad b) { return a.v > b.v ? a : b; }
Quad base_less(Quad a, Quad b, Quad c, Quad d) { return a.v < b.v ? c : d; }
Quad base_less_equal(Quad a, Quad b, Quad c, Quad d) { return a.v <= b.v ? c : d; }
Quad base_copysign(Quad a, Quad b) { return {copysignq(a.v, b.v)}; }
Quad base_exp(Quad a) { return {expq(a.v)}; }
Quad base_expm1(Quad a) { return {expm1q(a.v)}; }
Quad base_log1p(Quad a) { return {log1pq(a.v)}; }
Quad base_erf(Quad a) { return {erfq(a.v)}; }
Quad base_erfc(Quad a) { return {erfcq(a.v)}; }
Quad base_tanh(Quad a) { return {tanhq(a.v)}; }
Quad base_atan(Quad a) { return {atanq(a.v)}; }
Quad base_sin(Quad a) { return {sinq(a.v)}; }
Quad base_cos(Quad a) { return {cosq(a.v)}; }

}  // namespace antigrad::space::rows

#include "space/rows-inl.hpp"

namespace antigrad::space {
namespace {

struct Row {
  const char* name;
  double (*in_double)(double);
  rows::Quad (*in_quad)(rows::Quad);
};
const Row kRows[] = {
#define PRIMITIVE(ID, NAME, ...) {#NAME, rows::NAME<double>, rows::NAME<rows::Quad>},
#include "space/primitives.def"
};

double ulp_of(double y) {
  const double m = std::fmax(std::fabs(y), 1e-3);  // near a zero: of 1e-3, as the column says
  return std::nextafter(m, INFINITY) - m;
}

double error_in_ulp(const Row& row, double x) {
  const double got = row.in_double(x);
  const rows::Float128 want = row.in_quad(rows::Quad{x}).v;
  if (!std::isfinite(got) || fabsq(want) > static_cast<rows::Float128>(1e300))
    return std::isfinite(static_cast<double>(want)) && !std::isfinite(got) ? INFINITY : 0;
  return static_cast<double>(fabsq(static_cast<rows::Float128>(got) - want)) /
         ulp_of(static_cast<double>(want));
}

TEST(Accuracy, EveryRowKeepsItsUlpColumn) {
  Random random(20240611);
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    const Row& row = kRows[i];
    double worst = 0, at = 0;
    for (int k = 0; k < 20000; ++k) {
      const double magnitude = k % 2 ? random.uniform(0, 12) : std::exp(random.uniform(-60, 6));
      const double x = row.name == std::string("log1p") || k % 3 ? magnitude : -magnitude;
      const double e = error_in_ulp(row, x);
      if (e > worst) worst = e, at = x;
    }
    double bound = 0;
    for (const Primitive& p : primitives())
      if (p.name == row.name) bound = p.ulp;
    std::printf("  %-16s %8.2f ULP at %.17g (bound %g)\n", row.name, worst, at, bound);
    EXPECT_LE(worst, bound + 0.5) << row.name << " at " << at;
  }
}

}  // namespace
}  // namespace antigrad::space
