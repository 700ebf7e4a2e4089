// The frame of a function on the line: a location and a scale that move with it. For h(x) = g(a x +
// b) the frame of g is a times the scale of h and lies where the location of h lies, so that g and
// h have equal values at equal places of their frames. Taken from what the function itself has:
// knots where it truly changes, centres and widths of its atoms (space/atoms.hpp), vertices of
// polynomials, phases of sines.
#pragma once
#include <vector>

#include "space/gradient.hpp"

namespace antigrad::space {

struct Frame {
  double location = 0, scale = 1;  // scale > 0
};

/// One frame, or two where half a period more is as good. What has no location (exp, a constant)
/// gets 0; what has no scale (step, relu, a power of x) gets 1. with_shift, with_scale: whether
/// they may move; else the location is 0, or the scale 1.
std::vector<Frame> frames_of(const Gradient& g, bool with_shift, bool with_scale);

/// Of a function that is given by an expression (its parameters at theta): from the arguments of
/// its primitives and comparisons that are affine in x.
Frame frame_of(const Expr& e, std::span<const double> theta, bool with_shift, bool with_scale);

/// Whether the expression jumps where one of its comparisons of affine arguments turns.
bool jumps(const Expr& e, std::span<const double> theta);

}  // namespace antigrad::space
