#include "space/analysis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "space/gaussian.hpp"
#include "space/poles.hpp"
#include "space/properties.hpp"
#include "space/short_formats.hpp"

namespace antigrad::space {
namespace {

using Sign = Cover::Sign;
using Piece = Cover::Piece;

std::string number(double v) {
  return std::isinf(v) ? (v < 0 ? "-inf" : "+inf") : fmt::format("{:.10g}", v + 0.0);
}

Claim line(std::string property, Verdict verdict, std::string statement) {
  Claim out;
  out.property = std::move(property);
  out.verdict = verdict;
  out.statement = std::move(statement);
  return out;
}

/// A number between bounds: proved when they agree to six digits or so.
Claim number_line(std::string property, double lo, double hi, const std::string& more = "") {
  const bool infinite = std::isinf(lo) && lo == hi;
  const bool tight = infinite || hi - lo <= 1e-6 * (1 + std::fabs(lo));
  Claim out = line(std::move(property), tight ? Verdict::proved : Verdict::unknown,
                   tight ? number(infinite ? lo : 0.5 * (lo + hi)) + more
                         : fmt::format("between {} and {}{}", number(lo), number(hi), more));
  out.lo = lo;
  out.hi = hi;
  return out;
}
Claim number_line(std::string property, const Ball& b, const std::string& more = "") {
  if (!b.finite()) return line(std::move(property), Verdict::unknown, "no bound was found");
  return number_line(std::move(property), b.lower(), b.upper(), more);
}
Claim number_line(std::string property, const Cover::Extreme& e) {
  const std::string at = std::isnan(e.at)   ? ""
                         : std::isinf(e.at) ? fmt::format(", as x -> {}", number(e.at))
                                            : fmt::format(", at x = {}", number(e.at));
  return number_line(std::move(property), e.lo, e.hi, at);
}

const char* name_of(int side) { return side < 0 ? "-inf" : "+inf"; }

Claim limit_line(Proof& proof, int d, int side) {
  const std::string name = fmt::format("limit of {} at {}", d == 0 ? "f" : "g", name_of(side));
  const auto limit = proof.far(d, side).limit();
  if (limit && limit->infinite != 0)
    return number_line(name, limit->infinite * INFINITY, limit->infinite * INFINITY);
  if (limit) return number_line(name, limit->value);
  if (proof.far(d, side).oscillating())
    return line(name, Verdict::refuted, "it oscillates for ever");
  return line(name, Verdict::unknown, "not known");
}

Claim asymptote_line(Proof& proof, int side) {
  const std::string name = fmt::format("asymptote at {}", name_of(side));
  const auto a = proof.asymptote(side);
  if (a)
    return line(name, Verdict::proved,
                fmt::format("{}*x + {}", number(a->slope.middle()), number(a->intercept.middle())));
  const auto limit = proof.far(1, side).limit();
  if (limit && limit->infinite != 0) return line(name, Verdict::refuted, "g is unbounded there");
  if (proof.far(1, side).oscillating()) return line(name, Verdict::refuted, "g oscillates there");
  return line(name, Verdict::unknown, "not known");
}

std::string interval(double lo, double hi) {
  return fmt::format("({}, {})", number(lo), number(hi));
}

/// "(-inf, -0.75) -, (-0.75, +inf) +", equal neighbours as one.
Claim pieces_line(std::string property, const std::vector<Piece>& pieces,
                  const std::array<const char*, 3>& words) {
  std::string text;
  bool open = false;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& p = pieces[i];
    if (p.sign == Sign::open) {
      open = true;
      text += fmt::format("{}not decided on {}", i ? ", " : "", interval(p.lo, p.hi));
      continue;
    }
    double hi = p.hi;
    const double lo = p.lo;
    while (i + 1 < pieces.size() && pieces[i + 1].sign == p.sign) hi = pieces[++i].hi;
    text += fmt::format("{}{} on {}", text.empty() ? "" : ", ",
                        words[static_cast<std::size_t>(p.sign)], interval(lo, hi));
  }
  return line(std::move(property), open ? Verdict::unknown : Verdict::proved, text);
}

/// Roots of g, and intervals where it is 0.
Claim stationary_line(Proof& proof) {
  const auto& pieces = proof.signs(1);
  std::string text;
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
  bool open = false;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].sign == Sign::zero) add("all of " + interval(pieces[i].lo, pieces[i].hi));
    open = open || pieces[i].sign == Sign::open;
    if (i == 0 || pieces[i].sign == Sign::zero || pieces[i - 1].sign == Sign::zero) continue;
    const double x = 0.5 * (pieces[i - 1].hi + pieces[i].lo);
    const bool root = proof
                          .at(1, Ball::between(std::fmin(pieces[i - 1].hi, pieces[i].lo),
                                               std::fmax(pieces[i - 1].hi, pieces[i].lo)))
                          .has_zero();
    const bool both = pieces[i].sign != pieces[i - 1].sign;
    if (root && both)
      add(fmt::format("x = {}, f = {}", number(x), number(proof.f(Ball(x)).middle())));
  }
  if (open) add("not decided everywhere");
  return line("stationary points", open ? Verdict::unknown : Verdict::proved,
              text.empty() ? "none" : text);
}

void add_kinks(Proof& proof, std::vector<Claim>& out) {
  for (const Smoothness& k : proof.kinks()) {
    const std::string name = "kink at x = " + number(k.at.middle());
    if (!k.refuted && k.proved >= Cover::kOrders) continue;  // another branch of the same function
    if (!k.refuted) {
      out.push_back(line(name, Verdict::unknown, fmt::format("at least C^{}", k.proved)));
      continue;
    }
    const std::string what =
        k.proved < 0 ? "f jumps" : fmt::format("f is C^{}, not C^{}", k.proved, *k.refuted);
    out.push_back(line(name, Verdict::proved,
                       fmt::format("{}: derivative {} is {} on the left, {} on the right", what,
                                   *k.refuted, number(k.left), number(k.right))));
    out.back().witness = k.at.middle();
  }
}

/// f(t x) = t f(x) for t > 0: x g = f, so that chi_1 is exactly 1; and f is not straight.
bool homogeneous(Proof& proof) {
  const auto& kinks = proof.kinks();
  const auto& bends = proof.signs(2);
  return kinks.size() == 1 && kinks[0].at.is(0) && kinks[0].refuted == 1 && proof.f(Ball()).is(0) &&
         std::ranges::all_of(bends, [](const Piece& p) { return p.sign == Sign::zero; });
}

void add_gaussian(Proof& proof, std::vector<Claim>& out) {
  const GaussianMoments m = gaussian_moments(proof);
  out.push_back(number_line("mean of f under N(0,1)", m.mean));
  out.push_back(number_line("variance of f under N(0,1)", m.second - square(m.mean)));
  out.push_back(number_line("mean of f^2 under N(0,1)", m.second));
  out.push_back(number_line("gain 1/sqrt(mean of f^2)", Ball(1) / sqrt(m.second)));
  out.push_back(number_line("mean of g^2 under N(0,1)", m.slope_second));
  CorrelationMap c = correlation_map(m);
  if (homogeneous(proof)) {
    c.chi = Ball(1);
    c.only_one = true;
  }
  const char* const meaning = certainly_less(Ball(1), c.chi)   ? ": near inputs part (chaotic)"
                              : certainly_less(c.chi, Ball(1)) ? ": near inputs meet (ordered)"
                                                               : "";
  out.push_back(number_line("chi_1 at the gain", c.chi, meaning));
  const std::string name = "fixed points of the correlation map in [0, 1]";
  if (c.only_one)
    out.push_back(line(name, Verdict::proved, "1 only"));
  else if (c.fixed_point) {
    out.push_back(line(name, c.fixed_point->radius() < 1e-3 ? Verdict::proved : Verdict::unknown,
                       fmt::format("1 and one between {} and {}", number(c.fixed_point->lower()),
                                   number(c.fixed_point->upper()))));
    out.back().lo = c.fixed_point->lower();
    out.back().hi = c.fixed_point->upper();
  } else
    out.push_back(line(name, Verdict::unknown, "not decided"));
  Claim dead = number_line("share of N(0,1) with |g| < 0.001", dead_share(proof, 1e-3));
  if (dead.hi - dead.lo < 1e-4) dead.verdict = Verdict::proved;
  out.push_back(std::move(dead));
}

/// Whether training can leave a unit where it gets no gradient.
Claim dying_line(Proof& proof) {
  const std::string name = "dying units";
  const auto& pieces = proof.signs(1);
  for (const Piece* const p : {&pieces.front(), &pieces.back()})
    if (p->sign == Sign::zero)
      return line(name, Verdict::proved,
                  fmt::format("for good: g = 0 on {}", interval(p->lo, p->hi)));
  bool fades = false;
  for (const int side : {-1, 1}) {
    const auto limit = proof.far(1, side).limit();
    if (!limit) return line(name, Verdict::unknown, "a limit of g is not known");
    fades = fades || (limit->infinite == 0 && limit->value.is(0));
  }
  return line(name, Verdict::proved,
              fades ? "none for good, but g -> 0 on a side" : "none: g stays away from 0 far out");
}

}  // namespace

std::vector<Claim> analyze(const Activation& activation) {
  Proof proof(activation);
  std::vector<Claim> out;
  for (const Property& p : properties()) {
    out.push_back(p.decide(proof));
    out.back().property = p.name;
  }
  for (Claim& c : finite_for_all_parameters(activation)) out.push_back(std::move(c));
  for (Claim& c : finite_in_short_formats(activation)) out.push_back(std::move(c));
  for (const int d : {0, 1})
    for (const int side : {-1, 1}) out.push_back(limit_line(proof, d, side));
  for (const int side : {-1, 1}) out.push_back(asymptote_line(proof, side));
  out.push_back(number_line("infimum of f", proof.infimum(0)));
  out.push_back(number_line("supremum of f", proof.supremum(0)));
  out.push_back(stationary_line(proof));
  out.push_back(pieces_line("monotone pieces", proof.signs(1), {"falling", "constant", "rising"}));
  out.push_back(pieces_line("convex pieces", proof.signs(2), {"concave", "straight", "convex"}));
  out.push_back(number_line("Lipschitz constant of f, max |g|", proof.largest(1)));
  out.push_back(number_line("Lipschitz constant of g, max |f''|", proof.largest(2)));
  for (const Smoothness& k : proof.kinks()) {
    if (!k.refuted || *k.refuted > 1) continue;
    out.back() = line(out.back().property, Verdict::refuted,
                      fmt::format("none: g jumps at x = {}; between jumps {}",
                                  number(k.at.middle()), out.back().statement));
    break;
  }
  out.push_back(number_line("max |f'''|", proof.largest(3)));
  add_kinks(proof, out);
  out.push_back(line("category", Verdict::proved,
                     "ridge: a function of one number w*x + b, by construction"));
  add_gaussian(proof, out);
  out.push_back(dying_line(proof));
  return out;
}

}  // namespace antigrad::space
