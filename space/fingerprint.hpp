// One number for candidates that are the same to a network: the layers around an activation absorb
// an output factor, a constant, a scale and a shift of its input and a reflection.
#pragma once
#include <cstdint>

#include "space/gradient.hpp"

namespace antigrad::space {

/// What counts as equal. A scale, shift or weight that *trains* is never absorbed: each parameter
/// adds its derivative dg/dtheta to what is compared, up to a factor (theta = 0.5 and 2 theta =
/// 0.5 are the same), so that tanh(x) and tanh(a x) with a = 1 differ.
struct FingerprintOptions {
  bool output_scale = true;  // a factor of f, its sign included
  bool input_scale = true;   // f(a x), a > 0
  bool shift = true;         // f(x + b)
  bool reflection = true;    // f(-x)
  bool constant = true;      // f + c; false: anchors that are written differently differ
};

/// Equal for candidates that are equal up to the options, however their formulas are written; at
/// the start values of theta.
///
/// g and dg/dtheta are sampled at 28 places of the function's own frame (space/frame.hpp), divided
/// by the median |g| there, and rounded: to 2.4e-4 of that where |g| is below it, to 2.4e-4 of g
/// above. Different functions with one fingerprint agree to that at all 28 places. Equal ones
/// differ by rounding, about 1e-13 of what is compared, and part where a sample lies that near to a
/// rounding border, in one pair of some 10^7 (the borders are irrational: no decimal coefficient
/// lies on one), where terms cancel in a tail, and where an identity that space/atoms.cpp does not
/// know gives the two writings two frames: 44 of 272,190 random rewritings
/// (tests/space/planted.hpp).
std::uint64_t fingerprint(const Gradient& g, const FingerprintOptions& options = {});

/// The same for an activation; one that is given by f is sampled from its derivative, its frame
/// taken from the formula.
std::uint64_t fingerprint(const Activation& activation, const FingerprintOptions& options = {});

}  // namespace antigrad::space
