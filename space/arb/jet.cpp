// Jets: power series of balls, and their arithmetic.
#include <utility>

#include "space/arb/arb.hpp"

namespace antigrad::space {

Jet::Jet() : raw_{}, size_(1), switches_(nullptr) { arb_poly_init(raw(*this)); }
Jet::Jet(const Ball& v, const Ball& slope, int n, Switches* switches) : Jet() {
  size_ = n;
  switches_ = switches;
  arb_poly_set_coeff_arb(raw(*this), 0, raw(v));
  if (n > 1) arb_poly_set_coeff_arb(raw(*this), 1, raw(slope));
}
Jet::Jet(const Jet& other) : Jet() { *this = other; }
Jet::Jet(Jet&& other) noexcept : Jet() { *this = std::move(other); }
Jet& Jet::operator=(const Jet& other) {
  arb_poly_set(raw(*this), raw(other));
  size_ = other.size_;
  switches_ = other.switches_;
  return *this;
}
Jet& Jet::operator=(Jet&& other) noexcept {
  arb_poly_swap(raw(*this), raw(other));
  size_ = other.size_;
  switches_ = other.switches_;
  return *this;
}
Jet::~Jet() { arb_poly_clear(raw(*this)); }

Ball Jet::operator[](int k) const {
  Ball out;
  arb_poly_get_coeff_arb(raw(out), raw(*this), k);
  return checked(std::move(out));
}

Jet Jet::integral(const Ball& v) const {
  Jet out = *this;
  arb_poly_integral(raw(out), raw(*this), kBits);
  arb_poly_set_coeff_arb(raw(out), 0, raw(v));
  arb_poly_truncate(raw(out), size_);
  return out;
}

Jet operator+(const Jet& a, const Jet& b) { return apply_series(arb_poly_add_series, a, b); }
Jet operator-(const Jet& a, const Jet& b) { return apply_series(arb_poly_sub_series, a, b); }
Jet operator*(const Jet& a, const Jet& b) { return apply_series(arb_poly_mullow, a, b); }
Jet operator/(const Jet& a, const Jet& b) {
  if (!b[0].has_zero()) return apply_series(arb_poly_div_series, a, b);
  Jet out = a;
  for (int k = 0; k < a.size(); ++k) arb_poly_set_coeff_arb(raw(out), k, raw(Ball::line()));
  return out;
}
Jet operator-(const Jet& a) {
  Jet out = a;
  arb_poly_neg(raw(out), raw(a));
  return out;
}

Jet derivative(const Jet& a) {
  Jet out = BallAccess::like(a);
  arb_poly_derivative(raw(out), raw(a), kBits);
  return out;
}
Jet compose(const Jet& outer, const Jet& inner) {
  Jet moving = inner, out = BallAccess::like(inner);
  arb_poly_set_coeff_si(raw(moving), 0, 0);
  arb_poly_compose_series(raw(out), raw(outer), raw(moving), inner.size(), kBits);
  return out;
}

}  // namespace antigrad::space
