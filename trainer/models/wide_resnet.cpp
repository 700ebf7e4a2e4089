// Wide residual networks (Zagoruyko, Komodakis, arXiv 1605.07146): three stages of
// n = (depth - 4) / 6 blocks of two 3x3 convolutions with `widen` times width, 2 width, 4 width
// channels; normalisation and activation stand before each convolution; no dropout.
#include <fmt/format.h>

#include <cmath>

#include "trainer/keys.hpp"
#include "trainer/models/families.hpp"
#include "trainer/models/stem.hpp"

namespace antigrad::trainer {
namespace {

/// conv(f(bn(conv(h)))) + (x or 1x1 conv of h), h = f(bn(x)).
int block(Plan& plan, const std::string& name, int x, int out, int stride) {
  const int h =
      plan.activation(name + "_activation1", plan.batch_norm(name + "_norm1", x), "blocks");
  int inner = plan.convolution(name + "_convolution1", h, out, 3, stride, 1);
  inner = plan.activation(name + "_activation2", plan.batch_norm(name + "_norm2", inner), "blocks");
  inner = plan.convolution(name + "_convolution2", inner, out, 3, 1, 1);
  const bool same = plan.shape(x).channels == out && stride == 1;
  return plan.sum(inner, same ? x : plan.convolution(name + "_shortcut", h, out, 1, stride, 0));
}

}  // namespace

void read_wide_resnet(const space::Yaml& node, ModelSpec& spec) {
  spec.depth = count(node, "depth", 10, 1204);
  spec.width = count_or(node, "width", 1, 16, 4096);
  spec.widen = count(node, "widen", 1, 64);
  spec.stem = read_stem(node);
  if (spec.depth % 6 != 4)
    node.at("depth").fail(fmt::format(
        "expected a depth of the form 6 n + 4 (10, 16, 22, 28, 40), got {}", spec.depth));
}

Plan plan_wide_resnet(const ModelSpec& spec, const InputShape& input) {
  Plan plan;
  const StemRow& stem = stem_of(spec, input);
  int h = plan.image({input.channels, input.height, input.width});
  h = plan.convolution("stem", h, spec.width, stem.size, stem.stride, stem.padding);
  if (stem.pool) h = plan.max_pool(h, 3, 2, 1);
  for (int stage = 0, number = 0; stage < 3; ++stage)
    for (int k = 0; k < (spec.depth - 4) / 6; ++k)
      h = block(plan, fmt::format("block{}", number++), h, (spec.width * spec.widen) << stage,
                stage > 0 && k == 0 ? 2 : 1);
  h = plan.activation("activation", plan.batch_norm("norm", h), "head");
  h = plan.mean(h);
  plan.linear("head", h, input.classes, true, std::sqrt(1. / plan.shape(h).channels));
  return plan;
}

}  // namespace antigrad::trainer
