// backward and double backward against differences of forward and backward, in float64.
#include <gtest/gtest.h>

#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

/// A scalar of a kernel's call: cotangents times its results.
struct Point {
  std::vector<double> x, gy, ggx, theta, ggtheta;
};

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// sum gy f(x; theta), whose gradient backward gives.
double first(const Kernel& k, const Point& p) {
  std::vector<double> y(p.x.size());
  k.forward(p.x.data(), y.data(), static_cast<std::int64_t>(y.size()), p.theta);
  return dot(p.gy, y);
}

/// sum ggx gx + ggtheta gtheta, whose gradient double backward gives.
double second(const Kernel& k, const Point& p) {
  std::vector<double> gx(p.x.size()), gtheta(p.theta.size());
  k.backward(p.x.data(), p.gy.data(), gx.data(), static_cast<std::int64_t>(gx.size()), p.theta,
             gtheta);
  return dot(p.ggx, gx) + dot(p.ggtheta, gtheta);
}

/// Central difference along one coordinate, with its own error estimate from a second step.
struct Slope {
  double value, error;
};
Slope slope(double (*f)(const Kernel&, const Point&), const Kernel& k, Point p,
            std::vector<double> Point::*part, std::size_t i) {
  const double at = (p.*part)[i];
  const auto difference_with = [&](double h) {
    (p.*part)[i] = at + h;
    const double above = f(k, p);
    (p.*part)[i] = at - h;
    const double below = f(k, p);
    (p.*part)[i] = at;
    return (above - below) / (2 * h);
  };
  const double coarse = difference_with(2e-4), fine = difference_with(1e-4);
  const double value = fine + (fine - coarse) / 3;
  return {value, std::fabs(fine - coarse) / 3 + 1e-7 * (1 + std::fabs(value))};
}

Point point_of(const space::Activation& a, std::uint64_t seed) {
  space::Random random(seed);
  Point p;
  for (int i = 0; i < 12; ++i) {
    p.x.push_back(2 * random.normal());
    p.gy.push_back(random.normal());
    p.ggx.push_back(random.normal());
  }
  p.theta = starts(a);
  for (std::size_t k = 0; k < p.theta.size(); ++k) p.ggtheta.push_back(random.normal());
  return p;
}

void expect_slopes(const space::Activation& a, const char* what,
                   double (*f)(const Kernel&, const Point&), const Kernel& k, const Point& p,
                   std::vector<double> Point::*part, const std::vector<double>& got) {
  for (std::size_t i = 0; i < got.size(); ++i) {
    const Slope want = slope(f, k, p, part, i);
    EXPECT_NEAR(got[i], want.value, want.error)
        << what << "[" << i << "] of \"" << a.name
        << "\" at x = " << fmt::format("{}", fmt::join(p.x, ", "));
  }
}

void check(const space::Activation& a) {
  const auto kernel = compile(a, {Tier::interpreter, Type::f64});
  const Point p = point_of(a, 31);
  const auto n = static_cast<std::int64_t>(p.x.size());
  std::vector<double> gx(p.x.size()), gtheta(p.theta.size());
  kernel->backward(p.x.data(), p.gy.data(), gx.data(), n, p.theta, gtheta);
  expect_slopes(a, "gx", first, *kernel, p, &Point::x, gx);
  expect_slopes(a, "gtheta", first, *kernel, p, &Point::theta, gtheta);
  std::vector<double> dgy(p.x.size()), dx(p.x.size()), dtheta(p.theta.size());
  kernel->double_backward(p.x.data(), p.gy.data(), p.ggx.data(), dgy.data(), dx.data(), n, p.theta,
                          p.ggtheta, dtheta);
  expect_slopes(a, "dgy", second, *kernel, p, &Point::gy, dgy);
  expect_slopes(a, "dx", second, *kernel, p, &Point::x, dx);
  expect_slopes(a, "dtheta", second, *kernel, p, &Point::theta, dtheta);
}

TEST(Gradients, OfTheZooAreDifferencesOfTheForward) {
  for (const auto& a : zoo_activations()) check(a);
}

TEST(Gradients, OfRandomCandidatesAreDifferencesOfTheForward) {
  for (const auto& a : random_activations(200)) check(a);
}

}  // namespace
}  // namespace antigrad::kernels
