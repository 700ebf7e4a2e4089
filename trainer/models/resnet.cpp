// Residual networks (He et al., arXiv 1512.03385). CIFAR form, section 4.2: three stages of
// n = (depth - 2) / 6 blocks of two 3x3 convolutions with width, 2 width, 4 width channels.
// ImageNet form, table 1: four stages; from depth 50 a block is 1x1, 3x3, 1x1 and four times wider
// at its end. Each convolution is batch-normalised, a shortcut that changes shape is a 1x1
// convolution; mean over the image, a linear layer.
#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "trainer/keys.hpp"
#include "trainer/models/families.hpp"
#include "trainer/models/stem.hpp"

namespace antigrad::trainer {
namespace {

struct Stages {
  std::vector<int> blocks;
  bool bottleneck = false;
};

const std::vector<std::pair<int, Stages>> kImagenet = {{18, {{2, 2, 2, 2}, false}},
                                                       {34, {{3, 4, 6, 3}, false}},
                                                       {50, {{3, 4, 6, 3}, true}},
                                                       {101, {{3, 4, 23, 3}, true}}};

Stages stages_of(const ModelSpec& spec) {
  if (!spec.imagenet) return {std::vector<int>(3, (spec.depth - 2) / 6), false};
  for (const auto& [depth, stages] : kImagenet)
    if (depth == spec.depth) return stages;
  return {};
}

struct Block {
  std::string name;
  int width, stride;
};

int convolution_norm(Plan& plan, const Block& block, const std::string& number, int a, int out,
                     int size, int stride) {
  const int h =
      plan.convolution(block.name + "_convolution" + number, a, out, size, stride, size / 2);
  return plan.batch_norm(block.name + "_norm" + number, h);
}

/// x itself, or its 1x1 convolution where the block changes shape.
int shortcut(Plan& plan, const Block& block, int x, int out) {
  if (plan.shape(x).channels == out && block.stride == 1) return x;
  const int h = plan.convolution(block.name + "_shortcut", x, out, 1, block.stride, 0);
  return plan.batch_norm(block.name + "_shortcut_norm", h);
}

/// f(x's shortcut + bn(conv(f(bn(conv(x)))))).
int basic_block(Plan& plan, const Block& block, int x) {
  int h = convolution_norm(plan, block, "1", x, block.width, 3, block.stride);
  h = plan.activation(block.name + "_activation1", h, "blocks");
  h = convolution_norm(plan, block, "2", h, block.width, 3, 1);
  h = plan.sum(h, shortcut(plan, block, x, block.width));
  return plan.activation(block.name + "_activation2", h, "blocks");
}

/// The stride is the 3x3 convolution's.
int bottleneck_block(Plan& plan, const Block& block, int x) {
  int h = convolution_norm(plan, block, "1", x, block.width, 1, 1);
  h = plan.activation(block.name + "_activation1", h, "blocks");
  h = convolution_norm(plan, block, "2", h, block.width, 3, block.stride);
  h = plan.activation(block.name + "_activation2", h, "blocks");
  h = convolution_norm(plan, block, "3", h, 4 * block.width, 1, 1);
  h = plan.sum(h, shortcut(plan, block, x, 4 * block.width));
  return plan.activation(block.name + "_activation3", h, "blocks");
}

}  // namespace

void read_resnet(const space::Yaml& node, ModelSpec& spec) {
  spec.imagenet = node.has("form") && choose<bool>(node.at("form"), "form of a resnet",
                                                   {{"cifar", false}, {"imagenet", true}});
  spec.depth = count(node, "depth", 8, 1202);
  spec.width = count(node, "width", 1, 4096);
  spec.stem = read_stem(node);
  if (!spec.imagenet && spec.depth % 6 != 2)
    node.at("depth").fail(
        fmt::format("expected a depth of the form 6 n + 2 (8, 14, 20, 32, 44, 56, 110), got {}; "
                    "18, 34, 50 and 101 are of form: imagenet",
                    spec.depth));
  if (spec.imagenet && stages_of(spec).blocks.empty())
    node.at("depth").fail(
        fmt::format("expected a depth of 18, 34, 50 or 101 of form: imagenet, got {}", spec.depth));
}

Plan plan_resnet(const ModelSpec& spec, const InputShape& input) {
  Plan plan;
  int h = plan.image({input.channels, input.height, input.width});
  h = add_stem(plan, h, stem_of(spec, input), spec.width);
  const Stages stages = stages_of(spec);
  int number = 0;
  for (std::size_t stage = 0; stage < stages.blocks.size(); ++stage) {
    for (int k = 0; k < stages.blocks[stage]; ++k) {
      const Block block{fmt::format("block{}", number++), spec.width << stage,
                        stage > 0 && k == 0 ? 2 : 1};
      h = stages.bottleneck ? bottleneck_block(plan, block, h) : basic_block(plan, block, h);
    }
  }
  h = plan.mean(h);
  plan.linear("head", h, input.classes, true, std::sqrt(1. / plan.shape(h).channels));
  return plan;
}

}  // namespace antigrad::trainer
