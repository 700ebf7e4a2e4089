#include "space/properties.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "space/error.hpp"
#include "space/parity.hpp"
#include "space/poles.hpp"

namespace antigrad::space {
namespace {

using Sign = Cover::Sign;
using Piece = Cover::Piece;

Claim claim(Verdict verdict, std::string statement, std::optional<double> witness = {}) {
  Claim out;
  out.verdict = verdict;
  out.statement = std::move(statement);
  out.witness = witness;
  return out;
}
Claim proved(std::string statement) { return claim(Verdict::proved, std::move(statement)); }
Claim refuted(std::string statement, std::optional<double> x = {}) {
  return claim(Verdict::refuted, std::move(statement), x);
}
Claim unknown(std::string statement) { return claim(Verdict::unknown, std::move(statement)); }

std::string number(double v) { return fmt::format("{:.7g}", v); }

/// A point of the piece that is a short number where there is one.
double point_in(const Piece& p) {
  if (std::isinf(p.lo) && std::isinf(p.hi)) return 0;
  if (std::isinf(p.lo)) return std::floor(p.hi) - 1;
  if (std::isinf(p.hi)) return std::ceil(p.lo) + 1;
  const double middle = 0.5 * (p.lo + p.hi), near = std::nearbyint(middle * 8) / 8;
  return near > p.lo && near < p.hi ? near : middle;
}

const Piece* find(const std::vector<Piece>& pieces, Sign sign) {
  const auto it = std::ranges::find(pieces, sign, &Piece::sign);
  return it == pieces.end() ? nullptr : &*it;
}

/// The derivative of order d never has the sign `bad`.
Claim never(Proof& proof, int d, Sign bad, const std::string& name) {
  const auto& pieces = proof.signs(d);
  const char* const relation = bad == Sign::negative ? "<" : ">";
  if (const Piece* const p = find(pieces, bad))
    return refuted(fmt::format("{}({}) {} 0", name, number(point_in(*p)), relation), point_in(*p));
  if (find(pieces, Sign::open))
    return unknown(fmt::format("the sign of {} is not decided everywhere", name));
  return proved(fmt::format("{} {} 0 everywhere", name, bad == Sign::negative ? ">=" : "<="));
}

Claim finite(Proof& proof) {
  const Activation& a = proof.activation();
  if (a.by_f) {
    const Claim f = finite_everywhere(a.f, proof.theta(), "f");
    Claim slope = finite_everywhere(a.g, proof.theta(), "g");
    if (f.verdict != Verdict::proved) return f;
    if (slope.verdict == Verdict::proved) slope.statement = "f and g are finite at every x";
    return slope;
  }
  Claim g = finite_everywhere(a.g, proof.theta(), "g");
  if (g.verdict == Verdict::proved) g.statement = "g is finite at every x, and f is its integral";
  return g;
}

Claim class_at_least(Proof& proof, int order, const std::string& name) {
  std::string open;
  for (const Smoothness& k : proof.kinks()) {
    if (k.refuted && *k.refuted <= order)
      return refuted(fmt::format("derivative {} jumps from {} to {} at x = {}", *k.refuted,
                                 number(k.left), number(k.right), number(k.at.middle())),
                     k.at.middle());
    if (k.proved < order && k.proved < Cover::kOrders && !k.refuted)
      open = fmt::format("not decided at the kink {}", number(k.at.middle()));
  }
  if (!proof.known_far_out()) return unknown("the formula is not understood far out");
  const Claim whole = finite(proof);
  if (whole.verdict != Verdict::proved) return whole;
  return open.empty()
             ? proved(proof.kinks().empty() ? "analytic at every x" : name + " at every kink too")
             : unknown(open);
}
Claim continuous(Proof& p) {
  if (!p.activation().by_f) return proved("f is an integral");
  return class_at_least(p, 0, "continuous");
}
Claim differentiable(Proof& p) { return class_at_least(p, 1, "continuously differentiable"); }
Claim smooth(Proof& p) {
  Claim c = class_at_least(p, Cover::kOrders, "smooth");
  if (c.verdict == Verdict::proved && !p.kinks().empty())
    return unknown(fmt::format("at least C^{}: the formula changes its branch at x = {}",
                               Cover::kOrders - 1, number(p.kinks().front().at.middle())));
  return c;
}

/// A jump of f where f is given by f: upwards counts as rising.
std::optional<Claim> jump(Proof& p, bool upwards_is_fine) {
  for (const Smoothness& k : p.kinks()) {
    if (k.proved >= 0) continue;
    if (!k.refuted) return unknown(fmt::format("f may jump at x = {}", number(k.at.middle())));
    if (upwards_is_fine && k.left < k.right) continue;
    return refuted(fmt::format("f jumps from {} to {} at x = {}", number(k.left), number(k.right),
                               number(k.at.middle())),
                   k.at.middle());
  }
  return std::nullopt;
}

Claim monotone(Proof& p) {
  if (auto down = jump(p, true)) return *down;
  return never(p, 1, Sign::negative, "g");
}

Claim convex(Proof& proof) {
  for (const Smoothness& k : proof.kinks())
    if (k.refuted && *k.refuted <= 1 && k.left > k.right)
      return refuted(fmt::format("g falls from {} to {} at x = {}", number(k.left), number(k.right),
                                 number(k.at.middle())),
                     k.at.middle());
  if (auto any = jump(proof, false)) return *any;
  return never(proof, 2, Sign::negative, "f''");
}

Claim bound_claim(const Cover::Extreme& e, bool below) {
  const double outer = below ? e.lo : e.hi, inner = below ? e.hi : e.lo;
  if (std::isfinite(outer))
    return proved(fmt::format("f {} {}, reached {}", below ? ">=" : "<=", number(outer),
                              std::isinf(e.at) ? fmt::format("as x -> {}inf", e.at < 0 ? "-" : "+")
                                               : "at x = " + number(e.at)));
  if (std::isinf(inner))
    return refuted(
        fmt::format("f -> {}inf as x -> {}inf", below ? "-" : "+", e.at < 0 ? "-" : "+"));
  return unknown("no bound was found");
}
Claim bounded_below(Proof& p) { return bound_claim(p.infimum(0), true); }
Claim bounded_above(Proof& p) { return bound_claim(p.supremum(0), false); }

/// Both; the first that fails.
Claim both(Claim a, const Claim& b, const char* join = "; ") {
  if (a.verdict == Verdict::refuted) return a;
  if (b.verdict == Verdict::refuted || b.verdict == Verdict::unknown) {
    if (b.verdict == Verdict::refuted || a.verdict == Verdict::proved) return b;
  }
  if (a.verdict == Verdict::proved) a.statement += join + b.statement;
  return a;
}
Claim bounded(Proof& p) { return both(bounded_below(p), bounded_above(p)); }

Claim lipschitz_of(Proof& proof, int d, const std::string& what) {
  for (const Smoothness& k : proof.kinks())
    if (k.refuted && *k.refuted < d)
      return refuted(
          fmt::format("derivative {} jumps at x = {}", *k.refuted, number(k.at.middle())),
          k.at.middle());
  const Cover::Extreme e = proof.largest(d);
  if (std::isfinite(e.hi)) return proved(fmt::format("|{}| <= {}", what, number(e.hi)));
  if (std::isinf(e.lo))
    return refuted(fmt::format("|{}| is unbounded as x -> {}inf", what, e.at < 0 ? "-" : "+"));
  return unknown(fmt::format("no bound of |{}| was found", what));
}
Claim lipschitz(Proof& p) { return lipschitz_of(p, 1, "g"); }
Claim gradient_lipschitz(Proof& p) { return lipschitz_of(p, 2, "f''"); }

Claim symmetric(Proof& proof, double sign, const char* name) {
  const Parity p = parity_of_f(proof.activation());
  if (sign > 0 ? p.even : p.odd)
    return proved(fmt::format("f(-x) = {}f(x) by its form", sign > 0 ? "" : "-"));
  for (const double x : {0.5, 1.0, 1.75, 3.25}) {
    const Ball left = proof.f(Ball(-x)), right = Ball(sign) * proof.f(Ball(x));
    if (!(left - right).has_zero())
      return refuted(fmt::format("f({}) = {}, f({}) = {}", number(-x), number(left.middle()),
                                 number(x), number(sign * right.middle())),
                     x);
  }
  return unknown(fmt::format("its form does not show that f is {}", name));
}
Claim even(Proof& p) { return symmetric(p, 1, "even"); }
Claim odd(Proof& p) { return symmetric(p, -1, "odd"); }

Claim zero_at_zero(Proof& p) {
  const Ball v = p.f(Ball(0.0));
  if (v.is(0)) return proved("f(0) = 0");
  if (!v.has_zero()) return refuted("f(0) = " + number(v.middle()), 0.0);
  const bool anchored =
      !p.activation().by_f && p.activation().text.find("; f(") == std::string::npos;
  return anchored ? proved("f(0) = 0 is its anchor") : unknown("f(0) is within rounding of 0");
}

Claim not_negative(Proof& p) {
  const Cover::Extreme e = p.infimum(0);
  if (e.lo >= 0) return proved("f >= " + number(e.lo));
  if (e.hi < 0) {
    const double x = std::isfinite(e.at) ? e.at : std::copysign(100, e.at);
    return refuted(fmt::format("f({}) = {}", number(x), number(p.f(Ball(x)).middle())), x);
  }
  return e.lo > -1e-12 ? unknown("f >= " + number(e.lo)) : unknown("the sign of f is not decided");
}

std::optional<Tail::Limit> slope_limit(Proof& p, int side) { return p.far(1, side).limit(); }

Claim sigmoidal(Proof& proof) {
  Claim all = both(bounded(proof), monotone(proof));
  const auto left = proof.far(0, -1).limit(), right = proof.far(0, 1).limit();
  if (all.verdict != Verdict::proved) return all;
  if (!left || !right) return unknown("a limit is not known");
  if (!certainly_less(left->value, right->value)) return unknown("the limits may be equal");
  return proved(fmt::format("rises from {} to {}", number(left->value.middle()),
                            number(right->value.middle())));
}

/// Grows on the right, and on the left at most half as steeply.
Claim rectifier(Proof& proof) {
  const auto left = slope_limit(proof, -1), right = slope_limit(proof, 1);
  if (!left || !right) {
    if (proof.far(1, 1).oscillating() || proof.far(1, -1).oscillating())
      return refuted("g has no limit");
    return unknown("a limit of g is not known");
  }
  if (left->infinite != 0) return refuted("g is unbounded as x -> -inf");
  const std::string l = number(left->value.middle());
  if (right->infinite > 0)
    return proved(fmt::format("slope {} on the left, growing on the right", l));
  if (right->infinite < 0 || right->value.negative() || right->value.is(0))
    return refuted("f does not grow as x -> +inf");
  const std::string r = number(right->value.middle());
  if (certainly_less_equal(abs(left->value), Ball(0.5) * right->value))
    return proved(fmt::format("slope {} on the left, {} on the right", l, r));
  if (certainly_less(Ball(0.5) * right->value, abs(left->value)))
    return refuted(fmt::format("slope {} on the left, {} on the right", l, r));
  return unknown("the slopes are not decided");
}

Claim oscillating(Proof& proof) {
  for (const int side : {-1, 1})
    if (proof.far(1, side).oscillating())
      return proved(fmt::format("g has no limit as x -> {}inf", side < 0 ? "-" : "+"));
  if (find(proof.signs(1), Sign::open)) return unknown("the sign of g is not decided everywhere");
  return refuted("g changes its sign finitely often");
}

Claim non_polynomial(Proof& proof) {
  for (const Smoothness& k : proof.kinks())
    if (k.refuted) return proved(fmt::format("a kink at x = {}", number(k.at.middle())));
  const auto moves = [&] {
    return find(proof.signs(2), Sign::positive) || find(proof.signs(2), Sign::negative);
  };
  for (const int side : {-1, 1}) {
    if (proof.asymptote(side) && moves())
      return proved("it has a straight asymptote and is not straight");
    const Tail& t = proof.far(1, side);
    const auto limit = t.limit();
    if (limit && limit->infinite == 0 && moves())
      return proved("g has a finite limit and is not constant");
    if (t.oscillating()) return proved("g oscillates for ever");
    const auto lead = t.split();
    if (lead && !Tail::algebraic(lead->lead.growth))
      return proved("g grows or falls exponentially");
  }
  const auto& flat = proof.signs(3);
  if (std::ranges::all_of(flat, [](const Piece& p) { return p.sign == Sign::zero; }))
    return refuted("f is a polynomial of degree 2 at most");
  return unknown("its form does not show it");
}

/// g vanishes on no half-line: no unit can die for good.
Claim alive(Proof& proof) {
  const auto& pieces = proof.signs(1);
  for (const Piece* const p : {&pieces.front(), &pieces.back()})
    if (p->sign == Sign::zero)
      return refuted(fmt::format("g = 0 for all x {} {}", std::isinf(p->lo) ? "<" : ">",
                                 number(std::isinf(p->lo) ? p->hi : p->lo)),
                     point_in(*p));
  for (const int side : {-1, 1}) {
    const Piece& p = side < 0 ? pieces.front() : pieces.back();
    const Tail& t = proof.far(1, side);
    if (p.sign == Sign::open && !t.oscillating() && !t.split())
      return unknown("whether g is 0 far out is not decided");
  }
  return proved("g vanishes on no half-line");
}

/// Suited to multiply another signal: shut on the left.
Claim shuts(Proof& proof) {
  const auto left = proof.far(0, -1).limit();
  if (!left) return unknown("the limit at -inf is not known");
  if (left->infinite != 0) return refuted("f is unbounded as x -> -inf");
  if (left->value.is(0)) return proved("f -> 0 as x -> -inf");
  if (!left->value.has_zero())
    return refuted("f -> " + number(left->value.middle()) + " as x -> -inf");
  return unknown("f -> 0 within rounding as x -> -inf");
}

constexpr double kRounding = 1e-9;

bool falls_somewhere(const SampledFacts& s) { return s.least < -kRounding * (1 + s.size); }
bool bends_down(const SampledFacts& s) {
  for (std::size_t i = 1; i < s.g.size(); ++i)
    if (s.g[i] < s.g[i - 1] - kRounding * (1 + s.size)) return true;
  return false;
}

constexpr Property kProperties[] = {
    {"finite", "f and g are finite at every finite x", finite},
    {"continuous", "f has no jump", continuous},
    {"differentiable", "g is continuous", differentiable},
    {"smooth", "every derivative is continuous", smooth},
    {"monotone", "g >= 0 everywhere", monotone, falls_somewhere},
    {"convex", "g never falls", convex, bends_down},
    {"lower-bounded", "f has a lower bound", bounded_below},
    {"upper-bounded", "f has an upper bound", bounded_above},
    {"bounded", "f has both bounds", bounded},
    {"non-negative", "f >= 0 everywhere", not_negative},
    {"lipschitz", "|g| is bounded", lipschitz},
    {"gradient-lipschitz", "|f''| is bounded and g has no jump", gradient_lipschitz},
    {"odd", "f(-x) = -f(x)", odd},
    {"even", "f(-x) = f(x)", even},
    {"zero-at-zero", "f(0) = 0", zero_at_zero},
    {"sigmoidal", "bounded and rising from one limit to another", sigmoidal, falls_somewhere},
    {"rectifier-like", "grows on the right, at most half as steep on the left", rectifier},
    {"oscillating", "g has no limit on some side", oscillating},
    {"non-polynomial", "networks of it approximate every continuous function (Leshno et al. 1993)",
     non_polynomial},
    {"alive", "g vanishes on no half-line, so that no unit dies for good", alive},
    {"shuts", "f -> 0 as x -> -inf", shuts},
};

}  // namespace

std::span<const Property> properties() { return kProperties; }

const Property* find_property(std::string_view name) {
  const auto it = std::ranges::find(kProperties, name, &Property::name);
  return it == std::end(kProperties) ? nullptr : &*it;
}

std::span<const PropertySet> property_sets() {
  static const std::vector<PropertySet> sets{
      {"rectifier-like", {"rectifier-like", "lower-bounded", "lipschitz"}},
      {"bounded", {"bounded"}},
      {"smooth", {"smooth"}},
      {"monotone", {"monotone"}},
      {"gate", {"shuts", "lower-bounded", "lipschitz"}}};
  return sets;
}

std::vector<const Property*> demanded(const std::vector<std::string>& names) {
  std::vector<const Property*> out;
  const auto add = [&](const Property* p) {
    if (std::ranges::count(out, p) == 0) out.push_back(p);
  };
  for (const std::string& name : names) {
    const auto sets = property_sets();
    const auto set = std::ranges::find(sets, name, &PropertySet::name);
    if (set != sets.end()) {
      for (const auto p : set->properties) add(find_property(p));
    } else if (const Property* const p = find_property(name)) {
      add(p);
    } else {
      std::vector<std::string> known;
      for (const Property& q : kProperties) known.emplace_back(q.name);
      known.emplace_back("gate");
      throw Error(fmt::format("unknown property \"{}\":{} the properties are {}", name,
                              did_you_mean(name, known), fmt::join(known, ", ")));
    }
  }
  return out;
}

bool refuted_by_samples(const SampledFacts& facts, std::span<const Property* const> wanted) {
  return std::ranges::any_of(wanted,
                             [&](const Property* p) { return p->sampled && p->sampled(facts); });
}

std::optional<Claim> violated(const Activation& activation,
                              std::span<const Property* const> wanted) {
  if (wanted.empty()) return std::nullopt;
  Proof proof(activation);
  for (const Property* const p : wanted) {
    Claim one = p->decide(proof);
    one.property = p->name;
    if (one.verdict != Verdict::proved) return one;
  }
  return std::nullopt;
}

}  // namespace antigrad::space
