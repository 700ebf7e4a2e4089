// Integrals of random gradients against ball arithmetic: g integrated panel by panel with Taylor
// jets and a bounded remainder, which shares nothing with the rows' antiderivatives.
// ANTIGRAD_FULL=1 takes 10,000 gradients, else 80.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "space/builder.hpp"
#include "space/enclose.hpp"
#include "space/error.hpp"
#include "space/formula_table.hpp"
#include "space/generate.hpp"
#include "space/gradient.hpp"
#include "space/normal_form.hpp"
#include "space/table.hpp"
#include "space/text.hpp"

namespace antigrad::space {
namespace {

constexpr double kTolerance = 1e-12;
constexpr int kPoints = 200;
constexpr double kRange = 10;

double size(const Ball& b) { return std::fmax(std::fabs(b.lower()), std::fabs(b.upper())); }

std::vector<Ball> starts(const Activation& a) {
  std::vector<Ball> out;
  for (const Parameter& p : a.parameters) out.emplace_back(p.start);
  return out;
}

/// Knots and the kinks of rows, where g need not be smooth.
std::vector<double> breaks_of(const Gradient& g) {
  std::vector<double> out = g.knots;
  const auto at_start = [&](const Affine& c) {
    double v = c.base;
    for (std::size_t k = 0; k < c.slope.size(); ++k) v += c.slope[k] * g.parameters[k].start;
    return v;
  };
  for (const Piece& piece : g.pieces)
    for (const Term& t : piece.terms)
      for (const Factor& f : t.factors) {
        std::vector<double> kinks{0};
        if (f.composed()) {
          Builder h;
          kinks = kinks_of(h.finish(to_sym(f, h.variable())));
        }
        for (const double u : kinks) out.push_back((u - at_start(f.shift)) / at_start(f.scale));
      }
  return out;
}

std::vector<double> points_of(const Gradient& g) {
  std::vector<double> out{g.anchor.at};
  for (int i = 0; i <= kPoints; ++i) out.push_back(kRange * (2.0 * i / kPoints - 1));
  for (const double b : breaks_of(g))
    if (std::fabs(b) < kRange) out.push_back(b);
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// A jet over [lo, hi]; what it leaves open is a kink on its border, and the middle decides it.
Jet jet_over(const Expr& g, double lo, double hi, int n, std::span<const Ball> theta) {
  Switches open, middle, forced;
  const Jet jet = enclose_jet(g, Ball::between(lo, hi), n, theta, &open);
  if (!open.undecided) return jet;
  (void)enclose_jet(g, Ball(0.5 * (lo + hi)), 1, theta, &middle);
  forced.forced = middle.taken;
  return enclose_jet(g, Ball::between(lo, hi), n, theta, &forced);
}

/// The integral of g from lo to hi; halves where an interval says too little.
Ball panel(const Expr& g, double lo, double hi, std::span<const Ball> theta, int depth = 0) {
  constexpr int kOrder = 18;
  const Ball m = (Ball(lo) + Ball(hi)) * Ball(0.5), r = (Ball(hi) - Ball(lo)) * Ball(0.5);
  const Jet at = enclose_jet(g, m, kOrder, theta);
  Ball sum, power = r;
  for (int k = 0; k < kOrder; ++k, power = power * r)
    if (k % 2 == 0) sum += Ball(2) * at[k] * power / Ball(k + 1);
  const Ball rest = jet_over(g, lo, hi, kOrder + 1, theta)[kOrder] * power / Ball(kOrder + 1);
  if (!(size(rest) <= 1e-17) && depth < 6) {
    const double middle = 0.5 * (lo + hi);
    return panel(g, lo, middle, theta, depth + 1) + panel(g, middle, hi, theta, depth + 1);
  }
  return Ball::around(sum, 2 * size(rest));
}

/// Why f is not the integral of g; "" when it is, at every point.
std::string disagreement(const Gradient& gradient, const Activation& a) {
  const auto theta = starts(a);
  const auto start = starts_of(a.parameters);
  const std::vector<double> points = points_of(gradient);
  const auto anchor =
      static_cast<std::size_t>(std::ranges::find(points, gradient.anchor.at) - points.begin());
  const auto says = [&](const char* what, double x, double got, const Ball& want) {
    return fmt::format("{} at {}: {}, want {} +- {:.1e}, off by {:.1e}: {}", what, x, got,
                       want.middle(), want.radius(), got - want.middle(), a.text);
  };
  std::string wrong;
  const auto check_value = [&](double x, const Ball& want, double most) {
    const double got = value(a.f, x, start);
    if (!(size(Ball(got) - want) <= kTolerance * std::fmax(1, most)) && wrong.empty())
      wrong = says("f", x, got, want);
  };
  for (const int step : {1, -1}) {
    Ball integral(gradient.anchor.value);
    double most = 0;  // of |f| and |g| so far
    check_value(points[anchor], integral, 0);
    for (std::size_t i = anchor; step > 0 ? i + 1 < points.size() : i > 0;) {
      const std::size_t j = step > 0 ? i + 1 : i - 1;
      const Ball part =
          panel(a.g, std::fmin(points[i], points[j]), std::fmax(points[i], points[j]), theta);
      integral = step > 0 ? integral + part : integral - part;
      most = std::fmax(most, std::fmax(size(integral), std::fabs(value(a.g, points[j], start))));
      check_value(points[j], integral, most);
      i = j;
    }
  }
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const double x = points[i] + 0.37 * (points[i + 1] - points[i]);
    if (points[i + 1] - points[i] < 1e-9) continue;  // at a kink a jet takes either side
    const Ball slope = enclose_jet(a.f, Ball(x), 2, theta)[1], g = enclose(a.g, Ball(x), theta);
    if (!(size(slope - g) <= kTolerance * std::fmax(1, size(g))) && wrong.empty())
      wrong = says("f'", x, slope.middle(), g);
  }
  for (const double k : gradient.knots) {
    const Ball left = enclose(a.f, Ball(k), theta),
               right = enclose(a.f, Ball(std::nextafter(k, INFINITY)), theta);
    if (!(size(left - right) <= kTolerance * std::fmax(1, size(left))) && wrong.empty())
      wrong = says("f jumps", k, left.middle(), right);
  }
  return wrong;
}

TEST(IntegralProof, RandomGradientsIntegrateRight) {
  const int count = std::getenv("ANTIGRAD_FULL") ? 10000 : 80;
  int closed = 0, wrong = 0;
  for (int i = 0; i < count; ++i) {
    Random random(child_seed(20260, i));
    const Gradient g = random_gradient({}, random);
    const Activation a = integrate(g);
    closed += a.f.tables.empty();
    const std::string why = disagreement(g, a);
    wrong += !why.empty();
    EXPECT_EQ(why, "") << "child_seed(20260, " << i << ")";
  }
  std::printf("  %d gradients at %d points each: %d wrong, %d in closed form\n", count, kPoints,
              wrong, closed);
}

TEST(IntegralProof, TrainedScalesAndShiftsIntegrateRight) {
  Grammar grammar;
  grammar.trained = {1, 2, 1, 0.5};
  for (int i = 0; i < 30; ++i) {
    Random random(child_seed(9, i));
    const Gradient g = random_gradient(grammar, random);
    EXPECT_EQ(disagreement(g, integrate(g)), "") << "child_seed(9, " << i << ")";
  }
}

TEST(IntegralProof, RandomCompositionsIntegrateRight) {
  const int count = std::getenv("ANTIGRAD_FULL") ? 2000 : 24;
  Grammar grammar;
  grammar.max_depth = 3;
  grammar.composition_chance = 0.4;
  grammar.trained = {1, 1, 1, 0.5};
  int composed_ones = 0;
  for (int i = 0; i < count; ++i) {
    Random random(child_seed(77, i));
    const Gradient g = random_gradient(grammar, random);
    for (const Piece& p : g.pieces)
      composed_ones += std::ranges::any_of(p.terms, [](const Term& t) { return composed(t); });
    EXPECT_EQ(disagreement(g, integrate(g)), "") << "child_seed(77, " << i << ")";
  }
  std::printf("  %d pieces hold compositions\n", composed_ones);
  EXPECT_GE(composed_ones, count / 4);
}

TEST(IntegralProof, ScalesOfCompositionsMayBeTiny) {
  for (const std::string text :
       {"tanh(softplus(a*x + b))", "gaussian(tanh(a*x + b))", "tanh(relu(a*x + b) - 0.2)"}) {
    const Activation a = parse_activation("[a = 1 in (-20, 20), b = 0.3] " + text);
    const Expr f[] = {a.f, derivative_param(a.f, 0)}, g[] = {a.g, derivative_param(a.g, 0)};
    for (const double scale : {0.0, 1e-300, 1e-20, 1e-9, 1e-5, 1e-3, -1e-7, -0.02})
      for (const double x : {-3.0, -0.2, 0.7, 2.5}) {
        const double theta[] = {scale, 0.3};
        const Ball balls[] = {Ball(scale), Ball(0.3)};
        double power = std::fabs(x);
        for (int k = 0; k < 2; ++k, power *= std::fabs(x)) {
          const Ball part = panel(g[k], std::fmin(x, 0), std::fmax(x, 0), std::span(balls));
          const Ball want = x < 0 ? -part : part;
          EXPECT_LE(size(Ball(value(f[k], x, theta)) - want), kTolerance * power)
              << text << " at " << x << ", a = " << scale << ", order " << k;
        }
      }
  }
}

TEST(IntegralProof, ScalesMayBeTinyInTheValueAndInItsDerivatives) {
  for (const Primitive& p : primitives()) {
    if (!p.search) continue;
    const bool jumps = p.name == "step";
    const Activation a = parse_activation(
        fmt::format("[a = 1 in ({}, 20), b = 0.3] {}(a*x + b)", jumps ? 0 : -20, p.name));
    const Expr f[] = {a.f, derivative_param(a.f, 0), derivative_param(a.f, 1)};
    const Expr g[] = {a.g, derivative_param(a.g, 0), derivative_param(a.g, 1)};
    for (const double scale :
         {0.0, 1e-300, 1e-100, 1e-20, 1e-12, 1e-9, 1e-7, 1e-5, 1e-4, 1e-3, 0.02})
      for (const double sign : {1.0, -1.0})
        for (const double b : {0.0, 0.3, -1.1}) {
          if (jumps && (sign < 0 || scale == 0)) continue;
          const double theta[] = {sign * scale, b};
          const Ball balls[] = {Ball(theta[0]), Ball(theta[1])};
          for (const double x : {-3.0, -0.2, 0.7, 2.5}) {
            double power = std::fabs(x);
            for (int k = 0; k < 3; ++k) {
              const Ball part = panel(g[k], std::fmin(x, 0), std::fmax(x, 0), std::span(balls));
              const Ball want = x < 0 ? -part : part;
              const double got = value(f[k], x, theta), most = k == 1 ? power * power : power;
              EXPECT_LE(size(Ball(got) - want), kTolerance * most)
                  << p.name << " at " << x << ", a = " << theta[0] << ", b = " << b << ", order "
                  << k << ": " << got << ", want " << want.middle();
            }
          }
        }
  }
}

TEST(IntegralProof, AWrongIntegralIsSeen) {
  const Gradient g = parse_gradient("tanh(x)*sigmoid(x) | 0.5 | x*softsign(x)");
  const Activation right = integrate(g);
  ASSERT_EQ(disagreement(g, right), "");
  for (const char* wrong : {"1e-10*x", "1e-10*sin(x)", "where(x <= 0.5, 0, 1e-11)", "1e-10"}) {
    Activation a = right;
    Builder out;
    a.f = out.finish(out.inline_expr(right.f, {}).front() +
                     out.inline_expr(parse(wrong), {}).front());
    EXPECT_NE(disagreement(g, a), "") << wrong;
  }
}

}  // namespace
}  // namespace antigrad::space
