#include "space/identities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "space/normal_form.hpp"
#include "space/row_facts.hpp"
#include "space/rows-inl.hpp"

namespace antigrad::space {
namespace {

constexpr double kResidue = 1e-13;   // of what was added: less is rounding, not a term
constexpr double kMaxExponent = 80;  // of the constant that two exponentials leave

/// weight x^power factors: a part of a product.
Term part(double weight, int power, std::vector<Factor> factors) {
  return {{weight, {}}, power, std::move(factors)};
}
Factor row(Op op, double scale, double shift) { return {op, {scale, {}}, {shift, {}}}; }

using Parts = std::optional<std::vector<Term>>;

/// c e^(-q x^2 + l x + m), a row whose logarithm is a polynomial.
struct Exponential {
  double c, q, l, m;
};

std::optional<Exponential> exponential(const Factor& f) {
  const double a = f.scale.base, b = f.shift.base;
  if (f.primitive == Op::Exp) return Exponential{1, 0, a, b};
  if (f.primitive == Op::Gaussian) return Exponential{1, a * a, -2 * a * b, -b * b};
  if (f.primitive == Op::NormalPdf)
    return Exponential{rows::kInvSqrt2Pi, 0.5 * a * a, -a * b, -0.5 * b * b};
  return std::nullopt;
}

Parts exponentials(const Factor& f, const Factor& g) {
  const auto s = exponential(f), t = exponential(g);
  if (!s || !t) return std::nullopt;
  const double c = s->c * t->c, q = s->q + t->q, l = s->l + t->l, m = s->m + t->m;
  if (q == 0 && l == 0)
    return std::fabs(m) < kMaxExponent ? Parts{{part(c * std::exp(m), 0, {})}} : std::nullopt;
  if (q == 0) return {{part(c, 0, {row(Op::Exp, l, m)})}};
  const double a = std::sqrt(q), b = -l / (2 * a), rest = m + b * b;
  if (std::fabs(rest) >= kMaxExponent) return std::nullopt;
  return {{part(c * std::exp(rest), 0, {row(Op::Gaussian, a, b)})}};
}

/// expm1 beside another exponential: e^u - 1.
Parts expm1_product(const Factor& f, const Factor& g) {
  if (f.primitive != Op::Expm1 || !(exponential(g) || g.primitive == Op::Expm1))
    return std::nullopt;
  return {{part(1, 0, {row(Op::Exp, f.scale.base, f.shift.base), g}), part(-1, 0, {g})}};
}

/// weight cos or sin of (scale x + shift); a constant where the scale is 0.
Term wave(double weight, Op op, double scale, double shift) {
  if (scale != 0) return part(weight, 0, {row(op, scale, shift)});
  return part(weight * (op == Op::Sin ? std::sin(shift) : std::cos(shift)), 0, {});
}

Parts waves(const Factor& f, const Factor& g) {
  const auto is_wave = [](const Factor& w) {
    return w.primitive == Op::Sin || w.primitive == Op::Cos;
  };
  if (!is_wave(f) || !is_wave(g)) return std::nullopt;
  const double sum = f.scale.base + g.scale.base, less = f.scale.base - g.scale.base;
  const double phase = f.shift.base + g.shift.base, rest = f.shift.base - g.shift.base;
  const bool s = f.primitive == Op::Sin, t = g.primitive == Op::Sin;
  if (s == t) return {{wave(0.5, Op::Cos, less, rest), wave(s ? -0.5 : 0.5, Op::Cos, sum, phase)}};
  return {{wave(0.5, Op::Sin, sum, phase), wave(s ? 0.5 : -0.5, Op::Sin, less, rest)}};
}

/// Two steps of one direction are the later one.
Parts steps(const Factor& f, const Factor& g) {
  if (f.primitive != Op::Step || g.primitive != Op::Step) return std::nullopt;
  const bool right = f.scale.base > 0;
  if (right != (g.scale.base > 0)) return std::nullopt;
  const double s = -f.shift.base / f.scale.base, t = -g.shift.base / g.scale.base;
  return {{part(1, 0, {(s > t) == right ? f : g})}};
}

Parts squares(const Factor& f, const Factor& g) {
  const auto& square = row_facts(f.primitive).square;
  if (!square || !(f == g)) return std::nullopt;
  return in_x(*square, f.scale.base, f.shift.base, 1);
}

bool opposite(const Factor& f, const Factor& g) {
  return f.scale.base == -g.scale.base && f.shift.base == -g.shift.base;
}

/// p(-u) in terms of p(u), where u is what the other factor has, or the row is even or odd.
Parts reflection(const Factor& f, const Factor& g) {
  const RowFacts& facts = row_facts(f.primitive);
  if (f.scale.base > 0) return std::nullopt;
  const Factor turned = row(f.primitive, -f.scale.base, -f.shift.base);
  if (facts.even) return {{part(1, 0, {turned, g})}};
  if (!facts.complement || (*facts.complement != 0 && !opposite(f, g))) return std::nullopt;
  return {{part(*facts.complement, 0, {g}), part(-1, 0, {turned, g})}};
}

struct Identity {
  const char* name;
  Parts (*apply)(const Factor&, const Factor&);
};
constexpr Identity kIdentities[] = {
    {"the square of {} is a sum", squares},     {"{} multiplied out", exponentials},
    {"{} multiplied out", expm1_product},       {"product of waves is a sum ({})", waves},
    {"product of steps is a step ({})", steps}, {"reflection of {}", reflection}};

/// parts times what is left of t without its factors i and j.
std::vector<Term> replaced(const Term& t, std::size_t i, std::size_t j, const Parts& parts) {
  std::vector<Term> out;
  for (const Term& p : *parts) {
    Term s{p.weight.base * t.weight, t.power + p.power, p.factors};
    for (std::size_t k = 0; k < t.factors.size(); ++k)
      if (k != i && k != j) s.factors.push_back(t.factors[k]);
    std::ranges::stable_sort(s.factors, {}, &Factor::primitive);
    out.push_back(std::move(s));
  }
  return out;
}

}  // namespace

bool is_constant(const Factor& f) { return f.scale.constant() && f.shift.constant(); }

std::optional<std::vector<Term>> by_identity(const Term& t, std::set<std::string>& rules) {
  for (std::size_t i = 0; i < t.factors.size(); ++i)
    for (std::size_t j = 0; j < t.factors.size(); ++j) {
      const Factor &f = t.factors[i], &g = t.factors[j];
      if (i == j || !is_constant(f) || !is_constant(g)) continue;
      for (const Identity& identity : kIdentities)
        if (const Parts parts = identity.apply(f, g)) {
          rules.insert(fmt::format(fmt::runtime(identity.name), primitive(f.primitive).name));
          return replaced(t, i, j, parts);
        }
    }
  return std::nullopt;
}

std::vector<Term> by_identities(std::vector<Term> terms, std::set<std::string>& rules) {
  std::vector<Term> out;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    auto same = by_identity(terms[i], rules);
    if (!same)
      out.push_back(terms[i]);
    else  // what it gives is looked at in its turn
      terms.insert(terms.end(), same->begin(), same->end());
  }
  return merged(std::move(out), kResidue);
}

}  // namespace antigrad::space
