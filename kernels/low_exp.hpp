// e^x in machine arithmetic and its parts, which functions made of e^x share. What decays like e^x
// would lose |x| eps to the rounding of x, so that this rounding is found and put back.
#pragma once
#include <optional>
#include <span>

#include "kernels/low.hpp"

namespace antigrad::kernels {

/// c[0] + c[1] t + ..., by Horner.
Low polynomial(Low t, std::span<const double> c);

/// The exact value at `a` less what float32 makes of it, to first order, where `a` is a sum,
/// product or quotient of inputs, parameters and constants; nothing where that is exact.
std::optional<Low> rounding(Low a);

/// e^x = 2^n (1 + u) with |u| < 0.42.
struct Power {
  Low n, u;
};

/// e^(x + rest) for |x| <= 170; rest is small.
Power power_of_e(Low x, std::optional<Low> rest = {});

/// e^(x + rest) for x <= 0, its rounding put back; 2^-150 where x is below -104. Where errors are
/// absolute, the shortest form of e^x.
Power decay(Low x, std::optional<Low> rest = {});

/// -|a|, a product where `a` is one.
Low negative_magnitude(Low a);

/// The same for -104 <= x <= 0 where errors count against 1: n ln 2 with the digits of one float32.
Power short_decay(Low x);

/// 2^n (1 + u), that less 1, and half of that.
Low value_of(Power p);
Low less_one(Power p);
Low half_less_one(Power p);

/// log(1 + e) for 0 <= e <= 1.
Low log1p_of_unit(Low e);

}  // namespace antigrad::kernels
