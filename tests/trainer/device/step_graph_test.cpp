// When a step is captured, and what it reads and writes from then on; with a graph that computes
// again what it was given.
#include "trainer/device/step_graph.hpp"

#include <gtest/gtest.h>

#include "space/error.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

/// The square of w x - y, with gradients as libtorch leaves them.
struct Toy {
  Tensor w = at::ones({2}).set_requires_grad(true);
  Tensor out;  // of the capture
  Batch held;
  int computed = 0, begun = 0, ended = 0, replayed = 0;

  Tensor gradient(const Batch& batch) {
    ++computed;
    const Tensor loss = (w * batch.input - batch.target).square().sum();
    loss.backward();
    if (begun > ended) {
      held = batch;
      out = loss.detach().clone();
      return out;
    }
    return loss;
  }
  void clear() { w.mutable_grad().reset(); }
};

struct Again final : StepGraph {
  explicit Again(Toy& of) : toy(of) {}
  void begin() override { ++toy.begun; }
  void end() override { ++toy.ended; }
  void replay() override {
    ++toy.replayed;
    toy.clear();
    const Tensor loss = toy.gradient(toy.held);
    toy.out.copy_(loss.detach());
  }
  Toy& toy;
};

GraphedStep graphed(Toy& toy) {
  return {[&](const Batch& b) { return toy.gradient(b); },
          [&] { toy.clear(); },
          {toy.w},
          [&] { return new Again(toy); }};
}

Batch batch(double x, std::int64_t size = 2) {
  return {at::full({size}, x), at::full({size}, 2.0 * x + 1)};
}

TEST(StepGraphTest, IsCapturedOnceBehindTheWarmUpAndReadsEachBatch) {
  Toy toy, plain;
  GraphedStep step = graphed(toy);
  for (int i = 0; i < 8; ++i) {
    const double got = step.run(batch(i)).item<double>();
    plain.clear();
    EXPECT_EQ(got, plain.gradient(batch(i)).item<double>()) << i;
    EXPECT_TRUE(toy.w.grad().equal(plain.w.grad())) << i;
    EXPECT_EQ(toy.begun, i < 3 ? 0 : 1) << i;
  }
  EXPECT_EQ(toy.ended, 1);
  EXPECT_EQ(toy.replayed, 5) << "the captured step too: a capture computes nothing";
}

TEST(StepGraphTest, WeightsThatLieElsewhereAreCapturedAnew) {
  Toy toy;
  GraphedStep step = graphed(toy);
  for (int i = 0; i < 5; ++i) step.run(batch(i));
  EXPECT_EQ(toy.begun, 1);
  const Tensor there = toy.w.detach();
  toy.w.set_data(toy.w.detach().clone());
  step.run(batch(5));
  EXPECT_EQ(toy.begun, 2);
  toy.w.set_data(there);
  for (int i = 0; i < 5; ++i) step.run(batch(i));
  EXPECT_EQ(toy.begun, 3);
}

TEST(StepGraphTest, AnotherSizeIsAnError) {
  Toy toy;
  GraphedStep step = graphed(toy);
  for (int i = 0; i < 4; ++i) step.run(batch(i));
  try {
    step.run(batch(1, 1));
    FAIL() << "no error";
  } catch (const space::Error& error) {
    EXPECT_NE(std::string(error.what()).find("leave out `graphs`"), std::string::npos);
  }
}

}  // namespace
}  // namespace antigrad::trainer
