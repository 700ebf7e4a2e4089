// How balls and jets lie in memory as FLINT/Arb's own, and its functions called on them. The files
// of this folder alone include this one, and see FLINT/Arb.
#pragma once
#include <arb.h>
#include <arb_hypgeom.h>
#include <arb_poly.h>

#include <utility>

#include "space/ball.hpp"

namespace antigrad::space {

inline constexpr slong kBits = 128;  // two limbs: a ball allocates nothing

struct BallAccess {
  static arb_ptr of(Ball& b) { return reinterpret_cast<arb_ptr>(b.raw_.data()); }
  static arb_srcptr of(const Ball& b) { return reinterpret_cast<arb_srcptr>(b.raw_.data()); }
  static arb_poly_struct* of(Jet& j) { return reinterpret_cast<arb_poly_struct*>(j.raw_.data()); }
  static const arb_poly_struct* of(const Jet& j) {
    return reinterpret_cast<const arb_poly_struct*>(j.raw_.data());
  }
  /// A jet like `j` with nothing in it yet.
  static Jet like(const Jet& j) {
    Jet out;
    out.size_ = j.size_;
    out.switches_ = j.switches_;
    return out;
  }
};
static_assert(sizeof(arb_struct) == 48 && sizeof(arb_poly_struct) == 24);

inline arb_ptr raw(Ball& b) { return BallAccess::of(b); }
inline arb_srcptr raw(const Ball& b) { return BallAccess::of(b); }
inline arb_poly_struct* raw(Jet& j) { return BallAccess::of(j); }
inline const arb_poly_struct* raw(const Jet& j) { return BallAccess::of(j); }

/// What is not a number has any value.
inline Ball checked(Ball b) {
  if (arf_is_nan(arb_midref(raw(b)))) arb_zero_pm_inf(raw(b));
  return b;
}

template <class Function, class... Operands>
Ball apply(const Function& function, const Operands&... operands) {
  Ball out;
  function(raw(out), raw(operands)..., kBits);
  return checked(std::move(out));
}

template <class Function, class... Operands>
Jet apply_series(const Function& function, const Jet& a, const Operands&... operands) {
  Jet out = BallAccess::like(a);
  function(raw(out), raw(a), raw(operands)..., a.size(), kBits);
  return out;
}

}  // namespace antigrad::space
