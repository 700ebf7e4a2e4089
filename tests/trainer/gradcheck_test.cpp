// First and second derivatives of the activation in autograd against finite differences in float64,
// for x and the raw parameters, over the zoo and random candidates; and float32 code against
// float64.
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstdlib>
#include <string>

#include "points.hpp"
#include "space/generate.hpp"
#include "space/zoo.hpp"
#include "trainer/activation_module.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using torch::autograd::grad;
using torch::autograd::variable_list;

constexpr double kStep = 1e-3;  // of the five-point rule: its error is kStep^4 f''''' / 30
constexpr int kPoints = 8;

std::shared_ptr<const CompiledActivation> compiled(const space::Activation& activation,
                                                   kernels::Type type) {
  return compile(activation, {.type = type});
}

/// Fixed numbers in [-1, 1) as weights of a sum.
Tensor weights(std::int64_t count, std::uint64_t key) {
  space::Random random(key);
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(random.uniform(-1, 1));
  return at::tensor(values, at::kDouble);
}

/// A scalar function of x, raw and gy whose derivatives are the second derivatives of the
/// activation: the weighted sum of the first ones.
class Check {
 public:
  explicit Check(const std::shared_ptr<const CompiledActivation>& activation)
      : module_(activation),
        x_(at::tensor(smooth_points(activation->activation, kPoints, 1e-2), at::kDouble)
               .requires_grad_()),
        gy_(weights(x_.numel(), 1).requires_grad_()),
        raw_(module_.parameters()) {}

  std::int64_t points() const { return x_.numel(); }

  /// "" or the first derivative that is wrong.
  std::string first() {
    return compare([this] { return (module_.forward(x_) * gy_).sum(); });
  }
  std::string second() {
    return compare([this] {
      const variable_list first = gradients((module_.forward(x_) * gy_).sum(), true);
      Tensor sum = (first[0] * weights(x_.numel(), 2)).sum();
      for (std::size_t k = 0; k < raw_.size(); ++k)
        sum = sum + first[k + 2] * (0.3 + 0.2 * static_cast<double>(k));
      return sum;
    });
  }

 private:
  variable_list inputs() const {
    variable_list all = {x_, gy_};
    all.insert(all.end(), raw_.begin(), raw_.end());
    return all;
  }
  /// With respect to inputs(); 0 where the value does not depend on one.
  variable_list gradients(const Tensor& value, bool create_graph) const {
    variable_list got = grad({value}, inputs(), {}, true, create_graph, true);
    for (std::size_t i = 0; i < got.size(); ++i)
      if (!got[i].defined()) got[i] = at::zeros_like(inputs()[i]);
    return got;
  }

  template <class Function>
  std::string compare(const Function& function) {
    const Tensor value = function();
    const variable_list analytic = gradients(value, false);
    const std::vector<std::string> names = {"x", "gy"};
    for (std::size_t i = 0; i < analytic.size(); ++i) {
      const Tensor input = inputs()[i].detach();
      double* at = input.mutable_data_ptr<double>();
      for (std::int64_t j = 0; j < input.numel(); ++j) {
        const double want = difference(function, at[j]);
        const double got = analytic[i].contiguous().const_data_ptr<double>()[j];
        const double scale = std::max({1., std::abs(want), std::abs(value.item<double>())});
        if (!(std::abs(got - want) <= 1e-6 * scale))
          return fmt_failure(i < 2 ? names[i] : "raw", j, got, want);
      }
    }
    return "";
  }

  static std::string fmt_failure(const std::string& name, std::int64_t j, double got, double want) {
    return "d/d" + name + "[" + std::to_string(j) + "]: got " + std::to_string(got) + ", want " +
           std::to_string(want);
  }

  /// The five-point rule for function along one number of its inputs.
  template <class Function>
  static double difference(const Function& function, double& number) {
    const double kept = number;
    const auto at = [&](double move) {
      number = kept + move;
      return function().detach().template item<double>();
    };
    const double near = at(kStep) - at(-kStep), far = at(2 * kStep) - at(-2 * kStep);
    number = kept;
    return (8 * near - far) / (12 * kStep);
  }

  ActivationModule module_;
  Tensor x_, gy_;
  variable_list raw_;
};

/// y, gx, graw and the derivatives of their weighted sum in one list.
std::vector<Tensor> everything(const space::Activation& activation, kernels::Type type,
                               const std::vector<double>& points) {
  const auto scalar = type == kernels::Type::f32 ? at::kFloat : at::kDouble;
  ActivationModule module(compiled(activation, type));
  Tensor x = at::tensor(points, at::kDouble).to(scalar).requires_grad_();
  variable_list inputs = module.parameters();
  inputs.push_back(x);
  const Tensor gy = weights(x.numel(), 1).to(scalar);
  std::vector<Tensor> result = {module.forward(x)};
  Tensor sum = at::zeros({}, scalar);
  for (const Tensor& first : grad({(result[0] * gy).sum()}, inputs, {}, true, true)) {
    result.push_back(first);
    sum = sum + (first * weights(first.numel(), 2).to(scalar).view_as(first)).sum();
  }
  if (!sum.requires_grad()) return result;
  for (const Tensor& second : grad({sum}, inputs, {}, false, false, true))
    if (second.defined()) result.push_back(second);
  return result;
}

void expect_derivatives(const space::Activation& activation) {
  SCOPED_TRACE(activation.text);
  Check check(compiled(activation, kernels::Type::f64));
  ASSERT_GE(check.points(), kPoints / 2);
  EXPECT_EQ(check.first(), "");
  EXPECT_EQ(check.second(), "");
  const auto points = smooth_points(activation, kPoints, 1e-2);
  const auto f32 = everything(activation, kernels::Type::f32, points);
  const auto f64 = everything(activation, kernels::Type::f64, points);
  ASSERT_EQ(f32.size(), f64.size());
  for (std::size_t i = 0; i < f32.size(); ++i) {
    const double scale = std::max(1., f64[i].abs().max().item<double>());
    EXPECT_LE((f32[i].to(at::kDouble) - f64[i]).abs().max().item<double>(), 3e-5 * scale)
        << "output " << i << " of y, first derivatives, second derivatives";
  }
}

bool full() {
  const char* const text = std::getenv("ANTIGRAD_FULL");
  return text != nullptr && std::string(text) == "1";
}

TEST(GradcheckTest, TheWholeZooPassesToSecondOrder) {
  ASSERT_GE(space::zoo().size(), 20u);
  for (const space::ZooEntry& entry : space::zoo())
    expect_derivatives(space::parse_activation(entry.text));
}

class RandomCandidates : public testing::TestWithParam<int> {};

// 200 with ANTIGRAD_FULL=1, a sample of them without.
TEST_P(RandomCandidates, PassToSecondOrder) {
  for (int i = 0; i < 50; i += full() ? 1 : 5) {
    space::Random random(space::child_seed(2026, static_cast<std::uint64_t>(50 * GetParam() + i)));
    expect_derivatives(space::integrate(space::random_gradient({}, random)));
  }
}

INSTANTIATE_TEST_SUITE_P(GradcheckTest, RandomCandidates, testing::Range(0, 4));

/// A kernel of x^2 whose backward claims the slope x: the check must see it.
class WrongSlope : public kernels::Kernel {
 public:
  kernels::Tier tier() const override { return kernels::Tier::interpreter; }
  kernels::Type type() const override { return kernels::Type::f64; }
  void forward(const void* x, void* y, std::int64_t n, std::span<const double>) const override {
    for (std::int64_t i = 0; i < n; ++i)
      static_cast<double*>(y)[i] = square(static_cast<const double*>(x)[i]);
  }
  void backward(const void* x, const void* gy, void* gx, std::int64_t n, std::span<const double>,
                std::span<double>) const override {
    for (std::int64_t i = 0; i < n; ++i)
      static_cast<double*>(gx)[i] =
          static_cast<const double*>(gy)[i] * static_cast<const double*>(x)[i];
  }
  void double_backward(const void*, const void*, const void*, void*, void*, std::int64_t,
                       std::span<const double>, std::span<const double>,
                       std::span<double>) const override {}

 private:
  static double square(double x) { return x * x; }
};

TEST(GradcheckTest, AWrongSlopeFails) {
  const auto wrong = std::make_shared<CompiledActivation>(
      CompiledActivation{space::parse_activation("relu2"), std::make_shared<WrongSlope>()});
  EXPECT_NE(Check(wrong).first(), "");
}

TEST(GradcheckTest, AThirdDerivativeIsRefused) {
  ActivationModule module(compiled(space::parse_activation("gelu"), kernels::Type::f64));
  Tensor x = at::tensor({0.3, -1.2}, at::kDouble).requires_grad_();
  const Tensor first = grad({module.forward(x).sum()}, {x}, {}, true, true)[0];
  EXPECT_THROW(grad({first.sum()}, {x}, {}, true, true), c10::Error);
}

}  // namespace
}  // namespace antigrad::trainer
