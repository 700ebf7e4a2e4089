// Infinities give the proved limits at every place of a network, whose parameters may have parted
// from each other: where x sigmoid(p x) ends depends on the sign of p.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "space/proof.hpp"
#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The proved limit of f or f' at these values; nothing where none is proved.
std::optional<double> limit(space::Activation a, const std::vector<double>& theta, int d,
                            int side) {
  for (std::size_t k = 0; k < theta.size(); ++k) a.parameters[k].start = theta[k];
  const auto l = space::Proof(a).far(d, side).limit();
  if (!l) return std::nullopt;
  return l->infinite != 0 ? l->infinite * kInfinity : l->value.middle();
}

/// f(x), or f'(x) by the backward of gy = 1, as the programs of an arithmetic compute it.
template <class T>
double value(const space::Activation& a, const Thetas& thetas, std::size_t place, int d, double x) {
  const Precision precision = sizeof(T) == 4 ? Precision::f32 : Precision::f64;
  const MakeProgram make = d == 0 ? forward_program : backward_program;
  const Program p = make(a, precision, thetas);
  std::vector<std::vector<double>> columns{{x}};
  if (d == 1) columns.push_back({1});
  return run<T>(*interpret<T>(p), p, columns, thetas[place]).elements.front();
}

template <class T>
int check_limits(const space::Activation& a, const Thetas& thetas) {
  int checked = 0;
  for (std::size_t place = 0; place < thetas.size(); ++place)
    for (const int d : {0, 1})
      for (const int side : {-1, 1}) {
        const auto want = limit(a, thetas[place], d, side);
        if (!want) continue;
        const double got = value<T>(a, thetas, place, d, side * kInfinity);
        EXPECT_EQ(difference(got, *want, 1e-5 * std::fmax(1, std::fabs(*want))), "")
            << fmt::format("{} with {}: {} at {} inf", a.text, fmt::join(thetas[place], ", "),
                           d == 0 ? "f" : "f'", side);
        ++checked;
      }
  return checked;
}

/// Far out, beyond where a limit may stand, f and f' are as their formulas say as long as these do
/// not overflow.
template <class T>
void check_finite(const space::Activation& a, const Thetas& thetas) {
  const double far = sizeof(T) == 4 ? 1e13 : 1e31;
  for (std::size_t place = 0; place < thetas.size(); ++place)
    for (const int d : {0, 1})
      for (const double x : {-far, far}) {
        const double want = space::value(d == 0 ? a.f : a.g, x, thetas[place]);
        if (!std::isfinite(want)) continue;
        const double got = value<T>(a, thetas, place, d, x);
        EXPECT_EQ(difference(got, want, 1e-5 * std::fmax(1, std::fabs(want))), "") << fmt::format(
            "{} with {}: {} at {}", a.text, fmt::join(thetas[place], ", "), d == 0 ? "f" : "f'", x);
      }
}

int check_both(const space::Activation& a, const Thetas& thetas) {
  return check_limits<float>(a, thetas) + check_limits<double>(a, thetas);
}

TEST(Far, LimitsHoldAtPlacesThatDoDifferentThings) {
  const std::pair<const char*, std::vector<double>> cases[] = {
      {"[p = 1 in (-inf, inf)] f: x*sigmoid(p*x)", {1, -1, 0.5, 0}},
      {"[p = 1 in (-inf, inf)] f: x*exp(-p*x)", {1, -1, 0.25}},
      {"[p = 1 in (-inf, inf)] f: p*x + x*sigmoid(x)", {1, 0, -0.5}},
      {"[p = 0 in (-inf, inf)] f: p*x", {0, 1, -1}},
      {"[p = 0 in (-inf, inf)] f: p*x*x", {0, 1, -1}},
      {"[p = 1 in (-inf, inf)] f: tanh(p*x)*x*sigmoid(-x)", {1, -1}},
      {"[p = -0.1 in (-inf, inf)] f: p*x*signed_log(x) - x*sech2(x)", {-0.1, 0.03, 0}},
  };
  for (const auto& [text, values] : cases) {
    const auto a = named(text);
    Thetas thetas;
    for (const double v : values) thetas.push_back({v});
    for (std::size_t first = 0; first < thetas.size(); ++first) {  // whichever comes first
      EXPECT_GT(check_both(a, thetas), 2) << text;
      check_finite<float>(a, thetas);
      check_finite<double>(a, thetas);
      std::rotate(thetas.begin(), thetas.begin() + 1, thetas.end());
    }
  }
}

TEST(Far, LimitsOfOnePlaceAloneAreSeenToBeWrongAtAnother) {
  const auto a = named("[p = 1 in (-inf, inf)] f: x*sigmoid(p*x)");
  const Program of_one = forward_program(a, Precision::f32, {{1.0}});
  const auto at = [&](const Program& p) {
    return run<float>(*interpret<float>(p), p, {{-kInfinity}}, {-1}).elements.front();
  };
  EXPECT_EQ(limit(a, {-1}, 0, -1), -kInfinity);
  EXPECT_NE(at(of_one), -kInfinity);
  EXPECT_EQ(at(forward_program(a, Precision::f32, {{1.0}, {-1.0}})), -kInfinity);
}

TEST(Far, AnInfinityHasTheSignThatTrainingGaveIt) {
  const auto a = named("[p = -0.1 in (-inf, inf)] f: p*x*signed_log(x) - x*sech2(x)");
  for (const double p : {-0.1, 0.03})
    for (const Precision precision : {Precision::f32, Precision::f64}) {
      const Program of_start = forward_program(a, precision);
      const double y =
          precision == Precision::f32
              ? run<float>(*interpret<float>(of_start), of_start, {{kInfinity}}, {p}).elements[0]
              : run<double>(*interpret<double>(of_start), of_start, {{kInfinity}}, {p}).elements[0];
      EXPECT_EQ(y, std::copysign(kInfinity, p));
    }
}

TEST(Far, SquaresThatOverflowAgainstEachOtherEndInTheLargerOne) {
  const auto a = named("f: x*x*sigmoid(x) - 0.5*x*x*tanh(x)");
  for (const double x : {kInfinity, 1e30})
    EXPECT_EQ(value<float>(a, {{}}, 0, 0, x), kInfinity) << x;
  EXPECT_EQ(value<double>(a, {{}}, 0, 0, kInfinity), kInfinity);
  check_finite<float>(a, {{}});
  check_finite<double>(a, {{}});
}

TEST(Far, LimitsOfTheZooHoldAtAllPlaces) {
  int checked = 0;
  for (const auto& a : zoo_activations()) {
    if (a.parameters.empty()) continue;
    Thetas thetas;
    const auto start = space::starts_of(a.parameters);
    for (const double step : {0.0, 0.7, -0.9}) {
      std::vector<double> raw;
      for (std::size_t k = 0; k < start.size(); ++k)
        raw.push_back(space::to_raw(a.parameters[k].domain, start[k], start) +
                      (k % 2 == 0 ? step : -step));
      thetas.push_back(space::from_raw(a.parameters, raw));
    }
    checked += check_both(a, thetas);
  }
  EXPECT_GT(checked, 200);
}

}  // namespace
}  // namespace antigrad::kernels
