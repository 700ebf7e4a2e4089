// With f(u) = u a step is linear: iterates against powers of its matrix, distances against its
// eigenvalues, without interpolation, with Lookahead and with RAPP.
#include "trainer/minmax/bilinear.hpp"

#include <gtest/gtest.h>

#include <complex>

#include "games.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using Kind = InterpolationSpec::Kind;

constexpr double kRate = 0.3, kCurvature = 0.05, kCoupling = 1.3;
constexpr int kRounds = 4;

const ProblemSpec kGame{
    .kind = ProblemSpec::Kind::bilinear, .size = 5, .curvature = kCurvature, .coupling = kCoupling};

/// (x - x*, y - y*).
Tensor offset(Bilinear& game) {
  const auto parameters = game.module().named_parameters();
  return at::cat(
      {parameters["x"].detach() - game.best_x(), parameters["y"].detach() - game.best_y()});
}

/// The field F(z) = M z that both players go against.
Tensor field(const Bilinear& game) {
  const Tensor mu = kCurvature * at::eye(5, at::kDouble), a = game.coupling();
  return at::cat({at::cat({mu, a}, 1), at::cat({-a.t(), mu}, 1)}, 0);
}

/// One round of an interpolation as a matrix, from its definition: k times p <- p - rate M p or
/// p <- z - rate M p, then z <- (1 - share) z + share p.
Tensor round_matrix(const Tensor& m, const InterpolationSpec& spec) {
  const Tensor one = at::eye(10, at::kDouble);
  if (spec.kind == Kind::none) return one - kRate * m;
  Tensor p = one;
  for (int i = 0; i < spec.updates; ++i)
    p = (spec.kind == Kind::rapp ? one : p) - kRate * at::matmul(m, p);
  return (1 - spec.share) * one + spec.share * p;
}

/// By how much a round shrinks the distance: the same on the eigenvalue.
double factor(const InterpolationSpec& spec) {
  const std::complex<double> m(kCurvature, kCoupling);
  if (spec.kind == Kind::none) return std::abs(1. - kRate * m);
  std::complex<double> p = 1;
  for (int i = 0; i < spec.updates; ++i) p = (spec.kind == Kind::rapp ? 1. : p) - kRate * m * p;
  return std::abs(1 - spec.share + spec.share * p);
}

TEST(BilinearGame, ItsIteratesAreThoseOfTheLinearRecursion) {
  const std::vector<InterpolationSpec> specs = {{},
                                                {Kind::lookahead, 5, 0.5},
                                                {Kind::rapp, 3, 0.9},
                                                {Kind::rapp, 1, 0.5},
                                                {Kind::lookahead, 2, 1}};
  for (const InterpolationSpec& spec : specs) {
    const Task task = game_task(kGame, kRate, spec);
    Bilinear game(task, in_double("1"), 7);
    Optimiser optimiser(task, game.module());
    Tensor want = offset(game);
    const double start = want.norm().item<double>();
    const Tensor step = round_matrix(field(game), spec);
    const int updates = spec.kind == Kind::none ? 1 : spec.updates;
    for (int round = 0; round < kRounds; ++round) {
      for (int i = 0; i < updates; ++i) {
        game.differentiate(round * updates + i);
        optimiser.update(round * updates + i);
      }
      want = at::mv(step, want);
      EXPECT_TRUE(at::allclose(offset(game), want, 1e-12, 1e-12)) << round;
      const double distance = start * std::pow(factor(spec), round + 1);
      EXPECT_NEAR(game.figures()[0].value, distance, 1e-9);
      EXPECT_NEAR(game.quality({}).loss, distance * distance, 1e-9);
    }
  }
}

TEST(BilinearGame, DescentAndAscentAloneMoveAwayAndInterpolationComesNearer) {
  const ProblemSpec pure{.kind = ProblemSpec::Kind::bilinear, .size = 4, .coupling = 1};
  const auto moved = [&](const char* activation, const InterpolationSpec& spec) {
    const Task task = game_task(pure, 0.3, spec);
    Bilinear game(task, in_double(activation), 3);
    Optimiser optimiser(task, game.module());
    const double start = game.quality({}).loss;
    for (int i = 0; i < 90; ++i) {
      game.differentiate(i);
      optimiser.update(i);
    }
    return game.quality({}).loss / start;
  };
  for (const char* activation : {"1", "sech2(x)"}) {
    EXPECT_GT(moved(activation, {}), 1) << activation;
    EXPECT_LT(moved(activation, {Kind::rapp, 3, 0.9}), 0.9) << activation;
    EXPECT_LT(moved(activation, {Kind::lookahead, 5, 0.5}), 0.9) << activation;
  }
}

TEST(BilinearGame, TheEquilibriumIsOneForEveryActivation) {
  for (const char* text : {"relu", "gelu", "softplus", "sigmoid", "xielu"}) {
    const Task task = game_task(kGame, kRate);
    Bilinear game(task, in_double(text), 5);
    {
      const at::NoGradGuard no_grad;
      auto parameters = game.module().named_parameters();
      parameters["x"].copy_(game.best_x());
      parameters["y"].copy_(game.best_y());
    }
    EXPECT_EQ(game.differentiate(0), 0);
    for (const auto& item : game.module().named_parameters())
      EXPECT_EQ(item.value().grad().abs().sum().item<double>(), 0) << text << " " << item.key();
  }
}

}  // namespace
}  // namespace antigrad::trainer
