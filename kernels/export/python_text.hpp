// Parts that every exported Python file has.
#pragma once
#include <string>

#include "kernels/export/subject.hpp"

namespace antigrad::kernels {

/// "PARAMETERS = ..." and "PLACES = ((0.71, 0.93), ...)": one row a place, at least one.
std::string python_places(const Subject& subject);

/// "SAMPLES = {"x": [...], "gy": ..., "y": ..., "gx": ..., "gtheta": ...}".
std::string python_samples(const Subject& subject);

/// Function `f(x)` of a gate is multiplied by a second input; " * v" and ", v" for one, else "".
struct GateText {
  std::string argument, factor;
};
GateText gate_text(const Subject& subject);

}  // namespace antigrad::kernels
