// In the manner of AlexNet (Krizhevsky, Sutskever, Hinton 2012): five convolutions, of which the
// first, second and fifth are followed by maxima, and two hidden fully connected layers. Batch
// normalisation stands in place of the response normalisation, of biases and of dropout. width 64
// gives the channels of the single-tower form: 64, 192, 384, 256, 256, hidden 4096.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "space/error.hpp"
#include "trainer/keys.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::trainer {
namespace {

struct Convolution {
  int times, size;  // channels in units of width
  bool pool;
};
constexpr std::array<Convolution, 5> kConvolutions = {
    {{1, 5, true}, {3, 5, true}, {6, 3, false}, {4, 3, false}, {4, 3, true}}};
constexpr int kHidden = 64;  // units of a hidden layer, in units of width

/// 2x2 maxima of small images, 3x3 of large ones, while there are pixels.
int pooled(Plan& plan, int h, bool small) {
  const Shape& shape = plan.shape(h);
  const int size = small ? 2 : 3;
  return std::min(shape.height, shape.width) < size ? h : plan.max_pool(h, size, 2, 0);
}

int hidden(Plan& plan, int number, int h, int units) {
  h = plan.linear(fmt::format("hidden{}", number), h, units, false,
                  std::sqrt(2. / plan.shape(h).channels));
  h = plan.batch_norm(fmt::format("hidden_norm{}", number), h);
  return plan.activation(fmt::format("hidden_activation{}", number), h, "head");
}

}  // namespace

void read_alexnet(const space::Yaml& node, ModelSpec& spec) {
  spec.width = count(node, "width", 1, 1024);
}

Plan plan_alexnet(const ModelSpec& spec, const InputShape& input) {
  constexpr int kSmallSide = 128;  // larger images begin with the paper's 11x11, stride 4
  const bool small = std::max(input.height, input.width) <= kSmallSide;
  Plan plan;
  int h = plan.image({input.channels, input.height, input.width});
  for (std::size_t k = 0; k < kConvolutions.size(); ++k) {
    const Convolution& row = kConvolutions[k];
    const bool first = k == 0 && !small;
    h = plan.convolution(fmt::format("convolution{}", k), h, row.times * spec.width,
                         first ? 11 : row.size, first ? 4 : 1, first ? 2 : row.size / 2);
    h = plan.batch_norm(fmt::format("norm{}", k), h);
    h = plan.activation(fmt::format("activation{}", k), h, k == 0 ? "stem" : "blocks");
    if (row.pool) h = pooled(plan, h, small);
  }
  h = plan.flatten(h);
  for (int k = 0; k < 2; ++k) h = hidden(plan, k, h, kHidden * spec.width);
  plan.linear("head", h, input.classes, true, std::sqrt(1. / plan.shape(h).channels));
  return plan;
}

}  // namespace antigrad::trainer
