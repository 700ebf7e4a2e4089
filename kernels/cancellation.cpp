#include "kernels/cancellation.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <span>

#include "kernels/interpreter.hpp"
#include "kernels/lower.hpp"
#include "kernels/program.hpp"
#include "kernels/regroup.hpp"
#include "kernels/values.hpp"
#include "space/builder.hpp"

namespace antigrad::kernels {
namespace {

// Primes: on a grid of powers of two all points end in the same bits, which products then round
// alike, or not at all.
constexpr int kPoints = 2039, kManyPoints = 65'521;
constexpr double kReach = 16;

/// All outputs at all points in T, output by output.
template <class T>
std::vector<T> values_at(const space::Expr& e, std::span<const T> x,
                         const std::vector<double>& theta) {
  const std::size_t n = x.size(), outputs = e.outputs.size();
  const auto routine =
      interpret<T>({e, static_cast<int>(outputs), 0, 1, static_cast<int>(theta.size())});
  std::vector<T> y(n * outputs);
  const void* const in[] = {x.data()};
  std::vector<void*> out;
  for (std::size_t k = 0; k < outputs; ++k) out.push_back(y.data() + k * n);
  routine->run(in, out, static_cast<std::int64_t>(n), theta, {});
  return y;
}

double error(const space::Expr& e, const space::Expr& computed, std::vector<double> theta,
             int points) {
  for (double& v : theta) v = static_cast<double>(static_cast<float>(v));
  std::vector<float> narrow(static_cast<std::size_t>(points));
  for (int i = 0; i < points; ++i)
    narrow[static_cast<std::size_t>(i)] =
        static_cast<float>(kReach * (2 * (i + 0.37) - points) / points);
  const std::vector<double> wide(narrow.begin(), narrow.end());
  const auto want = values_at<double>(e, wide, theta);
  const auto got = values_at<float>(computed, narrow, theta);
  double worst = 0;
  for (std::size_t i = 0; i < want.size(); ++i)
    if (std::fabs(want[i]) < 1e30)
      worst = std::max(worst, std::fabs(static_cast<double>(got[i]) - want[i]) /
                                  std::max(1.0, std::fabs(want[i])));
  return worst;
}

double largest_error(const space::Expr& e, const space::Expr& computed, const Thetas& thetas,
                     int points) {
  double worst = 0;
  for (const auto& theta : thetas) worst = std::max(worst, error(e, computed, theta, points));
  return worst;
}

/// Whether float32 is off by more; rare roundings may add up to twice what few points show.
bool off(const space::Expr& e, const space::Expr& computed, const Thetas& thetas,
         double tolerance) {
  const double seen = largest_error(e, computed, thetas, kPoints);
  if (seen <= tolerance / 2 || seen > tolerance) return seen > tolerance;
  return largest_error(e, computed, thetas, kManyPoints) > tolerance;
}

}  // namespace

double float32_error(const space::Expr& e, const space::Expr& computed, const Thetas& thetas) {
  return largest_error(e, computed, thetas, kPoints);
}

bool cancels(const space::Activation& activation, const Thetas& thetas, double tolerance) {
  const space::Expr e = values_of(activation);
  return off(e, lower(e), starts_and(activation, thetas), tolerance);
}

bool machine_code_cancels(const space::Activation& activation) {
  const Thetas starts{space::starts_of(activation.parameters)};
  const double tolerance = activation.f.tables.empty() ? kKernelTolerance : kTableTolerance;
  return std::ranges::any_of(
      std::initializer_list<MakeProgram>{forward_program, backward_program},
      [&](const MakeProgram make) {
        const Program program = make(activation, Precision::formula, {});
        space::Builder b;
        const space::Sym inputs[] = {b.variable(0), b.literal(1)};
        const auto of_x = [&](const space::Expr& e) {
          return b.finish(
              b.inline_expr(e, {inputs, static_cast<std::size_t>(program.inputs)}).front());
        };
        const space::Expr exact = of_x(program.expr);
        return off(exact, of_x(float32_form(program, program.expr)), starts, tolerance);
      });
}

Thetas starts_and(const space::Activation& activation, const Thetas& thetas) {
  Thetas all{space::starts_of(activation.parameters)};
  all.insert(all.end(), thetas.begin(), thetas.end());
  return all;
}

}  // namespace antigrad::kernels
