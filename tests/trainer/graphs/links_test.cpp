// Sums over edges: values by hand, gradients to second order by differences, graphs that do not see
// one another.
#include "trainer/graphs/links.hpp"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <vector>

#include "trainer/graphs/layers.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using torch::autograd::grad;

LinksPointer links_of(const Adjacency& graph) { return c10::make_intrusive<Links>(graph); }

const Adjacency kPath{.edges = {{0, 1}, {1, 2}}, .sizes = {3}};

Tensor drawn(at::IntArrayRef shape, std::uint64_t seed) {
  return at::empty(shape, at::kDouble)
      .normal_(0, 1, at::make_generator<at::CPUGeneratorImpl>(seed))
      .requires_grad_();
}

TEST(LinksTest, EveryEdgeGoesBothWaysAndEveryNodeHasALoop) {
  const LinksPointer links = links_of(kPath);
  EXPECT_EQ(links->target, (std::vector<std::int64_t>{0, 0, 1, 1, 1, 2, 2}));
  EXPECT_EQ(links->source, (std::vector<std::int64_t>{0, 1, 0, 1, 2, 1, 2}));
  const std::vector<double> want = {1 / 2., 1 / std::sqrt(6.), 1 / std::sqrt(6.),
                                    1 / 3., 1 / std::sqrt(6.), 1 / std::sqrt(6.),
                                    1 / 2.};
  for (std::size_t e = 0; e < want.size(); ++e) EXPECT_DOUBLE_EQ(links->normalised[e], want[e]);
}

TEST(LinksTest, SumsAndProductsAreThoseOfTheEdges) {
  const LinksPointer links = links_of(kPath);
  const Tensor w = at::arange(1., 8., at::kDouble).view({7, 1});
  const Tensor x = at::tensor({1., 10., 100.}, at::kDouble).view({3, 1, 1});
  EXPECT_TRUE(
      at::equal(sum_over_edges(links, w, x).flatten(),
                at::tensor({1. + 2 * 10, 3. + 4 * 10 + 5 * 100, 6. * 10 + 7 * 100}, at::kDouble)));
  EXPECT_TRUE(
      at::equal(sum_over_edges(links, w, x, Ends::targets).flatten(),
                at::tensor({1. + 3 * 10, 2. + 4 * 10 + 6 * 100, 5. * 10 + 7 * 100}, at::kDouble)));
  EXPECT_TRUE(at::equal(products_at_edges(links, x, x).flatten(),
                        at::tensor({1., 10., 10., 100., 1000., 1000., 10000.}, at::kDouble)));
}

TEST(LinksTest, SoftmaxOverTheEdgesOfANodeAddsUpToOneAndBearsLargeScores) {
  const LinksPointer links = links_of(kPath);
  const Tensor scores = drawn({7, 2}, 1) * 1e4;
  const Tensor part = softmax_over_edges(links, scores);
  const Tensor whole = sum_over_edges(links, part, at::ones({3, 2, 1}, at::kDouble));
  EXPECT_LE((whole - 1).abs().max().item<double>(), 1e-15);
}

/// The largest difference between a gradient and the slope of a value, over all inputs.
double error_of_gradient(const std::function<Tensor()>& value, const std::vector<Tensor>& inputs) {
  constexpr double kStep = 1e-4;
  const auto got = grad({value()}, inputs);
  double worst = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    double* const at = inputs[i].detach().mutable_data_ptr<double>();
    for (std::int64_t j = 0; j < inputs[i].numel(); ++j) {
      const double kept = at[j];
      at[j] = kept + kStep;
      const double above = value().item<double>();
      at[j] = kept - kStep;
      const double below = value().item<double>();
      at[j] = kept;
      const double own = got[i].contiguous().const_data_ptr<double>()[j];
      worst = std::max(worst, std::abs(own - (above - below) / (2 * kStep)));
    }
  }
  return worst;
}

TEST(LinksTest, GradientsOfFirstAndSecondOrderAreSlopes) {
  const LinksPointer links = links_of(kPath);
  const Tensor w = drawn({7, 2}, 1), x = drawn({3, 2, 2}, 2), u = drawn({3, 2, 2}, 3);
  const std::vector<std::pair<std::vector<Tensor>, std::function<Tensor()>>> cases = {
      {{w, x}, [&] { return sum_over_edges(links, w, x).tanh().square().sum(); }},
      {{w, x}, [&] { return sum_over_edges(links, w, x, Ends::targets).tanh().square().sum(); }},
      {{u, x}, [&] { return products_at_edges(links, u, x).tanh().square().sum(); }},
      {{w, x}, [&] {
         return sum_over_edges(links, softmax_over_edges(links, w), x).tanh().square().sum();
       }}};
  for (const auto& [inputs, value] : cases) {
    EXPECT_LE(error_of_gradient(value, inputs), 1e-6);
    const auto squared_gradient = [&, &all = inputs, &of = value] {
      Tensor sum = at::zeros({}, at::kDouble);
      for (const Tensor& g : grad({of()}, all, {}, true, true)) sum = sum + g.square().sum();
      return sum;
    };
    EXPECT_LE(error_of_gradient(squared_gradient, inputs), 1e-5);
  }
}

TEST(GreluTest, GraphsOfABatchDoNotSeeOneAnother) {
  const Adjacency one{.edges = {{0, 1}, {1, 2}, {0, 3}}, .sizes = {4}},
      other{.edges = {{0, 1}}, .sizes = {2}},
      both{.edges = {{0, 1}, {1, 2}, {0, 3}, {4, 5}}, .sizes = {4, 2}};
  const auto module = [](const Adjacency& graph, bool scaled = false) {
    Initialiser initialiser(5);
    auto grelu = std::make_shared<Grelu>(initialiser, 6, 2, scaled, links_of(graph), at::kDouble);
    grelu->to(at::kDouble);
    return grelu;
  };
  const Tensor x = drawn({6, 6}, 4).detach(), y = module(both)->forward(x);
  EXPECT_TRUE(at::equal(y.narrow(0, 0, 4), module(one)->forward(x.narrow(0, 0, 4))));
  EXPECT_TRUE(at::equal(y.narrow(0, 4, 2), module(other)->forward(x.narrow(0, 4, 2))));
  const Tensor scaled = module(both, true)->forward(x);  // by its own graph's nodes
  EXPECT_TRUE(at::allclose(scaled.narrow(0, 0, 4), 4 * y.narrow(0, 0, 4)));
  EXPECT_TRUE(at::allclose(scaled.narrow(0, 4, 2), 2 * y.narrow(0, 4, 2)));
}

}  // namespace
}  // namespace antigrad::trainer
