#include "space/gaussian.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "space/builder.hpp"
#include "space/enclose.hpp"

namespace antigrad::space {
namespace {

constexpr int kCoefficients = 14;
constexpr double kReach = 10, kCell = 0.125;  // a cell's radius

Expr density() {
  Builder out;
  return out.finish(symbolic::normal_pdf(out.variable()));
}

/// [lo, hi], and a ball that holds it and crosses no kink. Cells tile: an end is the next one's
/// beginning, bit for bit.
struct Cell {
  double lo, hi;
  Ball x;
};
enum class End { lower, upper };  // which end the ball keeps exactly
Cell cell(double lo, double hi, End exact) {
  const double width = std::nextafter(hi - lo, INFINITY);
  return {lo, hi, exact == End::lower ? Ball::after(lo, width) : Ball::before(hi, width)};
}

/// Ends of the cells: no kink inside one, but for the narrow balls around kinks that are not exact.
std::vector<Cell> cells(Proof& proof) {
  std::vector<double> ends{-kReach, kReach};
  for (const Smoothness& k : proof.kinks())
    for (const double end : {k.at.lower(), k.at.upper()})
      if (std::fabs(end) < kReach) ends.push_back(end);
  std::ranges::sort(ends);
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  std::vector<Cell> out;
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    const double width = ends[i + 1] - ends[i];
    const int n = std::max(2, static_cast<int>(std::ceil(width / (2 * kCell))));
    double lo = ends[i];
    for (int k = 0; k < n; ++k) {
      const double hi = k + 1 == n ? ends[i + 1] : ends[i] + width * (k + 1) / n;
      if (hi > lo) out.push_back(cell(lo, hi, 2 * k < n ? End::lower : End::upper));
      lo = hi;
    }
  }
  return out;
}

/// Both halves, which keep away from kinks as the cell does.
std::array<Cell, 2> halves(const Cell& c) {
  const double middle = 0.5 * (c.lo + c.hi);
  return {cell(c.lo, middle, End::lower), cell(middle, c.hi, End::upper)};
}

/// The series around the middle with the remainder of the whole cell as its last coefficient.
struct Series {
  Jet over, center;
};
Series series(const Expr& e, const Ball& x, Proof& proof) {
  Switches sides;
  for (const Smoothness& k : proof.kinks()) {
    const bool left = x.upper() == k.at.lower();
    if (!k.at.exact() || (!left && x.lower() != k.at.upper())) continue;
    Switches end;
    enclose_jet(e, k.at, 1, proof.theta(), &end);
    sides.at_end = std::move(end.differences);
    sides.side = left ? -1 : 1;
  }
  Series s;
  s.over = enclose_jet(e, x, kCoefficients, proof.theta(), &sides);
  Switches inside;
  inside.forced = sides.taken;
  s.center = enclose_jet(e, x.center(), kCoefficients, proof.theta(), &inside);
  return s;
}
Series operator*(const Series& a, const Series& b) {
  return {a.over * b.over, a.center * b.center};
}

/// From the cell's one end to the other.
Ball integral(const Series& s, const Cell& cell) {
  const Ball center = cell.x.center(), from = Ball(cell.lo) - center, to = Ball(cell.hi) - center;
  Ball sum, low = from, high = to;
  for (int k = 0; k + 1 < kCoefficients; ++k, low = low * from, high = high * to)
    sum += s.center[k] * (high - low) / Ball(k + 1);
  // The remainder: |t|^(n-1), whatever its sign.
  const Ball size = abs(s.over[kCoefficients - 1]) * (abs(low) + abs(high)) / Ball(kCoefficients);
  return sum + Ball::between(-size.upper(), size.upper());
}

/// A cell where the series says nothing: value times density times width.
bool usable(const Series& s) {
  for (int k = 0; k < kCoefficients; ++k)
    if (!s.over[k].finite() || !s.center[k].finite()) return false;
  return true;
}

/// Bound of the integral of e^2 times the density over |x| > kReach.
Ball rest_beyond(Proof& proof, const Expr& e, int order) {
  double sum = 0;
  for (const int side : {-1, 1}) {
    const Tail h = tail(e, side, kReach, proof.theta());
    sum += (h * h * tail(density(), side, kReach)).integral_bound();
  }
  if (!std::isfinite(sum)) {  // by the Lipschitz constant: |f(x)| <= |f(0)| + c |x| <= (b + c) |x|
    const double c = proof.largest(1).hi;
    const double b = order == 0 ? abs(proof.f(Ball(0.0))).upper() : 0;
    const Tail x = Tail::variable(1, kReach), both = Tail::number(Ball(b + c), kReach);
    const Tail h = order == 0 ? both * x : both;
    sum =
        std::isfinite(b + c) ? 2 * (h * h * tail(density(), 1, kReach)).integral_bound() : INFINITY;
  }
  return Ball::between(-sum, sum);
}

}  // namespace

namespace {

/// Mean, second moments and Hermite coefficients of one cell, or of all.
using Sums = std::vector<Ball>;

/// f, f^2, g^2 and f He_k / sqrt(k!) times the density, for a cell where only bounds are known.
Sums by_bounds(Proof& proof, const Cell& cell, int hermite) {
  const Ball& x = cell.x;
  const Ball weight = enclose(density(), x) * (Ball(cell.hi) - Ball(cell.lo));
  const Ball value = proof.f(x), slope = proof.at(1, x);
  Sums out{value * weight, square(value) * weight, square(slope) * weight};
  // Cramer: |He_k(x)| <= 1.09 sqrt(k!) e^(x^2/4).
  const double most = (Ball(1.09) * exp(square(x) * Ball(0.25))).upper();
  for (int k = 0; k < hermite; ++k) out.push_back(value * weight * Ball::between(-most, most));
  return out;
}

Series scaled(const Series& s, const Ball& c) {
  const Jet factor(c, Ball(), kCoefficients);
  return {s.over * factor, s.center * factor};
}

Sums by_series(const Series& f, const Series& g, const Cell& cell, Proof& proof, int hermite) {
  const Ball& x = cell.x;
  const Series p = series(density(), x, proof), fp = f * p;
  Sums out{integral(fp, cell), integral(fp * f, cell), integral(g * g * p, cell)};
  // He_(k+1) = x He_k - k He_(k-1), normalised by sqrt(k!).
  const Jet one(Ball(1), Ball(), kCoefficients);
  const Series t{Jet(x, Ball(1), kCoefficients), Jet(x.center(), Ball(1), kCoefficients)};
  Series before{one, one}, now{one, one};
  for (int k = 0; k < hermite; ++k) {
    if (k > 0) {
      const Ball down = sqrt(Ball(k)), back = sqrt(Ball(k - 1));
      const Series up = scaled(t * now, Ball(1) / down), less = scaled(before, back / down);
      before = now;
      now = {up.over - less.over, up.center - less.center};
    }
    out.push_back(integral(fp * now, cell));
  }
  return out;
}

void add(Sums& sums, const Sums& more) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += more[i];
}

/// Halved until the moments are sharp.
void add_cell(Proof& proof, const Cell& cell, int hermite, int depth, Sums& sums) {
  constexpr double kSharp = 1e-10;
  const Series f = series(proof.activation().f, cell.x, proof);
  const Series g = series(proof.activation().g, cell.x, proof);
  const bool fine = usable(f) && usable(g);
  Sums own = fine ? by_series(f, g, cell, proof, hermite) : Sums();
  const auto sharp = [](const Ball& b) { return b.radius() <= kSharp; };
  if (fine && (depth == 0 || std::all_of(own.begin(), own.begin() + 3, sharp)))
    return add(sums, own);
  if (depth == 0 || cell.hi - cell.lo < 1e-9) return add(sums, by_bounds(proof, cell, hermite));
  for (const Cell& half : halves(cell)) add_cell(proof, half, hermite, depth - 1, sums);
}

}  // namespace

GaussianMoments gaussian_moments(Proof& proof, int hermite) {
  const Activation& a = proof.activation();
  Sums sums(static_cast<std::size_t>(3 + hermite));
  for (const Cell& c : cells(proof)) add_cell(proof, c, hermite, 4, sums);
  GaussianMoments out{sums[0], sums[1], sums[2], {sums.begin() + 3, sums.end()}};
  // Beyond: E |f He_k| <= sqrt(E f^2 over the tails), by Cauchy and Schwarz.
  const Ball f_rest = rest_beyond(proof, a.f, 0), g_rest = rest_beyond(proof, a.g, 1);
  out.second += f_rest;
  out.slope_second += g_rest;
  const Ball root = sqrt(Ball(std::fmax(0, f_rest.upper())));
  const Ball slack = f_rest.finite() ? Ball::between(-root.upper(), root.upper()) : Ball::line();
  out.mean += slack;
  for (Ball& h : out.hermite) h += slack;
  return out;
}

CorrelationMap correlation_map(const GaussianMoments& m) {
  CorrelationMap out;
  out.chi = m.slope_second / m.second;
  if (!out.chi.finite()) return out;
  // C(c) from below and above: the terms left out are what is missing of E f^2, times c^n.
  Ball known;
  for (const Ball& h : m.hermite) known += square(h);
  const double rest = std::fmax(0, (m.second - known).upper());
  const auto above_diagonal = [&](double c) {  // +1: C(c) > c, -1: C(c) < c
    Ball sum = Ball::between(0, rest) * pow(Ball(c), static_cast<int>(m.hermite.size()));
    for (std::size_t k = m.hermite.size(); k-- > 0;)
      sum += square(m.hermite[k]) * pow(Ball(c), static_cast<int>(k));
    const Ball difference = sum / m.second - Ball(c);
    return difference.positive() ? 1 : difference.negative() ? -1 : 0;
  };
  if (certainly_less_equal(out.chi, Ball(1))) {
    // Convex with C(1) = 1 and a slope of at most 1 there: above the diagonal before, unless
    // linear.
    bool linear = true;
    for (std::size_t k = 0; k < m.hermite.size(); ++k)
      linear = linear && (k == 1 || m.hermite[k].has_zero());
    out.only_one = !linear;
    return out;
  }
  if (!certainly_less(Ball(1), out.chi)) return out;
  // C(0) >= 0, and C - id changes its sign once: bisection.
  double lo = 0, hi = 1;
  for (int i = 0; i < 60 && hi - lo > 1e-12; ++i) {
    const double middle = 0.5 * (lo + hi);
    const int side = above_diagonal(middle);
    if (side == 0) break;
    (side > 0 ? lo : hi) = middle;
  }
  if (hi < 1) out.fixed_point = Ball::between(lo, hi);
  return out;
}

namespace {

/// Probabilities: certainly in the set, and not decided.
struct Shares {
  Ball in, open;
};

Ball mass(const Cell& c) {
  const Ball lo(c.lo), hi(c.hi);
  return c.lo < 0 ? gaussian_cdf(hi) - gaussian_cdf(lo) : gaussian_cdf(-lo) - gaussian_cdf(-hi);
}

void add_share(Proof& proof, const Cell& c, double eps, Shares& out) {
  const Ball size = abs(proof.range(1, c.x)), limit(eps);
  if (certainly_less(size, limit)) {
    out.in += mass(c);
  } else if (!certainly_less_equal(limit, size)) {
    if (c.hi - c.lo < 2e-5) {
      out.open += mass(c);
      return;
    }
    for (const Cell& half : halves(c)) add_share(proof, half, eps, out);
  }
}

}  // namespace

Ball dead_share(Proof& proof, double eps) {
  Shares shares;
  for (const Cell& c : cells(proof)) add_share(proof, c, eps, shares);
  const Ball beyond = Ball(2) * gaussian_cdf(Ball(-kReach));
  const double most = (shares.in + shares.open + beyond).upper();
  return Ball::between(std::fmax(0, shares.in.lower()), std::fmin(1, most));
}

}  // namespace antigrad::space
