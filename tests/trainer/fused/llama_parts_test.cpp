// Root mean square normalisation and rotary positions as one pass each against libtorch's
// operations one after the other.
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <functional>

#include "trainer/fused/rms_norm.hpp"
#include "trainer/fused/rotation.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using torch::autograd::grad;
using torch::autograd::variable_list;
using Function = std::function<Tensor(const variable_list&)>;

Tensor drawn(at::IntArrayRef shape, std::uint64_t seed) {
  return at::empty(shape, at::kDouble)
      .normal_(0.3, 1, at::make_generator<at::CPUGeneratorImpl>(seed));
}

/// Value, gradients and gradients of gradients.
variable_list everything(const Function& function, const variable_list& inputs) {
  const Tensor y = function(inputs);
  variable_list all = {y.detach()};
  const Tensor value = (y * at::linspace(-1, 1, y.numel(), y.options()).view(y.sizes())).sum();
  for (const Tensor& g : grad({value}, inputs, {}, true)) all.push_back(g);
  Tensor sum = at::zeros({}, y.options());
  for (const Tensor& g : grad({y.square().sum()}, inputs, {}, true, true))
    sum = sum + g.square().sum();
  for (const Tensor& g : grad({sum}, inputs)) all.push_back(g);
  return all;
}

variable_list leaves(const variable_list& values, at::ScalarType type) {
  variable_list all;
  for (const Tensor& value : values) all.push_back(value.to(type, false, true).requires_grad_());
  return all;
}

/// In float64 they agree; in float32 ours is no farther from that than twice libtorch's.
void expect_equal(const Function& ours, const Function& plain, const variable_list& values) {
  const variable_list exact = everything(plain, leaves(values, at::kDouble)),
                      got = everything(ours, leaves(values, at::kDouble)),
                      rounded = everything(plain, leaves(values, at::kFloat)),
                      own = everything(ours, leaves(values, at::kFloat));
  const auto error = [&](const Tensor& x, std::size_t i) {
    return ((x.to(at::kDouble) - exact[i]).norm() / exact[i].norm()).item<double>();
  };
  for (std::size_t i = 0; i < exact.size(); ++i) {
    EXPECT_LE(error(got[i], i), 1e-13) << i;
    EXPECT_LE(error(own[i], i), 2 * error(rounded[i], i) + 1e-6) << i;
  }
}

TEST(RmsNormTest, ValuesAndGradientsToSecondOrderAreLibtorchs) {
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{3, 5, 128}, {200, 24}, {1, 1, 7}})
    expect_equal(
        [](const variable_list& in) { return rms_norm(in[0], in[1], 1e-6); },
        [](const variable_list& in) { return at::rms_norm(in[0], {in[0].size(-1)}, in[1], 1e-6); },
        {drawn(shape, 1), drawn({shape.back()}, 2)});
}

TEST(RmsNormTest, ARowThatIsNotFiniteLeavesTheOthersAlone) {
  Tensor x = drawn({3, 20}, 1).to(at::kFloat);
  x[1][4] = std::nan("");
  const Tensor y = rms_norm(x, at::ones({20}), 1e-6);
  EXPECT_TRUE(y[1].isnan().all().item<bool>());
  EXPECT_FALSE(y[0].isnan().any().item<bool>() || y[2].isnan().any().item<bool>());
}

struct Angles {
  Tensor cosine, sine;
  Angles(std::int64_t tokens, std::int64_t half, at::ScalarType type) {
    const Tensor angle =
        at::outer(at::arange(tokens, at::kDouble), at::linspace(0.1, 1, half, at::kDouble));
    cosine = angle.cos().to(type);
    sine = angle.sin().to(type);
  }
};

/// Heads of queries, keys and values next to each other, by libtorch's operations.
Tensor plain_parts(const Tensor& x, const HeadSizes& s, const Angles& angles) {
  const Tensor heads = x.view({x.size(0), x.size(1), s.heads + 2 * s.kv_heads, s.width});
  const auto half = heads.narrow(2, 0, s.heads + s.kv_heads).chunk(2, -1);
  const Tensor c = angles.cosine.narrow(0, 0, x.size(1)).unsqueeze(1),
               d = angles.sine.narrow(0, 0, x.size(1)).unsqueeze(1);
  const Tensor turned = at::cat({half[0] * c - half[1] * d, half[1] * c + half[0] * d}, -1);
  return at::cat({turned, heads.narrow(2, s.heads + s.kv_heads, s.kv_heads)}, 2);
}

TEST(RotationTest, QueriesKeysAndValuesAreLibtorchs) {
  for (const HeadSizes& s : {HeadSizes{4, 4, 32}, HeadSizes{6, 2, 4}, HeadSizes{3, 1, 6}})
    for (const std::int64_t tokens : {1, 7}) {
      const auto angles = [&](const Tensor& x) { return Angles(9, s.width / 2, x.scalar_type()); };
      expect_equal(
          [&](const variable_list& in) {
            const Angles a = angles(in[0]);
            const auto [q, k, v] = split_and_turn(in[0], s, a.cosine, a.sine);
            return at::cat({q, k, v}, 2);
          },
          [&](const variable_list& in) { return plain_parts(in[0], s, angles(in[0])); },
          {drawn({2, tokens, (s.heads + 2 * s.kv_heads) * s.width}, 3)});
    }
}

}  // namespace
}  // namespace antigrad::trainer
