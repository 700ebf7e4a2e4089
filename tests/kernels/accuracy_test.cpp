// Every row and every activation of the zoo as machine code in float32, over all magnitudes,
// against balls: 4 ULP forward, and where f is 0 (between x/4 and 4 x) an absolute bound of 2^-24
// max(1, |x|). Gradients:
// |error| <= 6 eps |gy| max(1, |f'|) with eps = 2^-24, and 6 eps of the largest number inside.
// Three cannot have the first: the polynomials of pau cancel (its f is judged by the largest number
// inside, too), the denominator of srs cancels by half, and cos(pi x) in gelu_sinc' has an error in
// proportion to x, from rounding pi x. A parameter's gradient, an element's, is within 8 eps |gy|
// max(1, |df/dtheta|), but for acon_c (x^2 e^-x: the rounding of its exponent counts x times),
// softplus_beta (log1p(e^(beta x)) / beta^2 and x / beta cancel), srs and pau.
#include "tests/kernels/accuracy.hpp"

#include <gtest/gtest.h>

namespace antigrad::kernels {
namespace {

constexpr double kForward = 4, kNearZero = 1, kGradient = 6, kParameter = 8, kReference = 0.1;
constexpr double kReferenceDense = 2;  // among 400,000 elements each

/// |error| of the gradient in eps |gy| max(1, |f'|).
double gradient_bound(const std::string& name) {
  if (name == "pau") return 16;
  if (name == "srs") return 10;
  return name == "gelu_sinc" ? std::numeric_limits<double>::infinity() : kGradient;
}

/// |error| of a parameter's gradient, an element's, in eps |gy| max(1, |df/dtheta|).
double parameter_bound(const std::string& name) {
  if (name == "acon_c" || name == "softplus_beta") return 40;
  return name == "srs" || name == "pau" ? 20 : kParameter;
}

/// Sines of large numbers are not accurate (kernels/lower.hpp).
double largest(const space::Activation& a) {
  for (const space::Node& n : a.f.nodes)
    for (const space::Op op : {space::Op::Sin, space::Op::Cos, space::Op::Sinc,
                               space::Op::SincSlope, space::Op::SineIntegral})
      if (n.op == op) return 1e4;
  for (const space::Node& n : a.f.nodes)
    if (n.op == space::Op::Asinh || n.op == space::Op::SoftplusIntegral) return 1e18;
  return std::numeric_limits<double>::infinity();
}

std::vector<double> inputs_of(const space::Activation& a, int n) {
  std::vector<double> x;
  for (const double v : all_magnitudes(n, 1))
    if (std::fabs(v) <= largest(a)) x.push_back(v);
  return x;
}

std::vector<space::Activation> rows_and_zoo() {
  std::vector<space::Activation> all;
  for (const auto& a : row_activations())
    if (a.by_f) all.push_back(a);
  for (auto& a : zoo_activations()) all.push_back(a);
  return all;
}

void check(const space::Activation& a, const Isa& isa, int n, bool print) {
  const auto x = inputs_of(a, n);
  const auto theta = starts(a);
  const Worst f = worst_of(a.f, Errors::relative, theta, isa, x);
  const Worst g = worst_of(a.g, Errors::absolute, theta, isa, x);
  Worst p;
  for (int k = 0; k < static_cast<int>(theta.size()); ++k) {
    const Worst of_k = worst_of(space::derivative_param(a.f, k), Errors::absolute, theta, isa, x);
    p.absolute = std::max(p.absolute, of_k.absolute);
    if (of_k.result > p.result) p.result = of_k.result, p.result_at = of_k.result_at;
  }
  const std::string line = fmt::format(
      "{:<24} {:6.2f} ULP at {:<14.6g} near 0 c {:5.2f}  gradient c {:5.2f}, inside {:5.2f}  "
      "parameters c {:5.2f}, inside {:5.2f}",
      a.name, f.ulp, f.at, f.zero, g.result, g.absolute, p.result, p.absolute);
  if (print) fmt::print("{}\n", line);
  if (a.name == "pau")  // a polynomial whose terms cancel, to the left of 0
    EXPECT_LE(f.absolute, 1) << line;
  else
    EXPECT_LE(f.ulp, kForward) << line << " got " << f.got << " want " << f.want;
  EXPECT_LE(f.zero, kNearZero) << line;
  EXPECT_LE(g.absolute, kGradient) << line;
  EXPECT_LE(g.result, gradient_bound(a.name)) << line << " at " << g.result_at;
  EXPECT_LE(p.absolute, kParameter) << line;
  EXPECT_LE(p.result, parameter_bound(a.name)) << line << " at " << p.result_at;
  EXPECT_LE(f.reference, full() ? kReferenceDense : kReference)
      << line << ": float64 is no reference";
}

TEST(Accuracy, RowsAndZooAreExactToFourUlp) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  for (const auto& a : rows_and_zoo()) check(a, host_isa(), full() ? 400000 : 8000, true);
}

TEST(Accuracy, NarrowMachinesAreAsExact) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  Isa eight = host_isa(), four = host_isa();
  eight.lanes = 8, eight.avx512 = false;
  four.lanes = 4, four.avx512 = false, four.fma = false;
  for (const Isa& isa : {eight, four})
    for (const auto& a : rows_and_zoo()) check(a, isa, full() ? 100000 : 2000, false);
}

/// A tabulated antiderivative is rounded where it is read, and may cancel with what stands beside
/// it: its errors count against the largest number inside.
TEST(Accuracy, TabulatedAntiderivativesAreExactToTheirSize) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  int tables = 0;
  for (const char* text :
       {"x*softplus(x)", "x*logcosh(x)", "tanh(x)*sigmoid(x)", "mish_gate(x)*tanh(x)",
        "tanh(x)*gaussian(x)*sigmoid(x)", "x*tanh(x) | 0 | softplus(x)"}) {
    const auto a = named(text);
    tables += !a.f.tables.empty();
    std::vector<double> x;
    for (const double v : all_magnitudes(full() ? 100000 : 8000, 5))
      if (std::fabs(v) < 1e18) x.push_back(v);
    const Worst f = worst_of(a.f, Errors::relative, {}, host_isa(), x);
    fmt::print("{:<32} {:8.2f} ULP at {:<14.6g} c {:5.2f} at {}\n", text, f.ulp, f.at, f.absolute,
               f.absolute_at);
    EXPECT_LE(f.absolute, 6) << text << " at " << f.absolute_at;
  }
  EXPECT_GE(tables, 3);
}

}  // namespace
}  // namespace antigrad::kernels
