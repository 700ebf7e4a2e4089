// A program: what one kernel call computes an element, as one expression with several outputs. The
// programs of an activation are written here once; every engine runs any program.
#pragma once
#include "kernels/errors.hpp"
#include "kernels/far.hpp"
#include "space/activation.hpp"
#include "space/expr.hpp"

namespace antigrad::kernels {

/// Outputs 0 .. elementwise-1 are written an element each, the next `reductions` are summed over
/// the elements. Inputs are Var 0 (x), 1 (gy), 2 (ggx) unless said; parameters Param 0 ..
/// parameters-1.
struct Program {
  space::Expr expr;
  int elementwise = 0;
  int reductions = 0;
  int inputs = 0;
  int parameters = 0;
  Errors errors = Errors::relative;
  /// The same in fewer operations where |x| <= reach, and x is no NaN; no outputs: there is none.
  space::Expr near{};
  double reach = 0;
  /// Meant for arithmetic in float64, whatever its elements are.
  bool wide = false;
};

/// What a program is computed in. formula (where nothing is said): nothing particular, the formulas
/// are as they are. f32, f64: a kernel's arithmetic; infinities give the proved limits, large
/// numbers do not overflow on the way (kernels/far.hpp), and every elementwise output is NaN where
/// x is.
enum class Precision { formula, f32, f64 };

// thetas: the values of the parameters for which infinities give the proved limits; none: the
// starts.

/// x -> f.
Program forward_program(const space::Activation& activation,
                        Precision precision = Precision::formula, const Thetas& thetas = {});

/// x, gy -> gy g; sums of gy df/dtheta_k.
Program backward_program(const space::Activation& activation,
                         Precision precision = Precision::formula, const Thetas& thetas = {});

/// x, gy, ggx -> dgy, dx; sums dtheta_j, as Kernel::double_backward says. Its parameters are theta,
/// then ggtheta. The jump of g at a knot is left out.
Program double_backward_program(const space::Activation& activation,
                                Precision precision = Precision::formula,
                                const Thetas& thetas = {});

// The activation as a gate, f(u) v, in one pass over both tensors. Inputs are Var 0 (u), 1 (v),
// 2 (gy).

/// u, v -> f(u) v.
Program gated_forward_program(const space::Activation& activation,
                              Precision precision = Precision::formula, const Thetas& thetas = {});

/// u, v, gy -> gu = gy v g(u), gv = gy f(u); sums of gy v df/dtheta_k(u).
Program gated_backward_program(const space::Activation& activation,
                               Precision precision = Precision::formula, const Thetas& thetas = {});

/// Any of these.
using MakeProgram = Program (*)(const space::Activation&, Precision, const Thetas&);

}  // namespace antigrad::kernels
