#include "kernels/program.hpp"

#include <vector>

#include "space/builder.hpp"

namespace antigrad::kernels {
namespace {

using space::Activation;
using space::Builder;
using space::Expr;
using space::Sym;

Sym insert(Builder& b, const Expr& e) { return b.inline_expr(e, {}).front(); }

Program finish(const Builder& b, const std::vector<Sym>& outputs, int elementwise, int inputs,
               int parameters, Errors errors) {
  const int reductions = static_cast<int>(outputs.size()) - elementwise;
  return {space::simplify(b.finish(outputs)), elementwise, reductions, inputs, parameters, errors};
}

int parameter_count(const Activation& activation) {
  return static_cast<int>(activation.parameters.size());
}

}  // namespace

Program forward_program(const Activation& activation) {
  Builder b;
  return finish(b, {insert(b, activation.f)}, 1, 1, parameter_count(activation), Errors::relative);
}

Program backward_program(const Activation& activation) {
  Builder b;
  const int n = parameter_count(activation);
  const Sym gy = b.variable(1);
  std::vector<Sym> outputs{gy * insert(b, activation.g)};
  for (int k = 0; k < n; ++k)
    outputs.push_back(gy * insert(b, space::derivative_param(activation.f, k)));
  return finish(b, outputs, 1, 2, n, Errors::absolute);
}

Program double_backward_program(const Activation& activation) {
  Builder b;
  const int n = parameter_count(activation);
  const Sym gy = b.variable(1), ggx = b.variable(2);
  Sym dgy = ggx * insert(b, activation.g);
  Sym slope = ggx * insert(b, space::derivative(activation.g));
  std::vector<Sym> reductions;
  for (int k = 0; k < n; ++k) {
    const Expr f_k = space::derivative_param(activation.f, k);
    const Sym g_k = insert(b, space::derivative_param(activation.g, k));
    dgy = dgy + b.param(n + k) * insert(b, f_k);
    slope = slope + b.param(n + k) * g_k;
    Sym cotangent = ggx * g_k;
    for (int j = 0; j < n; ++j)
      cotangent = cotangent + b.param(n + j) * insert(b, space::derivative_param(f_k, j));
    reductions.push_back(gy * cotangent);
  }
  std::vector<Sym> outputs{dgy, gy * slope};
  outputs.insert(outputs.end(), reductions.begin(), reductions.end());
  return finish(b, outputs, 2, 3, 2 * n, Errors::absolute);
}

Program gated_forward_program(const Activation& activation) {
  Builder b;
  return finish(b, {insert(b, activation.f) * b.variable(1)}, 1, 2, parameter_count(activation),
                Errors::relative);
}

Program gated_backward_program(const Activation& activation) {
  Builder b;
  const int n = parameter_count(activation);
  const Sym gy = b.variable(2), through = gy * b.variable(1);
  std::vector<Sym> outputs{through * insert(b, activation.g), gy * insert(b, activation.f)};
  for (int k = 0; k < n; ++k)
    outputs.push_back(through * insert(b, space::derivative_param(activation.f, k)));
  return finish(b, outputs, 2, 3, n, Errors::absolute);
}

}  // namespace antigrad::kernels
