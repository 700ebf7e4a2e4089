#include "space/always.hpp"

#include "space/exact-inl.hpp"

namespace antigrad::space {
namespace {

Always sign(double v) { return {v > 0, v >= 0}; }
constexpr Always kOpen{};

}  // namespace

// What row formulas call.
Always operator+(Always a, Always b) {
  const bool least = a.not_negative && b.not_negative;
  return {least && (a.positive || b.positive), least};
}
Always operator-(Always, Always) { return kOpen; }
Always operator*(Always a, Always b) {
  const bool square = a.number >= 0 && a.number == b.number;
  return {a.positive && b.positive, square || (a.not_negative && b.not_negative)};
}
Always operator/(Always a, Always b) {
  return {a.positive && b.positive, a.not_negative && b.positive};
}
Always operator-(Always) { return kOpen; }
inline auto constants(Always) { return sign; }
Always base_abs(Always a) { return {a.positive, true}; }
Always base_sqrt(Always a) { return {a.positive, a.not_negative}; }
Always base_min(Always a, Always b) {
  return {a.positive && b.positive, a.not_negative && b.not_negative};
}
Always base_max(Always a, Always b) {
  return {a.positive || b.positive, a.not_negative || b.not_negative};
}
Always base_less(Always, Always, Always c, Always d) { return base_min(c, d); }
Always base_less_equal(Always, Always, Always c, Always d) { return base_min(c, d); }
Always base_copysign(Always, Always b) { return {false, b.positive}; }
Always base_fma(Always a, Always b, Always c) { return a * b + c; }
Always base_round(Always) { return kOpen; }
Always base_scale2(Always, Always) { return kOpen; }
Always base_exponent(Always) { return kOpen; }
Always base_exp(Always) { return {true, true}; }
Always base_expm1(Always a) { return {a.positive, a.not_negative}; }
Always base_log1p(Always a) { return {a.positive, a.not_negative}; }
Always base_erf(Always a) { return {a.positive, a.not_negative}; }
Always base_erfc(Always) { return {true, true}; }
Always base_gaussian_cdf(Always) { return {true, true}; }
Always base_sigmoid(Always) { return {true, true}; }
Always base_softplus(Always) { return {true, true}; }
Always base_tanh(Always a) { return {a.positive, a.not_negative}; }
Always base_atan(Always a) { return {a.positive, a.not_negative}; }
Always base_sin(Always) { return kOpen; }
Always base_cos(Always) { return kOpen; }
Always base_sinc(Always) { return kOpen; }
Always base_sinc_derivative(Always) { return kOpen; }
Always base_dilog(Always a) { return {a.positive, a.not_negative}; }
Always base_asinh(Always a) { return {a.positive, a.not_negative}; }
Always base_sine_integral(Always a) { return {a.positive, a.not_negative}; }

Always always(const Expr& e, std::span<const Parameter> parameters) {
  std::vector<Always> v(e.nodes.size());
  for (std::size_t i = 0; i < e.nodes.size(); ++i) {
    const Node& n = e.nodes[i];
    const Primitive& p = primitive(n.op);
    const std::uint16_t operands[] = {n.a, n.b, n.c, n.d};
    const auto at = [&](int k) { return k < p.arity ? v[operands[k]] : kOpen; };
    if (n.op == Op::Lit)
      v[i] = sign(e.literals[n.a]);
    else if (n.op == Op::Param)
      v[i] = {hull(parameters, n.a).lo >= 0, hull(parameters, n.a).lo >= 0};
    else if (n.op != Op::Var && n.op != Op::Integral)
      v[i] = exact::row_value(n.op, at(0), at(1), at(2), at(3));
    v[i].number = static_cast<int>(i);
  }
  return v[e.outputs.front()];
}

}  // namespace antigrad::space
