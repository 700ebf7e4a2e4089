// The mean-field game against sums over neurons and examples, what it finds, and how far its
// neurons move.
#include "trainer/minmax/instrument.hpp"

#include <gtest/gtest.h>

#include "games.hpp"
#include "space/random.hpp"
#include "trainer/run.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using Training = Run;  // testing::Test has a Run of its own

ProblemSpec problem(int units, double alpha, double penalty = 0) {
  return {
      .kind = ProblemSpec::Kind::instrument, .units = units, .alpha = alpha, .penalty = penalty};
}

std::vector<double> numbers(const Tensor& tensor) {
  const Tensor flat = tensor.detach().to(at::kDouble).contiguous();
  return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

/// One player with s = tanh, by loops.
struct Neurons {
  std::vector<double> outer, inner, shift;
  double scale;  // alpha / N
  double value(double x) const {
    double sum = 0;
    for (std::size_t i = 0; i < outer.size(); ++i)
      sum += outer[i] * std::tanh(inner[i] * x + shift[i]);
    return scale * sum;
  }
  /// Of value, for outer, inner and shift of a neuron.
  std::array<double, 3> slope(std::size_t i, double x) const {
    const double h = std::tanh(inner[i] * x + shift[i]), d = outer[i] * (1 - h * h);
    return {scale * h, scale * d * x, scale * d};
  }
};

Neurons neurons_of(Instrument& game, const std::string& name, double scale) {
  const auto all = game.module().named_parameters();
  return {numbers(all[name + ".outer"]), numbers(all[name + ".inner"]),
          numbers(all[name + ".shift"]), scale};
}

TEST(InstrumentGame, ItsDirectionsAreTheSumsOverNeuronsAndExamples) {
  constexpr double kAlpha = 3, kPenalty = 0.4;
  constexpr int kUnits = 6;
  const Task task = game_task(problem(kUnits, kAlpha, kPenalty), 0.1);
  Instrument game(task, in_double("tanh"), 7);
  Optimiser optimiser(task, game.module());
  game.differentiate(0);  // so that the functions are not 0
  optimiser.update(0);
  const Neurons f = neurons_of(game, "f", kAlpha / kUnits), g = neurons_of(game, "g", f.scale);
  const double loss = game.differentiate(1);
  const InstrumentSample sample =
      draw_instrument(task.problem.truth, task.batch,
                      space::child_seed(run_key(task, 7, "batches"), 1), at::kDouble);
  const std::vector<double> x = numbers(sample.x), y = numbers(sample.y), z = numbers(sample.z);
  std::vector<std::array<double, 3>> of_f(kUnits), of_g(kUnits);
  double want = 0;
  const auto n = static_cast<double>(x.size()), speed = kUnits / (kAlpha * kAlpha);
  for (std::size_t e = 0; e < x.size(); ++e) {
    const double fx = f.value(x[e]), gz = g.value(z[e]);
    want += (fx - y[e]) * (fx - y[e]) / n;
    for (std::size_t i = 0; i < kUnits; ++i)
      for (std::size_t k = 0; k < 3; ++k) {
        of_f[i][k] += speed * (gz + kPenalty * fx) * f.slope(i, x[e])[k] / n;
        of_g[i][k] -= speed * (fx - y[e] - gz) * g.slope(i, z[e])[k] / n;
      }
  }
  EXPECT_NEAR(loss, want, 1e-12);
  const auto parameters = game.module().named_parameters();
  const char* const names[] = {".outer", ".inner", ".shift"};
  for (std::size_t k = 0; k < 3; ++k) {
    const std::vector<double> got_f = numbers(parameters[std::string("f") + names[k]].grad()),
                              got_g = numbers(parameters[std::string("g") + names[k]].grad());
    for (std::size_t i = 0; i < kUnits; ++i) {
      EXPECT_NEAR(got_f[i], of_f[i][k], 1e-12) << names[k] << i;
      EXPECT_NEAR(got_g[i], of_g[i][k], 1e-12) << names[k] << i;
    }
  }
}

TEST(InstrumentGame, TheFunctionsStartAtZeroAndTheDriftIsThatOfTheNeurons) {
  const Task task = game_task(problem(64, 2), 0.1);
  Instrument game(task, in_double("tanh"), 7);
  Optimiser optimiser(task, game.module());
  const Tensor x = at::linspace(-4, 4, 9, at::kDouble);
  const auto f = std::dynamic_pointer_cast<MeanField>(game.module().named_children()["f"]);
  EXPECT_LT(f->forward(x).abs().max().item<double>(), 1e-14);
  EXPECT_EQ(f->drift(), 0);
  const Tensor start = flat_parameters(*f);
  for (int step = 0; step < 5; ++step) {
    game.differentiate(step);
    optimiser.update(step);
  }
  const double want = std::sqrt((flat_parameters(*f) - start).square().sum().item<double>() / 64);
  EXPECT_NEAR(game.figures()[0].value, want, 1e-12);
  EXPECT_GT(want, 1e-3);
}

TEST(InstrumentGame, ItFindsWhatARegressionMissesAndMovesLessTheLargerAlpha) {
  const auto trained = [](double alpha) {
    Task task = game_task(problem(128, alpha), 0.5);
    task.batch = 256;
    task.steps = 400;
    task.diverged = 1e9;
    task.problem.truth = ProblemSpec::Truth::linear;
    Training run(task, load_dataset(task), in_double("tanh"), 2);
    run.advance(400);
    return run.measure();
  };
  const Measurement small = trained(1), large = trained(8);
  // E X^2 is about 4; a regression of Y on X is off by E[X E] / E X^2 = 1/4 in slope: 0.25.
  EXPECT_LT(large.curve.back().validation_loss, 0.2);
  EXPECT_EQ(large.figures[0].name, "drift");
  EXPECT_GT(small.figures[0].value, 2 * large.figures[0].value);
}

}  // namespace
}  // namespace antigrad::trainer
