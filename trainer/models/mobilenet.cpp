// MobileNetV2 (Sandler et al., arXiv 1801.04381, table 2): inverted residual blocks, each a 1x1
// convolution to t times the channels, a 3x3 convolution of each channel by itself, and a 1x1
// convolution without activation; x is added where the block keeps its shape. width 32 is the
// paper's; other widths scale every channel. Of the paper's five strides of 2 only the
// last three are kept for images of up to 64 pixels a side.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "trainer/keys.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::trainer {
namespace {

struct Group {
  int times, channels, blocks, stride, small_stride;
};
constexpr std::array<Group, 7> kGroups = {{{1, 16, 1, 1, 1},
                                           {6, 24, 2, 2, 1},
                                           {6, 32, 3, 2, 2},
                                           {6, 64, 4, 2, 2},
                                           {6, 96, 3, 1, 1},
                                           {6, 160, 3, 2, 2},
                                           {6, 320, 1, 1, 1}}};
constexpr int kWidth = 32, kLast = 1280;

struct Block {
  std::string name;
  int times, out, stride;
};

int add_block(Plan& plan, const Block& block, int x) {
  const int in = plan.shape(x).channels, inner = in * block.times;
  const auto part = [&](const char* kind, int number) {
    return fmt::format("{}_{}{}", block.name, kind, number);
  };
  int h = x;
  if (block.times > 1) {
    h = plan.convolution(part("convolution", 1), h, inner, 1, 1, 0);
    h = plan.batch_norm(part("norm", 1), h);
    h = plan.activation(part("activation", 1), h, "blocks");
  }
  h = plan.convolution(part("convolution", 2), h, inner, 3, block.stride, 1, inner);
  h = plan.batch_norm(part("norm", 2), h);
  h = plan.activation(part("activation", 2), h, "blocks");
  h = plan.convolution(part("convolution", 3), h, block.out, 1, 1, 0);
  h = plan.batch_norm(part("norm", 3), h);
  return block.stride == 1 && in == block.out ? plan.sum(x, h) : h;
}

}  // namespace

void read_mobilenet(const space::Yaml& node, ModelSpec& spec) {
  spec.width = count_or(node, "width", 1, kWidth, 4096);
}

Plan plan_mobilenet(const ModelSpec& spec, const InputShape& input) {
  constexpr int kSmallSide = 64;
  const bool small = std::max(input.height, input.width) <= kSmallSide;
  const auto scaled = [&](int channels) { return std::max(1, channels * spec.width / kWidth); };
  Plan plan;
  int h = plan.image({input.channels, input.height, input.width});
  h = plan.convolution("stem", h, spec.width, 3, small ? 1 : 2, 1);
  h = plan.activation("activation", plan.batch_norm("norm", h), "stem");
  int number = 0;
  for (const Group& group : kGroups)
    for (int k = 0; k < group.blocks; ++k)
      h = add_block(plan,
                    {fmt::format("block{}", number++), group.times, scaled(group.channels),
                     k > 0   ? 1
                     : small ? group.small_stride
                             : group.stride},
                    h);
  h = plan.convolution("last", h, scaled(kLast), 1, 1, 0);
  h = plan.mean(plan.activation("last_activation", plan.batch_norm("last_norm", h), "head"));
  plan.linear("head", h, input.classes, true, std::sqrt(1. / plan.shape(h).channels));
  return plan;
}

}  // namespace antigrad::trainer
