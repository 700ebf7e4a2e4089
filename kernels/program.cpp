#include "kernels/program.hpp"

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "space/builder.hpp"

namespace antigrad::kernels {
namespace {

using space::Activation;
using space::Builder;
using space::Expr;
using space::Sym;

Sym insert(Builder& b, const Expr& e) { return b.inline_expr(e, {}).front(); }

/// The formulas of an activation under construction, made for an arithmetic.
class Formulas {
 public:
  Formulas(Builder& b, const Activation& activation, Precision precision, const Thetas& thetas)
      : b_(b), thetas_(thetas), precision_(precision) {
    if (thetas_.empty()) thetas_.push_back(space::starts_of(activation.parameters));
  }

  Sym operator()(const Expr& e) {
    if (precision_ == Precision::formula) return insert(b_, e);
    const Limited limited = insert_with_limits(b_, e, thetas_, precision_ == Precision::f64);
    reach_ = std::fmin(reach_, limited.reach);
    return limited.y;
  }

  Program finish(const std::vector<Sym>& outputs, int elementwise, int inputs, int parameters,
                 Errors errors) const {
    const int reductions = static_cast<int>(outputs.size()) - elementwise;
    return {.expr = space::simplify(b_.finish(outputs)),
            .elementwise = elementwise,
            .reductions = reductions,
            .inputs = inputs,
            .parameters = parameters,
            .errors = errors,
            .wide = precision_ == Precision::f64};
  }

  /// Up to which |x| the formulas are as they are written.
  double reach() const { return reach_; }

  /// The output, NaN where x is.
  Sym elementwise(Sym output) const {
    if (precision_ == Precision::formula || std::isnan(at_nan(output))) return output;
    const Sym x = b_.variable(0);
    return space::symbolic::less_equal(x, x, output, x);
  }

 private:
  double at_nan(Sym output) const {
    const double vars[] = {std::numeric_limits<double>::quiet_NaN(), 1, 1};
    std::vector<double> parameters = thetas_.front();
    parameters.resize(2 * parameters.size(), 1);
    double y = 0;
    space::evaluate<double>(b_.finish(output), vars, parameters, std::span(&y, 1));
    return y;
  }

  Builder& b_;
  Thetas thetas_;
  const Precision precision_;
  double reach_ = std::numeric_limits<double>::infinity();
};

/// With the formulas as they are written beside it, where that is something else. |x| is compared
/// with a number that every arithmetic has.
Program with_near(Program program, const Program& written, double reach) {
  if (written.expr == program.expr) return program;
  program.near = written.expr;
  program.reach = std::fmin(reach, 0x1p120);
  return program;
}

int parameter_count(const Activation& activation) {
  return static_cast<int>(activation.parameters.size());
}

}  // namespace

Program forward_program(const Activation& activation, Precision precision, const Thetas& thetas) {
  Builder b;
  Formulas formula(b, activation, precision, thetas);
  const Sym y = formula.elementwise(formula(activation.f));
  const Program program = formula.finish({y}, 1, 1, parameter_count(activation), Errors::relative);
  if (precision != Precision::f32) return program;
  return with_near(program, forward_program(activation), formula.reach());
}

Program backward_program(const Activation& activation, Precision precision, const Thetas& thetas) {
  Builder b;
  Formulas formula(b, activation, precision, thetas);
  const int n = parameter_count(activation);
  const Sym gy = b.variable(1);
  std::vector<Sym> outputs{formula.elementwise(gy * formula(activation.g))};
  for (int k = 0; k < n; ++k)
    outputs.push_back(gy * formula(space::derivative_param(activation.f, k)));
  const Program program = formula.finish(outputs, 1, 2, n, Errors::absolute);
  if (precision != Precision::f32) return program;
  return with_near(program, backward_program(activation), formula.reach());
}

Program double_backward_program(const Activation& activation, Precision precision,
                                const Thetas& thetas) {
  Builder b;
  Formulas formula(b, activation, precision, thetas);
  const int n = parameter_count(activation);
  const Sym gy = b.variable(1), ggx = b.variable(2);
  Sym dgy = ggx * formula(activation.g);
  Sym slope = ggx * formula(space::derivative(activation.g));
  std::vector<Sym> reductions;
  for (int k = 0; k < n; ++k) {
    const Expr f_k = space::derivative_param(activation.f, k);
    const Sym g_k = formula(space::derivative_param(activation.g, k));
    dgy = dgy + b.param(n + k) * formula(f_k);
    slope = slope + b.param(n + k) * g_k;
    Sym cotangent = ggx * g_k;
    for (int j = 0; j < n; ++j)
      cotangent = cotangent + b.param(n + j) * formula(space::derivative_param(f_k, j));
    reductions.push_back(gy * cotangent);
  }
  std::vector<Sym> outputs{formula.elementwise(dgy), formula.elementwise(gy * slope)};
  outputs.insert(outputs.end(), reductions.begin(), reductions.end());
  return formula.finish(outputs, 2, 3, 2 * n, Errors::absolute);
}

Program gated_forward_program(const Activation& activation, Precision precision,
                              const Thetas& thetas) {
  Builder b;
  Formulas formula(b, activation, precision, thetas);
  const Sym y = formula.elementwise(formula(activation.f) * b.variable(1));
  return formula.finish({y}, 1, 2, parameter_count(activation), Errors::relative);
}

Program gated_backward_program(const Activation& activation, Precision precision,
                               const Thetas& thetas) {
  Builder b;
  Formulas formula(b, activation, precision, thetas);
  const int n = parameter_count(activation);
  const Sym gy = b.variable(2), through = gy * b.variable(1);
  std::vector<Sym> outputs{formula.elementwise(through * formula(activation.g)),
                           formula.elementwise(gy * formula(activation.f))};
  for (int k = 0; k < n; ++k)
    outputs.push_back(through * formula(space::derivative_param(activation.f, k)));
  return formula.finish(outputs, 2, 3, n, Errors::absolute);
}

}  // namespace antigrad::kernels
