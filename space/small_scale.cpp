#include "space/small_scale.hpp"

#include <cmath>

#include "space/formula_table.hpp"
#include "space/normal_form.hpp"
#include "space/row_facts.hpp"

namespace antigrad::space {
namespace {

constexpr double kSmallScale = 1.0 / 64;  // scales that reach below take the mean ...
constexpr double kSmallChange = 0.5;      // ... where |a x| is below

/// Of p(u), or of p(H(u)), in u.
std::vector<double> kinks_in(const Factor& f) {
  if (!f.composed())
    return row_facts(f.primitive).smooth ? std::vector<double>{} : std::vector<double>{0};
  Builder out;
  return kinks_of(out.finish(to_sym(f, out.variable())));
}

}  // namespace

Range range_of(const Affine& a, const std::vector<Parameter>& parameters) {
  Range r{a.base, a.base};
  for (std::size_t k = 0; k < a.slope.size(); ++k) {
    const double s = a.slope[k];
    if (s == 0) continue;
    const Domain d = hull(parameters, k);
    r.lo += s * (s > 0 ? d.lo : d.hi);
    r.hi += s * (s > 0 ? d.hi : d.lo);
  }
  return r;
}

bool is_small(const Factor& f, const std::vector<Parameter>& parameters) {
  const Range r = range_of(f.scale, parameters);
  return r.lo < kSmallScale && r.hi > -kSmallScale;
}

Sym small_scale_integral(const Factor& f, int power, Sym x, Sym difference) {
  using namespace symbolic;
  Builder& out = *x.builder;
  const auto K = constants(x);
  const Sym shift = to_sym(f.shift, out), change = to_sym(f.scale, out) * x;
  const GaussRule& rule = gauss_rule();
  Sym mean = K(0);
  for (int i = 0; i < GaussRule::kNodes; ++i) {
    const double s = rule.node[i];
    const Sym u = K(s) * change + shift;
    mean = mean + K(rule.weight[i] * std::pow(s, power)) * to_sym(f, u);
  }
  Sym near = x * mean;
  for (int k = 0; k < power; ++k) near = x * near;
  for (const double kink : kinks_in(f)) {
    const Sym from = shift - K(kink);
    if (!out.is_literal(from, 0)) near = less_equal(K(0), from * (from + change), near, difference);
  }
  return less(abs(change), K(kSmallChange), near, difference);
}

}  // namespace antigrad::space
