#include "space/features.hpp"

#include <algorithm>

namespace antigrad::space {
namespace {

constexpr double kFarOut = 1e6;  // beyond the kinks of what stands inside

/// Coefficients of the powers of u that stand alone.
std::vector<double> powers_of(const std::vector<Monomial>& sum) {
  std::vector<double> c;
  for (const Monomial& m : sum) {
    if (!m.atoms.empty()) continue;
    if (c.size() <= static_cast<std::size_t>(m.power)) c.resize(m.power + 1U, 0.0);
    c[static_cast<std::size_t>(m.power)] += m.coefficients.front();
  }
  return c;
}

bool equal_atoms(const Monomial& a, const Monomial& b) {
  return std::ranges::equal(a.atoms, b.atoms, [](const Atom& s, const Atom& t) {
    return s.op == t.op && std::fabs(s.scale - t.scale) <= 1e-9 * std::fabs(s.scale);
  });
}

/// Rates of the exponential and the wave that stand beside a power; what has both equal moves
/// alike.
std::pair<double, double> rates(const Monomial& m) {
  std::pair<double, double> both{0, 0};
  for (const Atom& a : m.atoms) (is_exponential(a) ? both.first : both.second) = std::fabs(a.scale);
  return both;
}

}  // namespace

double vertex(const std::vector<Monomial>& sum, int n) {
  std::pair<double, double> least{INFINITY, INFINITY};
  for (const Monomial& m : sum)
    if (m.power == n) least = std::min(least, rates(m));
  double dot = 0, square = 0;
  for (const Monomial& m : sum) {
    if (m.power != n || rates(m) != least) continue;
    square += m.coefficients.front() * m.coefficients.front();
    for (const Monomial& l : sum)
      if (l.power == n - 1 && equal_atoms(l, m))
        dot += l.coefficients.front() * m.coefficients.front();
  }
  return square == 0 ? 0 : -dot / (n * square);
}

void Features::place(double x) {
  if (std::isfinite(x)) first = std::fmin(first, x), last = std::fmax(last, x);
}

void Features::widen(double& width, double scale) {
  if (scale != 0 && std::isfinite(scale)) width = std::fmax(width, 1 / std::fabs(scale));
}

void Features::add(const Atom& a) {
  if (a.scale == 0 || !std::isfinite(a.scale)) return;
  if (a.inside) return add_composition(a.op, *a.inside, a.scale, a.shift, 1);
  widen(is_exponential(a) ? widest_exponential : widest, a.scale);
  if (!is_exponential(a) && !is_wave(a)) place(-a.shift / a.scale);
}

/// Of p(times H(scale x + shift)); p as the rows that it is written over.
void Features::add_composition(Op op, const std::vector<Term>& inside, double scale, double shift,
                               double times) {
  if (!rewritten(op).empty()) {
    for (const Term& t : rewritten(op))
      for (const Factor& f : t.factors)
        add_composition(f.primitive, inside, scale, shift, times * f.scale.base);
    return;
  }
  for (const Term& t : inside)
    for (const Factor& f : t.factors)
      if (!f.composed() && has_kink(f.primitive))
        place((-f.shift.base / f.scale.base - shift) / scale);
  for (const double side : {-kFarOut, kFarOut})
    add_inside(monomials(inside, {}, side), scale, shift, times);
}

void Features::add_inside(const std::vector<Monomial>& sum, double scale, double shift,
                          double times) {
  bool bare = true;
  for (const Monomial& m : sum)
    for (Atom a : m.atoms) {
      bare = false;
      a.shift += a.scale * shift;
      a.scale *= scale;
      add(a);
    }
  const std::vector<double> c = powers_of(sum);
  const auto top = static_cast<double>(c.size()) - 1;
  if (top >= (bare ? 1 : 2) && c.back() != 0)
    widen(widest, scale * std::pow(std::fabs(times * c.back()), 1 / top));
  place_inside(sum, scale, shift, times);
}

/// Where no atom has a place: inside p a power has one, at its vertex, and an exponential, where it
/// is 1.
void Features::place_inside(const std::vector<Monomial>& sum, double scale, double shift,
                            double times) {
  int top = 0;
  for (const Monomial& m : sum) {
    top = std::max(top, m.power);
    for (const Atom& a : m.atoms)
      if (!is_exponential(a) && !is_wave(a)) return;
  }
  if (top > 0) return place((vertex(sum, top) - shift) / scale);
  for (const Monomial& m : sum)
    if (m.atoms.size() == 1 && is_exponential(m.atoms.front()))
      place((-std::log(std::fabs(times * m.coefficients.front())) / m.atoms.front().scale - shift) /
            scale);
}

}  // namespace antigrad::space
