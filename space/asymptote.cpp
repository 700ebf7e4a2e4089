#include "space/asymptote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "space/enclose.hpp"
#include "space/normal_form.hpp"
#include "space/row_facts.hpp"
#include "space/text.hpp"

namespace antigrad::space {
namespace {

Polynomial product(const Polynomial& a, const Polynomial& b) {
  Polynomial c(a.size() + b.size() - 1, 0.0);
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) c[i + j] += a[i] * b[j];
  return c;
}

bool settles(const Factor& f) { return primitive(f.primitive).exponential_tails; }

/// What the factor tends to, as a polynomial in x, on the side of `sign`.
Polynomial line_of(const Factor& f, double sign) {
  const Primitive& p = primitive(f.primitive);
  const bool right = sign * f.scale.base > 0;
  const double slope = right ? p.right_slope : p.left_slope;
  const double intercept = right ? p.right_intercept : p.left_intercept;
  return {intercept + slope * f.shift.base, slope * f.scale.base};
}

/// w x^k times the lines of the factors that settle.
Polynomial asymptote(const Term& t, double sign) {
  Polynomial p(t.power + 1U, 0.0);
  p.back() = t.weight.base;
  for (const Factor& f : t.factors)
    if (settles(f)) p = product(p, line_of(f, sign));
  return p;
}

std::vector<Factor> unsettled(const Term& t) {
  std::vector<Factor> out;
  std::ranges::copy_if(t.factors, std::back_inserter(out),
                       [](const Factor& f) { return !settles(f); });
  return out;
}

/// p times the factors, as terms.
void append(std::vector<Term>& out, const Polynomial& p, std::vector<Factor> factors) {
  std::ranges::stable_sort(factors, {}, &Factor::primitive);
  for (std::size_t k = 0; k < p.size(); ++k)
    if (p[k] != 0) out.push_back({{p[k], {}}, static_cast<int>(k), factors});
}

/// An upper bound of |p(u) - line|.
double rest_at(Op op, double u) {
  Builder out;
  const Expr row = out.finish(out.apply(op, out.variable()));
  const Primitive& p = primitive(op);
  const Ball line = u > 0 ? constant(p.right_slope) * Ball(u) + constant(p.right_intercept)
                          : constant(p.left_slope) * Ball(u) + constant(p.left_intercept);
  return abs(enclose(row, Ball(u)) - line).upper();
}

/// The same from |u| on, by what the column promises; also from nearer to 0, where balls can tell
/// the row from its line. Infinite where the promise does not reach.
double rest_from(Op op, double u) {
  double least = rest_at(op, u);
  if (least == 0) return 0;
  if (std::fabs(u) < 4) return INFINITY;
  for (const double share : {0.7, 0.4}) {
    const double nearer = share * u;
    if (std::fabs(nearer) >= 4)
      least = std::fmin(least,
                        rest_at(op, nearer) * std::exp(-0.25 * (std::fabs(u) - std::fabs(nearer))));
  }
  return 1.01 * least;
}

/// An upper bound of the integral from x to infinity (x negative: minus infinity) of |t - tail|.
double beyond(const Term& t, double x) {
  const double far = std::fabs(x);
  double size = std::fabs(t.weight.base) * std::pow(far, t.power), rest = 0, rate = INFINITY;
  for (const Factor& f : t.factors) {
    const double u = f.scale.base * x + f.shift.base;
    size *= 4 + std::fabs(f.scale.base) * far + std::fabs(f.shift.base);
    const double own = settles(f) ? rest_from(f.primitive, u) : 0;
    if (own == 0) continue;
    rest += own;
    rate = std::fmin(rate, 0.25 * std::fabs(f.scale.base));
  }
  if (rest == 0) return 0;
  const double powers = t.power + static_cast<double>(t.factors.size());
  return far * rate < 2 * powers ? INFINITY : size * rest * 2 / rate;
}

std::string text_of(const Term& t) {
  Builder out;
  return to_string(out.finish(to_sym(t, out.variable())));
}

}  // namespace

Tails tails_of(const std::vector<Term>& terms, double sign) {
  Tails out;
  for (const Term& t : terms) {
    const Polynomial p = asymptote(t, sign);
    const std::vector<Factor> key = unsettled(t);
    auto at = std::ranges::find(out, key, &Tails::value_type::first);
    if (at == out.end()) at = out.insert(out.end(), {key, {}});
    if (at->second.size() < p.size()) at->second.resize(p.size(), 0.0);
    for (std::size_t k = 0; k < p.size(); ++k) at->second[k] += p[k];
  }
  return out;
}

double settled_from(const std::vector<Term>& terms, double sign) {
  constexpr double kFurthest = 1e5;
  double x = 1;
  for (const Term& t : terms)
    for (const Factor& f : t.factors)
      x = std::fmax(x, 1.01 * std::fabs(f.shift.base / f.scale.base));
  const double part = kTailError / static_cast<double>(terms.size());
  for (const Term& t : terms) {
    if (std::ranges::none_of(t.factors, settles)) continue;
    while (x <= kFurthest && !(beyond(t, sign * x) <= part)) x *= 1.15;
    if (x > kFurthest)
      throw Error(fmt::format(
          "no closed form is known for {}, and it settles so slowly that its table would have to "
          "reach beyond {}; write its scale nearer to 1",
          text_of(t), kFurthest));
  }
  return sign * x;
}

Split split_asymptotes(const Term& t) {
  const std::vector<Factor> others = unsettled(t);
  Split split{{t}, {}};
  if (others.empty()) return split;
  if (others.size() == t.factors.size() || !std::ranges::all_of(others, [](const Factor& f) {
        return row_facts(f.primitive).polynomial_growth;
      }))
    throw Error(refusal(t));
  const Polynomial left = asymptote(t, -1), right = asymptote(t, 1);
  if (left == right) {
    append(split.asymptotes, left, others);
  } else {
    for (const double sign : {-1.0, 1.0}) {
      std::vector<Factor> half = others;
      half.push_back({Op::Step, {sign, {}}, {0, {}}});
      append(split.asymptotes, sign < 0 ? left : right, std::move(half));
    }
  }
  for (Term s : split.asymptotes) {
    s.weight = -1.0 * s.weight;
    split.rest.push_back(std::move(s));
  }
  return split;
}

std::string refusal(const Term& t) {
  for (const Factor& f : t.factors)
    if (!settles(f) && !row_facts(f.primitive).polynomial_growth)
      return fmt::format(
          "no closed form is known for {}, and {} grows exponentially, so its table cannot be "
          "certified; keep {} in a term of its own, or on a piece where it is bounded, like "
          "\"exp(x) | 0 | 1\"",
          text_of(t), primitive(f.primitive).name, primitive(f.primitive).name);
  for (const Factor& f : t.factors)
    if (!settles(f))
      return fmt::format(
          "no closed form is known for {}, and {} has no tail that vanishes exponentially, so its "
          "table cannot be certified; multiply it by rows that settle exponentially (tanh, "
          "sigmoid, "
          "gaussian), or define the activation by f itself: \"f: ...\"",
          text_of(t), primitive(f.primitive).name);
  return fmt::format("no closed form is known for {}", text_of(t));
}

}  // namespace antigrad::space
