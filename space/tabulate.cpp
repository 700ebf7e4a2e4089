#include "space/tabulate.hpp"

#include <fmt/format.h>

#include <cmath>

#include "space/normal_form.hpp"
#include "space/table.hpp"

namespace antigrad::space {
namespace {

using Polynomial = std::vector<double>;

Polynomial times(const Polynomial& a, const Polynomial& b) {
  Polynomial c(a.size() + b.size() - 1, 0.0);
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) c[i + j] += a[i] * b[j];
  return c;
}

void add(Polynomial& sum, const Polynomial& p) {
  if (sum.size() < p.size()) sum.resize(p.size(), 0.0);
  for (std::size_t i = 0; i < p.size(); ++i) sum[i] += p[i];
}

/// What the factor tends to, as a polynomial in x, on the side of `sign`.
Polynomial tail_of(const Factor& f, double sign) {
  const Primitive& p = primitive(f.primitive);
  const bool right = sign * f.scale.base > 0;
  const double slope = right ? p.right_slope : p.left_slope;
  const double intercept = right ? p.right_intercept : p.left_intercept;
  return {intercept + slope * f.shift.base, slope * f.scale.base};
}

void require_certified(const Term& t) {
  for (const Factor& f : t.factors) {
    const Primitive& p = primitive(f.primitive);
    if (!p.exponential_tails)
      throw Error(
          fmt::format("no closed form is known for this product, and {} has no tail that vanishes "
                      "exponentially, so its table cannot be certified",
                      p.name));
  }
}

}  // namespace

std::shared_ptr<const Table> tabulate(const Expr& h) {
  TailPolynomials tails{{0}, {0}};
  std::vector<double> kinks;
  for (const Term& t : to_terms(h)) {
    if (!t.weight.constant()) throw Error("an integrand holds no parameters");
    require_certified(t);
    Polynomial left(t.power + 1U, 0.0);
    left.back() = t.weight.base;
    Polynomial right = left;
    for (const Factor& f : t.factors) {
      left = times(left, tail_of(f, -1));
      right = times(right, tail_of(f, 1));
      kinks.push_back(-f.shift.base / f.scale.base);
    }
    add(tails.left, left);
    add(tails.right, right);
  }
  return Table::make(h, kinks, tails);
}

}  // namespace antigrad::space
