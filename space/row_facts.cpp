#include "space/row_facts.hpp"

#include <cmath>
#include <numbers>
#include <utility>

#include "space/normal_form.hpp"

namespace antigrad::space {
namespace {

constexpr double kPoints[] = {0, 0.17, 0.6, 1.3, 2.9, 7.4};

/// (a x + b)^m as coefficients of x^0 .. x^m.
std::vector<double> binomial(double a, double b, int m) {
  std::vector<double> c{1};
  for (int i = 0; i < m; ++i) {
    std::vector<double> next(c.size() + 1, 0.0);
    for (std::size_t k = 0; k < c.size(); ++k) next[k] += b * c[k], next[k + 1] += a * c[k];
    c = std::move(next);
  }
  return c;
}

using RowFormula = Sym (*)(Op, Sym, Sym);

std::optional<std::vector<Term>> terms_of(Op op, RowFormula formula) {
  Builder out;
  const Sym u = out.variable();
  try {
    return to_terms(out.finish(formula(op, u, out.apply(op, u))));
  } catch (const Error&) {  // not a sum of terms: it stays a formula
    return std::nullopt;
  }
}

/// Whether one rule over an interval around 0 agrees with two that meet at 0.
template <class Row>
bool is_smooth(const Row& p) {
  const GaussRule& rule = gauss_rule();
  const auto integral = [&](double lo, double hi) {
    double sum = 0;
    for (int i = 0; i < GaussRule::kNodes; ++i)
      sum += rule.weight[i] * p(lo + (hi - lo) * rule.node[i]);
    return sum * (hi - lo);
  };
  const double whole = integral(-0.1, 0.13), parts = integral(-0.1, 0) + integral(0, 0.13);
  return std::fabs(whole - parts) <= 1e-10 * (std::fabs(whole) + std::fabs(p(0.13)));
}

RowFacts found_out(Op op) {
  RowFacts out;
  Builder builder;
  const Expr e = builder.finish(builder.apply(op, builder.variable()));
  const auto p = [&](double u) { return value(e, u); };
  const double sum = p(1.3) + p(-1.3);
  const auto always = [&](const auto& holds) {
    for (const double u : kPoints)
      if (!holds(u)) return false;
    return true;
  };
  out.even = always([&](double u) { return p(u) == p(-u); });
  if (always([&](double u) { return std::fabs(p(u) + p(-u) - sum) <= 1e-15 * (1 + sum); }))
    out.complement = sum;
  out.jumps = std::fabs(p(1e-200) - p(-1e-200)) > 1e-100;
  out.smooth = !out.jumps && is_smooth(p);
  out.polynomial_growth = std::fabs(p(600)) < 1e7 && std::fabs(p(-600)) < 1e7;
  const Primitive& row = primitive(op);
  if (row.has_antiderivative) out.antiderivative = terms_of(op, symbolic::antiderivative);
  if (row.has_square) out.square = terms_of(op, symbolic::square);
  return out;
}

}  // namespace

const RowFacts& row_facts(Op op) {
  static const auto table = [] {
    std::vector<RowFacts> out;
    for (std::size_t i = 0; i < primitives().size(); ++i)
      out.push_back(primitives()[i].core ? RowFacts{} : found_out(static_cast<Op>(i)));
    return out;
  }();
  return table[static_cast<std::size_t>(op)];
}

std::vector<Term> in_x(const std::vector<Term>& terms, double a, double b, double factor) {
  std::vector<Term> out;
  for (const Term& t : terms) {
    const auto c = binomial(a, b, t.power);
    for (std::size_t k = 0; k < c.size(); ++k) {
      Term s{factor * (c[k] * t.weight), static_cast<int>(k), t.factors};
      for (Factor& f : s.factors) {
        f.shift = Affine{f.scale.base * b + f.shift.base, {}};
        f.scale = Affine{f.scale.base * a, {}};
      }
      out.push_back(std::move(s));
    }
  }
  return merged(std::move(out));
}

const GaussRule& gauss_rule() {
  static const GaussRule rule = [] {
    constexpr int n = GaussRule::kNodes;
    GaussRule r{};
    for (int i = 0; i < n; ++i) {
      double x = -std::cos(std::numbers::pi * (i + 0.75) / (n + 0.5)), slope = 1;
      for (int step = 0; step < 6; ++step) {  // Newton's method on the Legendre polynomial
        double p = 1, q = 0;
        for (int k = 1; k <= n; ++k) q = std::exchange(p, ((2 * k - 1) * x * p - (k - 1) * q) / k);
        slope = n * (x * p - q) / (x * x - 1);
        x -= p / slope;
      }
      r.node[i] = 0.5 * (1 + x), r.weight[i] = 1 / ((1 - x * x) * slope * slope);
    }
    return r;
  }();
  return rule;
}

}  // namespace antigrad::space
