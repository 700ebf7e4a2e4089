// What the signs in displayed formulas stand for.
#pragma once
#include <string>

namespace antigrad::kernels {

/// Definitions, in LaTeX, of the functions in these formulas that not everybody writes so: \sigma,
/// H, sinc, ... Known are e, log, sin, cos, arctan, cosh, tanh, sech, erf, erfc, sgn, max, min.
std::string notation_text(const std::string& formulas);

}  // namespace antigrad::kernels
