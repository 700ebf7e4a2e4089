// Normalisation, sum and activation as one against libtorch's layers one after the other.
#include "trainer/fused/norm_activation.hpp"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <string>
#include <vector>

namespace antigrad::trainer {
namespace {

using at::Tensor;
using torch::autograd::grad;
using torch::autograd::variable_list;

/// What one call reads, drawn anew and the same for every case of a shape.
struct Case {
  Tensor x, residual, weight, bias, theta;
  ActivationPointer activation;

  Case(at::IntArrayRef shape, bool with_residual, const std::string& text, at::ScalarType type,
       double mean = 0.3) {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(7);
    const auto drawn = [&](at::IntArrayRef sizes, double middle, double deviation) {
      return at::empty(sizes, at::kDouble).normal_(middle, deviation, generator).to(type);
    };
    const auto format =
        shape.size() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
    x = drawn(shape, mean, 1.5).contiguous(format).requires_grad_();
    if (with_residual) residual = drawn(shape, 0, 1).contiguous(format).requires_grad_();
    weight = drawn({shape[1]}, 1, 0.3).requires_grad_();
    bias = drawn({shape[1]}, 0, 0.3).requires_grad_();
    activation = compile(space::parse_activation(text),
                         {.type = type == at::kDouble ? kernels::Type::f64 : kernels::Type::f32});
    theta = at::tensor(space::starts_of(activation->activation.parameters), at::kDouble)
                .to(type)
                .requires_grad_();
  }

  NormState state() const {
    const auto channels = weight.size(0);
    return {weight, bias, at::full({channels}, 0.1, x.scalar_type()),
            at::full({channels}, 1.7, x.scalar_type())};
  }
  variable_list inputs() const {
    variable_list all = {x, weight, bias};
    if (residual.defined()) all.push_back(residual);
    if (theta.numel() > 0) all.push_back(theta);
    return all;
  }
};

using Function = decltype(&normalised_activation);

/// Value, gradients of a weighted sum and moved statistics; with `second`, gradients of gradients.
variable_list everything(const Case& c, Function function, bool training, bool second = false) {
  const NormState norm = c.state();
  const Tensor y = function(c.x, c.residual, norm, c.theta, c.activation, training);
  const Tensor weights = at::linspace(-1, 1, y.numel(), y.options()).view(y.sizes());
  variable_list all = {y.detach(), norm.running_mean, norm.running_variance};
  variable_list first = grad({(y * weights).sum()}, c.inputs(), {}, true, second);
  all.insert(all.end(), first.begin(), first.end());
  if (!second) return all;
  Tensor sum = at::zeros({}, y.options());
  for (const Tensor& g : first) sum = sum + g.square().sum();
  for (const Tensor& g : grad({sum}, c.inputs())) all.push_back(g);
  return all;
}

double error(const Tensor& got, const Tensor& want) {
  const Tensor g = got.to(at::kDouble), w = want.to(at::kDouble);
  return (g - w).norm().item<double>() / std::max(w.norm().item<double>(), 1e-3);
}

double worst(const variable_list& got, const variable_list& want) {
  EXPECT_EQ(got.size(), want.size());
  double largest = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].sizes(), want[i].sizes());
    largest = std::max(largest, error(got[i], want[i]));
  }
  return largest;
}

const std::vector<std::vector<std::int64_t>> kShapes = {
    {6, 16, 5, 5}, {4, 3, 7, 9}, {40, 300, 1, 1}, {9, 20}, {2, 64, 16, 16}, {1, 1, 3, 2}};

TEST(NormActivationTest, ValuesGradientsAndStatisticsAreThoseOfTheLayers) {
  for (const auto& shape : kShapes)
    for (const bool residual : {false, true})
      for (const std::string text : {"mish", "xielu"}) {
        const Case c(shape, residual, text, at::kDouble);
        EXPECT_LE(worst(everything(c, normalised_activation, true),
                        everything(c, normalised_activation_plain, true)),
                  1e-11)
            << text << " " << shape << " residual " << residual;
      }
}

TEST(NormActivationTest, Float32LosesNoMoreThanTheLayersDo) {
  for (const auto& shape : kShapes) {
    const Case exact(shape, true, "silu", at::kDouble), rounded(shape, true, "silu", at::kFloat);
    const variable_list want = everything(exact, normalised_activation_plain, true);
    EXPECT_LE(worst(everything(rounded, normalised_activation, true), want),
              2 * worst(everything(rounded, normalised_activation_plain, true), want) + 1e-6)
        << shape;
  }
}

TEST(NormActivationTest, AMeanFarFromZeroCostsNoDigits) {
  const std::vector<std::int64_t> shape = {16, 8, 12, 12};
  const Case c(shape, false, "relu", at::kFloat, 1000);
  const Tensor got = everything(c, normalised_activation, true)[2],
               want = everything(c, normalised_activation_plain, true)[2];
  EXPECT_LE(error(got, want), 1e-5);
}

TEST(NormActivationTest, SecondDerivativesAreThoseOfTheLayers) {
  for (const bool residual : {false, true}) {
    const Case c({6, 16, 5, 5}, residual, "xielu", at::kDouble);
    EXPECT_LE(worst(everything(c, normalised_activation, true, true),
                    everything(c, normalised_activation_plain, true, true)),
              1e-11);
  }
}

TEST(NormActivationTest, AnEvaluationUsesTheRunningStatistics) {
  for (const bool residual : {false, true}) {
    const Case c({6, 16, 5, 5}, residual, "gelu", at::kDouble);
    EXPECT_LE(worst(everything(c, normalised_activation, false),
                    everything(c, normalised_activation_plain, false)),
              1e-12);
    const at::NoGradGuard no_grad;
    const NormState norm = c.state();
    EXPECT_LE(
        error(normalised_activation(c.x, c.residual, norm, c.theta, c.activation, false),
              normalised_activation_plain(c.x, c.residual, norm, c.theta, c.activation, false)),
        1e-12);
  }
}

TEST(NormActivationTest, InputsOfOtherLayoutsAreTheSame) {
  const Case c({6, 16, 5, 5}, true, "gelu", at::kDouble);
  Case other = c;
  other.x = c.x.detach().contiguous().requires_grad_();
  other.residual = c.residual.detach().contiguous().requires_grad_();
  EXPECT_EQ(worst(everything(other, normalised_activation, true, true),
                  everything(c, normalised_activation, true, true)),
            0);
}

TEST(NormActivationTest, NaNStaysInItsChannel) {
  const Case c({4, 3, 5, 5}, false, "relu", at::kFloat);
  const at::NoGradGuard no_grad;
  c.x.index_put_({at::tensor(1), at::tensor(2), at::tensor(3), at::tensor(3)},
                 at::scalar_tensor(std::nan(""), at::kFloat));
  const Tensor y = normalised_activation(c.x, {}, c.state(), c.theta, c.activation, true);
  EXPECT_TRUE(y.select(1, 2).isnan().all().item<bool>());
  EXPECT_FALSE(y.narrow(1, 0, 2).isnan().any().item<bool>());
}

}  // namespace
}  // namespace antigrad::trainer
