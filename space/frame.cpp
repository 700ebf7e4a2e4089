#include "space/frame.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "space/features.hpp"

namespace antigrad::space {
namespace {

using Sum = std::vector<Monomial>;

std::vector<double> start_of(const Gradient& g) {
  std::vector<double> theta;
  for (const Parameter& p : g.parameters) theta.push_back(p.start);
  return theta;
}

/// Coefficients of the powers of (x - location), of all that is polynomial; by power their largest
/// over the pieces.
std::vector<double> powers_about(double location, const std::vector<Sum>& pieces) {
  std::vector<double> largest;
  for (const Sum& sum : pieces) {
    std::vector<double> c, size;
    for (const Monomial& m : sum) {
      if (!m.atoms.empty()) continue;
      if (c.size() <= static_cast<std::size_t>(m.power))
        c.resize(m.power + 1U, 0.0), size.resize(m.power + 1U, 0.0);
      double binomial = 1;  // x^n = sum_k C(n, k) location^(n - k) (x - location)^k
      for (int k = m.power; k >= 0; --k) {
        const double part = m.coefficients.front() * binomial * std::pow(location, m.power - k);
        c[static_cast<std::size_t>(k)] += part;
        size[static_cast<std::size_t>(k)] += std::fabs(part);
        binomial = binomial * k / (m.power - k + 1);
      }
    }
    if (largest.size() < c.size()) largest.resize(c.size(), 0.0);
    for (std::size_t k = 0; k < c.size(); ++k)
      if (std::fabs(c[k]) > 1e-9 * size[k]) largest[k] = std::fmax(largest[k], std::fabs(c[k]));
  }
  return largest;
}

/// Where two powers of a polynomial weigh the same; 0 for a single power.
double polynomial_scale(const std::vector<double>& powers) {
  std::size_t low = 0;
  while (low < powers.size() && powers[low] == 0) ++low;
  double scale = INFINITY;
  for (std::size_t k = low + 1; k < powers.size(); ++k)
    if (powers[k] > 0)
      scale =
          std::fmin(scale, std::pow(powers[low] / powers[k], 1.0 / static_cast<double>(k - low)));
  return std::isfinite(scale) ? scale : 0;
}

double rate_of(const Monomial& m) {
  const auto exponential = std::ranges::find_if(m.atoms, is_exponential);
  return exponential == m.atoms.end() ? 0 : exponential->scale;
}

/// Where the fastest and the slowest exponential weigh the same (a constant or a wave is one of
/// rate 0); 0 for a single one, which is the same everywhere.
double balance(const std::map<double, double>& square_by_rate) {
  const auto& [slow, low] = *square_by_rate.begin();
  const auto& [fast, high] = *square_by_rate.rbegin();
  return 0.5 * std::log(low / high) / (fast - slow);
}

/// What one of the coefficients multiplies: the value (0) or a parameter's derivative.
Sum component(const Sum& sum, std::size_t k) {
  Sum out;
  for (Monomial m : sum) {
    if (k >= m.coefficients.size() || std::fabs(m.coefficients[k]) <= 1e-9 * m.size) continue;
    m.coefficients = {m.coefficients[k]};
    out.push_back(std::move(m));
  }
  return out;
}

/// The location of a function without places: its vertex, else its balance. Empty when it has none.
std::vector<double> free_location(const Sum& sum) {
  int top = 0;
  for (const Monomial& m : sum) top = std::max(top, m.power);
  if (top > 0) return {vertex(sum, top)};
  std::map<double, double> square_by_rate;  // squares, so that the phase of a wave is not seen
  for (const Monomial& m : sum)
    square_by_rate[rate_of(m)] += m.coefficients.front() * m.coefficients.front();
  if (square_by_rate.size() > 1) return {balance(square_by_rate)};
  return {};
}

/// Zeros of the slowest wave, of either direction, where the other waves are nearest to theirs.
std::vector<double> wave_locations(const Sum& sum) {
  constexpr int kZeros = 64;
  std::map<double, std::pair<double, double>> waves;  // sine and cosine by frequency
  for (const Monomial& m : sum) {
    if (m.atoms.size() != 1 || m.power > 0 || !is_wave(m.atoms.front())) continue;
    auto& [sine, cosine] = waves[m.atoms.front().scale];
    (m.atoms.front().op == Op::Sin ? sine : cosine) += m.coefficients.front();
  }
  if (waves.empty()) return {};
  const auto phase = [](const auto& w) { return std::atan2(w.second.second, w.second.first); };
  const double frequency = waves.begin()->first;
  std::vector<double> best(2), misfit(2, INFINITY);
  for (int j = 0; j < (waves.size() == 1 ? 2 : kZeros); ++j) {
    const double zero = (j * std::numbers::pi - phase(*waves.begin())) / frequency;
    double sum_of_others = 0;
    for (const auto& w : waves)
      if (w.first != frequency) sum_of_others += std::fabs(std::sin(w.first * zero + phase(w)));
    const auto side = static_cast<std::size_t>(j % 2);
    if (sum_of_others < misfit[side] - 1e-7) best[side] = zero, misfit[side] = sum_of_others;
  }
  return best;
}

/// Of the value, else of the first derivative by a parameter that has one.
std::vector<double> free_locations(const Sum& sum, std::size_t components) {
  for (const auto find : {free_location, wave_locations})
    for (std::size_t k = 0; k < components; ++k)
      if (auto found = find(component(sum, k)); !found.empty()) return found;
  return {0};
}

/// The pieces as monomials, cut at every kink, with the cuts where the function truly changes.
struct Cut {
  std::vector<double> cuts;
  std::vector<Sum> sums;  // cuts.size() + 1
};

Cut cut(const Gradient& g) {
  const std::vector<double> theta = start_of(g);
  std::vector<double> all = g.knots;
  for (std::size_t i = 0; i < g.pieces.size(); ++i)
    for (const Term& t : g.pieces[i].terms)
      for (const Factor& f : t.factors) {
        if (f.composed() || !has_kink(f.primitive)) continue;
        double a = f.scale.base, b = f.shift.base;
        for (std::size_t k = 0; k < f.scale.slope.size(); ++k) a += f.scale.slope[k] * theta[k];
        for (std::size_t k = 0; k < f.shift.slope.size(); ++k) b += f.shift.slope[k] * theta[k];
        if (a != 0) all.push_back(-b / a);
      }
  std::ranges::sort(all);
  const auto same = [](double x, double y) { return y - x <= 1e-12 * (1 + std::fabs(x)); };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  Cut out;
  for (std::size_t i = 0; i <= all.size(); ++i) {
    const double lo = i == 0 ? (all.empty() ? -1 : all.front() - 2) : all[i - 1];
    const double hi = i == all.size() ? (all.empty() ? 1 : all.back() + 2) : all[i];
    const double inside = 0.5 * (lo + hi);
    const auto piece =
        static_cast<std::size_t>(std::ranges::lower_bound(g.knots, inside) - g.knots.begin());
    Sum sum = monomials(g.pieces[piece].terms, theta, inside);
    if (i > 0 && equal_sums(sum, out.sums.back())) continue;
    if (i > 0) out.cuts.push_back(all[i - 1]);
    out.sums.push_back(std::move(sum));
  }
  return out;
}

/// Scale of what has places but no widths: half the way between them, else from its powers of x.
double bare_scale(const Features& f, double location, const std::vector<Sum>& sums,
                  std::size_t components, bool with_shift) {
  if (!with_shift && f.placed() && std::fmax(std::fabs(f.first), std::fabs(f.last)) > 0)
    return std::fmax(std::fabs(f.first), std::fabs(f.last));
  if (f.last - f.first > 1e-9 * std::fabs(f.last)) return 0.5 * (f.last - f.first);
  for (std::size_t k = 0; k < components; ++k) {
    std::vector<Sum> parts;
    for (const Sum& sum : sums) parts.push_back(component(sum, k));
    if (const double s = polynomial_scale(powers_about(location, parts)); s > 0) return s;
  }
  return 1;
}

/// What an expression says of itself: the features of its primitives, and where comparisons turn.
struct Scan {
  Features features;
  std::vector<double> turns;
};

struct Line {
  double slope = 0, base = NAN;  // NAN: not affine in x
};

/// The value of a core operation of lines, where it is one.
Line line_of(Op op, const Line& a, const Line& b) {
  switch (op) {
    case Op::Add: return {a.slope + b.slope, a.base + b.base};
    case Op::Sub: return {a.slope - b.slope, a.base - b.base};
    case Op::Neg: return {-a.slope, -a.base};
    case Op::Mul:
      if (a.slope == 0) return {a.base * b.slope, a.base * b.base};
      return b.slope == 0 ? Line{b.base * a.slope, b.base * a.base} : Line{};
    case Op::Div: return b.slope == 0 ? Line{a.slope / b.base, a.base / b.base} : Line{};
    default: return {};
  }
}

/// The atoms of p(a x + b), on either side of its middle.
void add_atoms(Op op, const Line& u, Features& f) {
  const double middle = -u.base / u.slope;
  if (has_kink(op)) f.place(middle);
  const Term t{{1, {}}, 0, {Factor{op, {u.slope, {}}, {u.base, {}}}}};
  for (const double side : {-1.0, 1.0})
    for (const Monomial& m : monomials({t}, {}, middle + side))
      for (const Atom& atom : m.atoms) f.add(atom);
}

Scan scan(const Expr& e, std::span<const double> theta) {
  Scan out;
  std::vector<Line> lines;
  const auto turn = [&](double x) {
    if (!std::isfinite(x)) return;
    out.turns.push_back(x);
    out.features.place(x);
  };
  for (const Node& n : e.nodes) {
    const Primitive& p = primitive(n.op);
    const Line a = p.arity > 0 ? lines[n.a] : Line{}, b = p.arity > 1 ? lines[n.b] : Line{};
    switch (n.op) {
      case Op::Var: lines.push_back(n.a == 0 ? Line{1, 0} : Line{}); continue;
      case Op::Param: lines.push_back({0, theta[n.a]}); continue;
      case Op::Lit: lines.push_back({0, e.literals[n.a]}); continue;
      case Op::Abs: turn(-a.base / a.slope); break;
      case Op::Min:
      case Op::Max:
      case Op::Less:
      case Op::LessEqual: turn((b.base - a.base) / (a.slope - b.slope)); break;
      default: break;
    }
    if (!p.core && a.slope != 0 && std::isfinite(a.base)) add_atoms(n.op, a, out.features);
    lines.push_back(line_of(n.op, a, b));
  }
  return out;
}

}  // namespace

std::vector<Frame> frames_of(const Gradient& g, bool with_shift, bool with_scale) {
  const Cut parts = cut(g);
  Features f;
  for (const double x : parts.cuts) f.place(x);
  for (const Sum& sum : parts.sums)
    for (const Monomial& m : sum)
      for (const Atom& a : m.atoms) f.add(a);
  std::vector<double> locations{0};
  if (with_shift) {
    if (f.placed())
      locations = {0.5 * f.first + 0.5 * f.last};
    else
      locations = free_locations(parts.sums.front(), 1 + g.parameters.size());
  }
  std::vector<Frame> frames;
  for (const double x : locations) {
    const double scale = f.width() > 0
                             ? f.width()
                             : bare_scale(f, x, parts.sums, 1 + g.parameters.size(), with_shift);
    frames.push_back({std::isfinite(x) ? x : 0, with_scale && std::isfinite(scale) ? scale : 1});
  }
  return frames;
}

Frame frame_of(const Expr& e, std::span<const double> theta, bool with_shift, bool with_scale) {
  const Features f = scan(e, theta).features;
  const double location = with_shift && f.placed() ? 0.5 * f.first + 0.5 * f.last : 0;
  const double scale = f.width() > 0 ? f.width() : bare_scale(f, location, {}, 0, with_shift);
  return {location, with_scale ? scale : 1};
}

bool jumps(const Expr& e, std::span<const double> theta) {
  return std::ranges::any_of(scan(e, theta).turns, [&](double x) {
    const double step = 1e-9 * (1 + std::fabs(x));
    const double left = value(e, x - step, theta), right = value(e, x + step, theta);
    return std::fabs(right - left) > 1e-6 * (1 + std::fabs(left));
  });
}

}  // namespace antigrad::space
