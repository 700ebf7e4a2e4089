#include "space/poles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "space/always.hpp"
#include "space/builder.hpp"
#include "space/enclose.hpp"
#include "space/text.hpp"

namespace antigrad::space {
namespace {

using Sign = Cover::Sign;

/// An operand that must not vanish, or must stay above 0.
struct Guard {
  Expr operand;
  bool above;  // must be positive (a logarithm's or root's), not only away from 0
  std::string what;
};

bool varies(const Expr& e, std::uint16_t node) {
  std::vector<bool> moves(e.nodes.size());
  for (std::size_t i = 0; i <= node; ++i) {
    const Node& n = e.nodes[i];
    const std::uint16_t operands[] = {n.a, n.b, n.c, n.d};
    moves[i] = n.op == Op::Var || n.op == Op::Param;
    for (int k = 0; k < primitive(n.op).arity; ++k) moves[i] = moves[i] || moves[operands[k]];
  }
  return moves[node];
}

Expr with_output(const Expr& e, std::uint16_t node) {
  Expr out = e;
  out.outputs = {node};
  return simplify(out);
}

/// x -> 1 + x, for the argument of log1p.
Expr plus_one(const Expr& e) {
  Builder out;
  const Sym x = out.variable();
  const Sym v = out.inline_expr(e, std::span<const Sym>(&x, 1)).front();
  return out.finish(v + out.literal(1));
}

std::vector<Guard> guards(const Expr& e) {
  std::vector<Guard> out;
  for (const Node& n : e.nodes) {
    if (n.op == Op::Div && varies(e, n.b))
      out.push_back({with_output(e, n.b), false, "denominator"});
    else if (n.op == Op::Sqrt && varies(e, n.a))
      out.push_back({with_output(e, n.a), true, "argument of sqrt"});
    else if (n.op == Op::Log1p && varies(e, n.a))
      out.push_back({plus_one(with_output(e, n.a)), true, "1 + argument of log1p"});
  }
  return out;
}

/// Where the operand does what it must not; nothing: nowhere. `open`: not decided there.
struct Trouble {
  double lo, hi;
  bool open;
};
std::vector<Trouble> troubles(const Guard& guard, std::span<const Ball> theta) {
  const auto reads_x = [](const Node& n) { return n.op == Op::Var; };
  if (std::ranges::none_of(guard.operand.nodes, reads_x)) {  // the same at every x
    const Ball v = enclose(guard.operand, Ball(), theta);
    if (v.positive() || (!guard.above && v.negative())) return {};
    return {{-INFINITY, INFINITY, v.has_zero() && !v.is(0)}};
  }
  Cover cover(guard.operand, {theta.begin(), theta.end()});
  std::vector<Trouble> out;
  const auto& pieces = cover.signs(0);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto& p = pieces[i];
    const bool bad = p.sign == Sign::zero || (guard.above && p.sign == Sign::negative);
    if (bad || p.sign == Sign::open) out.push_back({p.lo, p.hi, p.sign == Sign::open});
    if (i == 0) continue;
    const double a = std::fmin(pieces[i - 1].hi, p.lo), b = std::fmax(pieces[i - 1].hi, p.lo);
    const Ball gap = cover.at(0, Ball::between(a, b));
    if (gap.has_zero() || (guard.above && !gap.positive()))
      out.push_back({a, b, pieces[i - 1].sign == p.sign && !gap.is(0)});
  }
  return out;
}

/// The formula is finite there all the same: on the branch that is taken nothing divides.
bool unharmed(const Expr& e, const Trouble& t, std::span<const Ball> theta) {
  if (std::isinf(t.lo) && std::isinf(t.hi)) return false;
  if (std::isinf(t.lo) || std::isinf(t.hi)) {
    const double side = std::isinf(t.lo) ? -1 : 1, end = std::isinf(t.lo) ? t.hi : t.lo;
    const double from = std::fmax(8, 2 * std::fabs(end));
    const Ball near = Ball::between(std::fmin(end, side * from), std::fmax(end, side * from));
    return tail(e, side, from, theta).known() && enclose(e, near, theta).finite();
  }
  return enclose(e, Ball::between(t.lo, t.hi), theta).finite();
}

double inside(const Trouble& t) {
  if (std::isinf(t.lo)) return t.hi - 1;
  return std::isinf(t.hi) ? t.lo + 1 : 0.5 * (t.lo + t.hi);
}

constexpr int kHalvings = 28;

class Boundary {
 public:
  Boundary(const Activation& a, std::size_t k) : a_(a), k_(k) {}

  Verdict finite(double v, std::span<const double> others) const {
    std::vector<Ball> theta;
    for (const double t : others) theta.emplace_back(t);
    theta[k_] = Ball(v);
    return finite_everywhere(a_.f, theta, "f").verdict;
  }

  /// Outwards from the start by factors of 2, then by halving.
  double edge(double end, const std::vector<double>& others, double* bad) const {
    const double start = others[k_];
    double good = start, step = std::fmax(0.25 * std::fabs(start), 0.1);
    double wrong = NAN;
    for (int i = 0; i < 12 && std::isnan(wrong); ++i, step *= 2) {
      double v = end > start ? start + step : start - step;
      const bool reached = end > start ? v >= end : v <= end;
      if (reached) v = good + (end - good) * (1 - 0x1p-20);
      const Verdict verdict = finite(v, others);
      if (verdict == Verdict::proved) good = v;
      if (verdict == Verdict::refuted) wrong = v;
      if (reached || verdict == Verdict::unknown) break;
    }
    *bad = wrong;
    for (int i = 0; i < kHalvings && !std::isnan(wrong); ++i) {
      const double middle = 0.5 * (good + wrong);
      const Verdict verdict = finite(middle, others);
      if (verdict == Verdict::unknown) break;
      (verdict == Verdict::proved ? good : wrong) = middle;
      *bad = wrong;
    }
    return good;
  }

 private:
  const Activation& a_;
  std::size_t k_;
};

/// Whether the edge moves in proportion with the other parameter: at half and three times its
/// start, formulas are finite just before and not just behind.
bool proportional(const Activation& a, std::size_t k, std::size_t other, double edge) {
  constexpr double kClose = 1e-5;
  const std::vector<double> starts = starts_of(a.parameters);
  const double inwards = edge > starts[k] ? -kClose : kClose;
  for (const double scale : {0.5, 3.0}) {
    std::vector<double> theta = starts;
    theta[other] *= scale;
    theta[k] = scale * edge * (1 + inwards);
    const Boundary boundary(a, k);
    if (!inside(a.parameters, theta, other) ||
        boundary.finite(theta[k], theta) != Verdict::proved ||
        boundary.finite(scale * edge * (1 - inwards), theta) != Verdict::refuted)
      return false;
  }
  return true;
}

/// How far from the start an interval of the parameter is proved to be free of poles, towards
/// `end`.
double proved_towards(const Activation& a, std::size_t k, double end) {
  const std::vector<double> starts = starts_of(a.parameters);
  double from = starts[k], step = 0.25 * (end - from);
  for (int i = 0; i < 200 && std::fabs(step) > 3e-3 * std::fabs(end - starts[k]) && from != end;
       ++i) {
    const double to = std::fabs(end - from) <= std::fabs(step) ? end : from + step;
    std::vector<Ball> theta(starts.begin(), starts.end());
    theta[k] = Ball::between(std::fmin(from, to), std::fmax(from, to));
    if (finite_everywhere(a.f, theta, "f").verdict == Verdict::proved) {
      from = to;
      step *= 1.5;
    } else {
      step *= 0.5;
    }
  }
  return from;
}

/// A finite stand-in for an end of a domain, inside it.
double inner_end(double start, double end) {
  if (std::isinf(end)) return start + std::copysign(16 * std::fmax(1, std::fabs(start)), end);
  return start + (end - start) * (1 - 0x1p-10);
}

/// Whether theta with this value of parameter k, the others at their starts, is in the domain.
bool may_be(const Activation& a, std::size_t k, double v) {
  std::vector<double> theta = starts_of(a.parameters);
  theta[k] = v;
  for (std::size_t j = 0; j < theta.size(); ++j)
    if (!inside(a.parameters, theta, j)) return false;
  return true;
}

Claim claim_for(const Activation& a, std::size_t k) {
  const Parameter& p = a.parameters[k];
  const std::vector<double> starts = starts_of(a.parameters);
  const Domain own = resolved(p.domain, starts);
  Claim claim;
  claim.property = "finite for all " + p.name;
  std::string edges;
  double free[2] = {p.start, p.start};
  for (const int side : {0, 1}) {
    const double end = side ? own.hi : own.lo;
    // Beyond a bound too: whether it is there because of a pole.
    const double far = std::isinf(end) || end == 0 ? end : p.start + 2 * (end - p.start);
    double bad = NAN;
    const double good = Boundary(a, k).edge(far, starts, &bad);
    const bool reachable = !std::isnan(bad) && may_be(a, k, p.start + (bad - p.start) * (1 + 1e-9));
    if (!std::isnan(bad)) {
      edges += fmt::format("; a pole from {} = {:.12g} on", p.name, bad);
      for (std::size_t j = 0; j < a.parameters.size(); ++j)
        if (j != k && proportional(a, k, j, bad))
          edges += fmt::format(", that is {:.7g}*{} (seen at three values of it)", bad / starts[j],
                               a.parameters[j].name);
      if (!reachable) edges += ", where the domain ends";
    }
    if (!std::isnan(bad) && reachable) claim.verdict = Verdict::refuted;
    const double last = inner_end(p.start, end);
    const double limit = std::isnan(bad) ? last : p.start + (good - p.start) * (1 - 0x1p-10);
    free[side] = proved_towards(a, k, side ? std::fmin(limit, last) : std::fmax(limit, last));
  }
  if (claim.verdict != Verdict::refuted && free[0] < free[1]) claim.verdict = Verdict::proved;
  claim.statement =
      fmt::format("proved for {} in [{:.6g}, {:.6g}]{}{}", p.name, free[0], free[1],
                  a.parameters.size() > 1 ? ", the others at their starts" : "", edges);
  return claim;
}

}  // namespace

Claim finite_everywhere(const Expr& e, std::span<const Ball> theta, const std::string& which) {
  Claim claim;
  claim.property = "finite";
  claim.verdict = Verdict::proved;
  claim.statement = which + " is finite at every x";
  for (const Guard& guard : guards(e)) {
    for (const Trouble& t : troubles(guard, theta)) {
      if (unharmed(e, t, theta)) continue;
      const double x = inside(t);
      const bool certain =
          !t.open &&
          !enclose(e, Ball::between(std::fmax(t.lo, x - 1e-12), std::fmin(t.hi, x + 1e-12)), theta)
               .finite();
      if (certain) {
        claim.verdict = Verdict::refuted;
        claim.witness = x;
        claim.statement = fmt::format("the {} of {} {} at x = {:.12g}", guard.what, which,
                                      guard.above ? "is not positive" : "vanishes", x);
        return claim;
      }
      claim.verdict = Verdict::unknown;
      claim.statement =
          fmt::format("the {} of {} is not decided near x = {:.6g}", guard.what, which, x);
    }
  }
  return claim;
}

std::vector<Claim> finite_for_all_parameters(const Activation& a) {
  Claim whole;
  whole.property = "finite for all theta";
  whole.verdict = Verdict::proved;
  const Expr& e = a.by_f ? a.f : a.g;
  bool safe = true;
  for (const Guard& guard : guards(e)) safe = safe && always(guard.operand, a.parameters).positive;
  if (safe) {
    whole.statement = a.parameters.empty() ? "no parameters" : "nothing divides by what can vanish";
    return {whole};
  }
  if (a.parameters.empty()) {
    Claim at = finite_everywhere(e, {}, a.by_f ? "f" : "g");
    at.property = whole.property;
    return {at};
  }
  std::vector<Claim> out;
  for (std::size_t k = 0; k < a.parameters.size(); ++k) out.push_back(claim_for(a, k));
  return out;
}

}  // namespace antigrad::space
