#include "space/atoms.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "space/normal_form.hpp"
#include "space/text.hpp"

namespace antigrad::space {
namespace {

constexpr double kSame = 1e-9;  // of scales, shifts and coefficients: less is rounding
constexpr std::size_t kMostMerged = 300;

bool near(double a, double b) {
  return std::fabs(a - b) <= kSame * (std::fabs(a) + std::fabs(b)) || std::fabs(a - b) <= 1e-12;
}
bool same_inside(const Atom& a, const Atom& b) {
  if (!a.inside || !b.inside) return a.inside == b.inside;
  return a.slope == b.slope && *a.inside == *b.inside;
}
bool near(const Atom& a, const Atom& b) {
  return a.op == b.op && near(a.scale, b.scale) && near(a.shift, b.shift) && same_inside(a, b);
}

/// p(x) as other rows; p(-x) for x > 0 through p(x); p on either side of its kink.
struct Identity {
  std::string_view name, rewritten, mirrored, left, right;
};
constexpr Identity kIdentities[] = {
    {"tanh", "2*sigmoid(2*x) - 1", "", "", ""},
    {"logistic_pdf", "sigmoid(x) - sigmoid(x)*sigmoid(x)", "", "", ""},
    {"sech2", "4*sigmoid(2*x) - 4*sigmoid(2*x)*sigmoid(2*x)", "", "", ""},
    {"logcosh", "softplus(2*x) - x - 0.6931471805599453", "", "", ""},
    {"normal_pdf", "0.3989422804014327*gaussian(0.7071067811865476*x)", "", "", ""},
    {"normal_cdf", "0.5 + 0.5*erf(0.7071067811865476*x)", "", "", ""},
    {"expm1", "exp(x) - 1", "", "", ""},
    {"sigmoid", "", "1 - sigmoid(x)", "", ""},
    {"softplus", "", "softplus(x) - x", "", ""},
    {"gaussian", "", "gaussian(x)", "", ""},
    {"erf", "", "-erf(x)", "", ""},
    {"softsign", "", "-softsign(x)", "", ""},
    {"softsign_slope", "", "softsign_slope(x)", "", ""},
    {"atan", "", "-atan(x)", "", ""},
    {"cauchy", "", "cauchy(x)", "", ""},
    {"isru", "", "-isru(x)", "", ""},
    {"isru_slope", "", "isru_slope(x)", "", ""},
    {"sin", "", "-sin(x)", "", ""},
    {"cos", "", "cos(x)", "", ""},
    {"sinc", "", "sinc(x)", "", ""},
    {"sinc_slope", "", "-sinc_slope(x)", "", ""},
    {"signed_log", "", "-signed_log(x)", "", ""},
    {"step", "", "", "0", "1"},
    {"relu", "", "", "0", "x"},
    {"elu", "", "", "exp(x) - 1", "x"},
};

using Form = std::vector<Term>;
struct Row {
  Form rewritten, mirrored, left, right;
  bool rewrites = false, mirrors = false, kink = false;
  Form slope{};
};

Form form(std::string_view text) { return text.empty() ? Form{} : to_terms(parse(text)); }

/// The row's derivative where it is a sum of terms; empty where it is not.
Form slope_form(Op op) {
  Builder out;
  const Sym u = out.variable();
  try {
    return to_terms(out.finish(symbolic::slope(op, u, out.apply(op, u))));
  } catch (const Error&) {
    return {};
  }
}

const Row& row(Op op) {
  static const std::vector<Row> table = [] {
    std::vector<Row> all(primitives().size());
    for (const Identity& i : kIdentities)
      for (std::size_t k = 0; k < all.size(); ++k)
        if (primitives()[k].name == i.name && !primitives()[k].core)
          all[k] = {form(i.rewritten),    form(i.mirrored),    form(i.left),    form(i.right),
                    !i.rewritten.empty(), !i.mirrored.empty(), !i.right.empty()};
    for (std::size_t k = 0; k < all.size(); ++k)
      if (primitives()[k].search) all[k].slope = slope_form(static_cast<Op>(k));
    return all;
  }();
  return table[static_cast<std::size_t>(op)];
}

bool same_function(const Monomial& a, const Monomial& b) {
  return a.power == b.power && a.atoms.size() == b.atoms.size() &&
         std::ranges::equal(a.atoms, b.atoms,
                            [](const Atom& s, const Atom& t) { return near(s, t); });
}

std::string text_of(const std::vector<Term>& terms) {
  Builder out;
  return to_string(out.finish(to_sym(terms, out.variable())));
}

bool before(const Atom& a, const Atom& b) {
  if (a.op != b.op) return a.op < b.op;
  if (!same_inside(a, b)) {
    if (!a.inside || !b.inside) return !a.inside;
    if (a.slope != b.slope) return b.slope;
    return text_of(*a.inside) < text_of(*b.inside);
  }
  if (!near(a.scale, b.scale)) return a.scale < b.scale;
  return !near(a.shift, b.shift) && a.shift < b.shift;
}

void scale_by(Monomial& m, double c) {
  for (double& v : m.coefficients) v *= c;
  m.size *= std::fabs(c);
}

bool is_gaussian(const Atom& a) { return a.op == Op::Gaussian && !a.inside; }

/// exp(-(a x + b)^2) times another, or times exp(k x): one Gaussian again; exponentials become one.
void complete_square(Monomial& m, const Atom& more) {
  double square = 0, linear = 0, constant = 0;
  const auto take = [&](const Atom& a) {
    if (is_exponential(a)) {
      linear -= a.scale;
    } else {
      square += a.scale * a.scale, linear += 2 * a.scale * a.shift, constant += a.shift * a.shift;
    }
  };
  take(more);
  std::erase_if(m.atoms, [&](const Atom& a) {
    const bool taken = is_exponential(a) || is_gaussian(a);
    if (taken) take(a);
    return taken;
  });
  if (square == 0) {
    if (!near(linear, 0)) m.atoms.push_back({Op::Exp, -linear, 0});
    return;
  }
  m.atoms.push_back({Op::Gaussian, std::sqrt(square), linear / (2 * std::sqrt(square))});
  scale_by(m, std::exp(linear * linear / (4 * square) - constant));
}

using Sum = std::vector<Monomial>;

/// m times sin or cos of w x, as sines and cosines again where m holds one.
void multiply_wave(const Monomial& m, Op op, double w, Sum& out) {
  const auto held = std::ranges::find_if(m.atoms, is_wave);
  const auto add = [&](double c, Op kind, double frequency) {
    Monomial n = m;
    if (held != m.atoms.end()) n.atoms.erase(n.atoms.begin() + (held - m.atoms.begin()));
    scale_by(n, kind == Op::Sin && frequency < 0 ? -c : c);
    if (near(frequency, 0)) {
      if (kind == Op::Sin) return;
    } else {
      n.atoms.push_back({kind, std::fabs(frequency), 0});
    }
    out.push_back(std::move(n));
  };
  if (held == m.atoms.end()) return add(1, op, w);
  const double v = held->scale;
  if (op == held->op) {  // cos cos or sin sin
    add(0.5, Op::Cos, v - w);
    add(op == Op::Cos ? 0.5 : -0.5, Op::Cos, v + w);
  } else {
    const double s = op == Op::Sin ? w : v, c = op == Op::Sin ? v : w;
    add(0.5, Op::Sin, s + c);
    add(0.5, Op::Sin, s - c);
  }
}

/// out += m p(a x + b), p an atom.
void multiply_atom(const Monomial& m, const Atom& a, Sum& out) {
  if (is_wave(a)) {
    Monomial n = m;
    scale_by(n, a.op == Op::Sin ? std::sin(a.shift) : std::cos(a.shift));
    multiply_wave(n, Op::Cos, a.scale, out);
    n = m;
    scale_by(n, a.op == Op::Sin ? std::cos(a.shift) : -std::sin(a.shift));
    multiply_wave(n, Op::Sin, a.scale, out);
    return;
  }
  out.push_back(m);
  Monomial& n = out.back();
  if (is_exponential(a)) scale_by(n, std::exp(a.shift));
  if (is_exponential(a) || is_gaussian(a))
    complete_square(n, a);
  else
    n.atoms.push_back(a);
}

void multiply(const Monomial& m, Op op, double a, double b, double inside, Sum& out);

/// out += m * form(a x + b).
void multiply_form(const Monomial& m, const Form& form, double a, double b, double inside,
                   Sum& out) {
  for (const Term& t : form) {
    Sum now{m};
    scale_by(now.front(), t.weight.base);
    for (int k = 0; k < t.power; ++k) {
      Sum next;
      for (Monomial& n : now) {
        next.push_back(n);
        scale_by(next.back(), b);
        ++n.power;
        scale_by(n, a);
        next.push_back(std::move(n));
      }
      now = std::move(next);
    }
    for (const Factor& f : t.factors) {
      Sum next;
      for (const Monomial& n : now)
        multiply(n, f.primitive, f.scale.base * a, f.scale.base * b + f.shift.base, inside, next);
      now = std::move(next);
    }
    out.insert(out.end(), now.begin(), now.end());
  }
}

/// out += m p(a x + b), rewritten.
void multiply(const Monomial& m, Op op, double a, double b, double inside, Sum& out) {
  const Row& r = row(op);
  if (r.kink) return multiply_form(m, a * inside + b <= 0 ? r.left : r.right, a, b, inside, out);
  if (r.rewrites) return multiply_form(m, r.rewritten, a, b, inside, out);
  if (r.mirrors && a < 0) return multiply_form(m, r.mirrored, -a, -b, inside, out);
  multiply_atom(m, {op, a, b}, out);
}

/// x sinc(a x + b) = (sin(a x + b) - b sinc(a x + b)) / a, until no power of x stands before sinc.
void reduce_sinc(Sum& sum) {
  for (std::size_t i = 0; i < sum.size(); ++i) {
    const auto sinc = std::ranges::find_if(
        sum[i].atoms, [](const Atom& a) { return a.op == Op::Sinc && !a.inside; });
    if (sum[i].power == 0 || sinc == sum[i].atoms.end()) continue;
    const Atom a = *sinc;
    Monomial rest = sum[i];
    --rest.power;
    rest.atoms.erase(rest.atoms.begin() + (sinc - sum[i].atoms.begin()));
    scale_by(rest, 1 / a.scale);
    sum[i].power -= 1;
    scale_by(sum[i], -a.shift / a.scale);
    multiply_atom(rest, {Op::Sin, a.scale, a.shift}, sum);
    --i;  // it may hold a power still
  }
}

bool vanishes(const Monomial& m) {
  return std::ranges::all_of(m.coefficients,
                             [&](double c) { return std::fabs(c) <= kSame * m.size; });
}

Sum merged_sum(Sum sum) {
  Sum out;
  for (Monomial& m : sum) {
    std::ranges::sort(m.atoms, before);
    const auto same =
        sum.size() > kMostMerged
            ? out.end()
            : std::ranges::find_if(out, [&](const Monomial& o) { return same_function(o, m); });
    if (same == out.end()) {
      out.push_back(std::move(m));
      continue;
    }
    for (std::size_t k = 0; k < m.coefficients.size(); ++k)
      same->coefficients[k] += m.coefficients[k];
    same->size += m.size;
  }
  std::erase_if(out, vanishes);
  return out;
}

double at(const Affine& a, std::span<const double> theta) {
  double v = a.base;
  for (std::size_t k = 0; k < a.slope.size(); ++k) v += a.slope[k] * theta[k];
  return v;
}

/// Along theta_k through the only factor's argument: w (da x + db) p'(a x + b).
void add_inner_slopes(const Term& t, std::span<const double> theta, double inside, Sum& all) {
  const Factor& f = t.factors.front();
  const double w = at(t.weight, theta), a = at(f.scale, theta), b = at(f.shift, theta);
  const auto slope = [](const Affine& of, std::size_t k) {
    return k < of.slope.size() ? of.slope[k] : 0;
  };
  for (std::size_t k = 0; k < theta.size(); ++k)
    for (const int power : {0, 1}) {
      const double c = w * slope(power == 1 ? f.scale : f.shift, k);
      if (c == 0) continue;
      Monomial m{power, {}, std::vector<double>(1 + theta.size(), 0.0), std::fabs(c)};
      m.coefficients[1 + k] = c;
      if (f.composed())
        multiply_atom(m, {f.primitive, a, b, &f.inside, true}, all);
      else
        multiply_form(m, row(f.primitive).slope, a, b, inside, all);
    }
}

}  // namespace

bool has_kink(Op op) { return row(op).kink; }
const std::vector<Term>& rewritten(Op op) { return row(op).rewritten; }
bool is_exponential(const Atom& a) { return a.op == Op::Exp && !a.inside; }
bool is_wave(const Atom& a) { return (a.op == Op::Sin || a.op == Op::Cos) && !a.inside; }

std::vector<Monomial> monomials(const std::vector<Term>& terms, std::span<const double> theta,
                                double inside) {
  Sum all;
  for (const Term& t : terms) {
    Monomial first{t.power, {}, {at(t.weight, theta)}, 0};
    first.coefficients.insert(first.coefficients.end(), t.weight.slope.begin(),
                              t.weight.slope.end());
    first.coefficients.resize(1 + theta.size(), 0.0);
    for (const double c : first.coefficients) first.size = std::max(first.size, std::fabs(c));
    Sum now{first};
    for (const Factor& f : t.factors) {
      Sum next;
      const double a = at(f.scale, theta), b = at(f.shift, theta);
      for (const Monomial& m : now)
        if (f.composed())
          multiply_atom(m, {f.primitive, a, b, &f.inside}, next);
        else
          multiply(m, f.primitive, a, b, inside, next);
      now = std::move(next);
    }
    all.insert(all.end(), now.begin(), now.end());
    if (t.factors.size() == 1 && t.power == 0) add_inner_slopes(t, theta, inside, all);
  }
  reduce_sinc(all);
  return merged_sum(std::move(all));
}

bool equal_sums(const std::vector<Monomial>& a, const std::vector<Monomial>& b) {
  Sum difference = a;
  for (Monomial m : b) {
    for (double& c : m.coefficients) c = -c;
    difference.push_back(std::move(m));
  }
  return merged_sum(std::move(difference)).empty();
}

}  // namespace antigrad::space
