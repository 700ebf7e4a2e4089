// The activation in a network: memory formats, parameters, gain, what autograd keeps.
#include "trainer/activation_module.hpp"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "space/gain.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using torch::autograd::variable_list;

std::shared_ptr<const CompiledActivation> compiled(const std::string& text) {
  return compile(space::parse_activation(text));
}

Tensor images() {
  return at::arange(2 * 3 * 4 * 5, at::kFloat).mul_(0.37).sin_().mul_(3).reshape({2, 3, 4, 5});
}

struct Result {
  Tensor y, gx, gtheta;
};

Result run(const Tensor& input, const Tensor& gy) {
  ActivationModule module(compiled("xielu"));
  Tensor x = input.detach().requires_grad_();
  const Tensor y = module.forward(x);
  y.backward(gy);
  return {y.detach(), x.grad(),
          at::stack({module.parameters()[0].grad(), module.parameters()[1].grad()})};
}

TEST(ActivationModuleTest, ChannelsLastEqualsContiguousAndStaysSo) {
  const auto last = at::MemoryFormat::ChannelsLast;
  const Tensor x = images(), gy = images().flip(0);
  const Result plain = run(x, gy), other = run(x.contiguous(last), gy.contiguous(last));
  EXPECT_TRUE(at::equal(plain.y, other.y));
  EXPECT_TRUE(at::equal(plain.gx, other.gx));
  EXPECT_TRUE(at::allclose(plain.gtheta, other.gtheta, 1e-5, 1e-5));  // another order of summation
  EXPECT_TRUE(other.y.is_contiguous(last) && !other.y.is_contiguous());
  EXPECT_TRUE(other.gx.is_contiguous(last));
}

TEST(ActivationModuleTest, ACotangentInAnotherOrderIsPutInOrder) {
  const auto last = at::MemoryFormat::ChannelsLast;
  const Tensor x = images(), gy = images().flip(0);
  EXPECT_TRUE(at::equal(run(x, gy).gx, run(x.contiguous(last), gy).gx));
  EXPECT_TRUE(at::equal(run(x, gy).gx, run(x, gy.contiguous(last)).gx));
  EXPECT_TRUE(at::equal(run(x, at::ones_like(x)).gx, run(x, at::ones({}).expand_as(x)).gx));
}

TEST(ActivationModuleTest, ViewsWithGapsGiveTheSameValues) {
  const Tensor x = images();
  const Tensor gaps = x.slice(3, 0, 5, 2), dense = gaps.contiguous();
  const Tensor gy = at::ones_like(dense);
  EXPECT_TRUE(at::equal(run(gaps, gy).y, run(dense, gy).y));
  EXPECT_TRUE(at::equal(run(gaps, gy).gx, run(dense, gy).gx));
}

/// y, gx, dx (of sum gx^2) and gtheta as double, contiguous, for a kernel and tensor of the type.
std::vector<Tensor> in_type(kernels::Type type, at::ScalarType scalar, const Tensor& input,
                            const Tensor& gy) {
  ActivationModule module(compile(space::parse_activation("xielu"), {.type = type}));
  Tensor x = input.detach().to(scalar).requires_grad_();
  const Tensor y = module.forward(x);
  EXPECT_EQ(y.scalar_type(), scalar);
  variable_list leaves{x};
  for (const Tensor& parameter : module.parameters()) leaves.push_back(parameter);
  const variable_list g = torch::autograd::grad({y}, leaves, {gy.to(scalar)}, true, true);
  const variable_list second = torch::autograd::grad({g[0].pow(2).sum()}, {x});
  std::vector<Tensor> all{y, g[0], second[0], g[1], g[2]};
  for (Tensor& t : all) t = t.detach().to(at::kDouble).contiguous();
  return all;
}

TEST(ActivationModuleTest, EveryTypeOfTensorIsServedToSecondOrder) {
  // Values that 16 bits hold, so that only the results are rounded.
  const Tensor x = images().to(at::kBFloat16).to(at::kHalf).to(at::kFloat), gy = at::ones_like(x);
  const auto want = in_type(kernels::Type::f64, at::kDouble, x, gy);
  struct Row {
    kernels::Type type;
    at::ScalarType scalar;
    double room;
  };
  for (const Row& row :
       {Row{kernels::Type::f32, at::kFloat, 1e-5}, Row{kernels::Type::bf16, at::kBFloat16, 0.02},
        Row{kernels::Type::f16, at::kHalf, 0.003}}) {
    const auto got = in_type(row.type, row.scalar, x, gy);
    for (std::size_t k = 0; k < want.size(); ++k)
      EXPECT_TRUE(at::allclose(got[k], want[k], row.room, row.room)) << row.scalar << " " << k;
  }
  ActivationModule module(compiled("xielu"));
  EXPECT_THROW(module.forward(x.to(at::kHalf)), c10::Error);
}

TEST(ActivationModuleTest, StridesOfEveryKindGiveTheSameBits) {
  const Tensor x = images(), gy = images().flip(0);
  const auto last = at::MemoryFormat::ChannelsLast;
  const Tensor views[] = {x.contiguous(last),
                          x.permute({3, 1, 0, 2}).contiguous().permute({2, 1, 3, 0}),
                          at::cat({x, x}, 3).slice(3, 0, 5), at::stack({x, x}, 4).select(4, 1)};
  for (const auto& [type, scalar] :
       {std::pair{kernels::Type::f32, at::kFloat}, std::pair{kernels::Type::bf16, at::kBFloat16},
        std::pair{kernels::Type::f16, at::kHalf}}) {
    const auto want = in_type(type, scalar, x, gy);
    for (const Tensor& view : views) {
      ASSERT_TRUE(at::equal(view, x));
      const auto got = in_type(type, scalar, view, gy.contiguous(last));
      for (std::size_t k = 0; k < 3; ++k) EXPECT_TRUE(at::equal(got[k], want[k])) << k;
    }
  }
  const Tensor nine = x.reshape({1, 2, 1, 3, 1, 4, 1, 5, 1}).transpose(1, 7);
  EXPECT_TRUE(at::equal(run(nine, nine).y, run(nine.contiguous(), nine).y));
}

TEST(ActivationModuleTest, EmptyTensorsPass) {
  const Result empty = run(at::empty({0, 3}), at::empty({0, 3}));
  EXPECT_EQ(empty.y.numel(), 0);
  EXPECT_TRUE(at::equal(empty.gtheta, at::zeros({2})));
}

TEST(ActivationModuleTest, ParametersStartWhereTheActivationSays) {
  ActivationModule module(compiled("xielu"));
  const auto activation = space::parse_activation("xielu");
  ASSERT_EQ(module.parameters().size(), activation.parameters.size());
  const Tensor theta = module.theta();
  for (std::size_t k = 0; k < activation.parameters.size(); ++k) {
    EXPECT_NEAR(theta[static_cast<std::int64_t>(k)].item<double>(), activation.parameters[k].start,
                1e-6);
    EXPECT_TRUE(module.named_parameters().contains("raw_" + activation.parameters[k].name));
  }
}

TEST(ActivationModuleTest, ParametersStayInsideTheirDomains) {
  const std::string text =
      "[a = 0.5 in (0, 1), b = -1 in (-inf, 0), c = 2 in (-inf, inf)] "
      "a*sigmoid(x) + b*sech2(x) + c*tanh(x)";
  ActivationModule module(compiled(text));
  for (const double raw : {-30., 0., 30.}) {
    const at::NoGradGuard no_grad;
    for (Tensor& parameter : module.parameters()) parameter.fill_(raw);
    const Tensor theta = module.theta();
    EXPECT_TRUE(theta[0].item<double>() >= 0 && theta[0].item<double>() <= 1) << raw;
    EXPECT_LE(theta[1].item<double>(), 0) << raw;
    EXPECT_EQ(theta[2].item<double>(), raw);
  }
}

TEST(ActivationModuleTest, AJointDomainHoldsAfterAnyStepOfTheRawValues) {
  ActivationModule module(compiled("srs"));
  const double e = std::exp(1.0);
  for (double first = -60; first <= 60; first += 2.5)
    for (double second = -60; second <= 60; second += 2.5) {
      const at::NoGradGuard no_grad;
      module.parameters()[0].fill_(first);
      module.parameters()[1].fill_(second);
      const Tensor theta = module.theta();
      const double alpha = theta[0].item<double>(), beta = theta[1].item<double>();
      EXPECT_TRUE(alpha > 0 && beta > 0 && beta < e * alpha) << first << " " << second;
    }
}

TEST(ActivationModuleTest, TheGradientOfAJointBoundReachesTheEarlierParameter) {
  const auto activation = space::parse_activation(
      "[a = 2 in (0, inf), b = 3 in (a, 2.5*a), c = 1 in (-inf, 2*b)] f: a*x + b*tanh(x) + c");
  ActivationModule module(compile(activation, {.type = kernels::Type::f64}));
  variable_list raw = module.parameters();
  const Tensor weights = at::tensor({0.3, -0.7, 1.1}, at::kDouble);
  const auto loss = [&] { return (module.theta() * weights).sum(); };
  const variable_list slopes = torch::autograd::grad({loss()}, raw);
  for (std::size_t k = 0; k < raw.size(); ++k) {
    const at::NoGradGuard no_grad;
    constexpr double kStep = 1e-5;
    raw[k].add_(kStep);
    const double up = loss().item<double>();
    raw[k].sub_(2 * kStep);
    const double down = loss().item<double>();
    raw[k].add_(kStep);
    EXPECT_NEAR(slopes[k].item<double>(), (up - down) / (2 * kStep), 1e-9) << k;
    std::vector<double> plain;
    for (const Tensor& r : raw) plain.push_back(r.item<double>());
    EXPECT_NEAR(module.theta()[static_cast<std::int64_t>(k)].item<double>(),
                space::from_raw(activation.parameters, plain)[k], 1e-14);
  }
}

TEST(ActivationModuleTest, TheGainNormalisesTheSecondMoment) {
  for (const std::string text : {"relu", "gelu", "relu2", "tanh", "xielu"}) {
    SCOPED_TRACE(text);
    ActivationModule module(compile(space::normalised(space::parse_activation(text))));
    const auto generator = at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{3});
    const Tensor x = at::empty({400'000}).normal_(0, 1, generator);
    EXPECT_NEAR(module.forward(x).square().mean().item<double>(), 1, 0.02);
  }
}

TEST(ActivationModuleTest, AnotherTypeIsAnError) {
  ActivationModule module(compiled("relu"));
  EXPECT_THROW(module.forward(at::ones({2}, at::kDouble)), c10::Error);
  EXPECT_THROW(module.forward(at::ones({2}, at::kLong)), c10::Error);
}

TEST(ActivationModuleTest, NotANumberStaysAndLeavesItsNeighboursAlone) {
  ActivationModule module(compiled("gelu"));
  Tensor x = at::ones({9});
  x[4] = NAN;
  const Tensor y = module.forward(x);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(std::isnan(y[i].item<float>()), i == 4) << i;
}

}  // namespace
}  // namespace antigrad::trainer
