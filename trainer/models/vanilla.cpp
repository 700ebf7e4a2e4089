// In the manner of VanillaNet (Chen et al., arXiv 2305.12972): no shortcuts; a 4x4 convolution of
// stride 4 (small images: 3x3, stride 1), then `layers` 1x1 convolutions with doubling channels and
// 2x2 maxima while the image has two pixels a side. Between them stands either a plain activation
// or a series of `series` of them (trainer/models/series.hpp), the only part that mixes neighbours.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "trainer/keys.hpp"
#include "trainer/models/families.hpp"
#include "trainer/models/series.hpp"

namespace antigrad::trainer {

void read_vanilla(const space::Yaml& node, ModelSpec& spec) {
  spec.layers = count(node, "layers", 1, 32);
  spec.width = count(node, "width", 1, 4096);
  spec.series = count_or(node, "series", 0, 0, 7);
}

Plan plan_vanilla(const ModelSpec& spec, const InputShape& input) {
  constexpr int kSmallSide = 64, kDoublings = 3;
  const bool small = std::max(input.height, input.width) <= kSmallSide;
  Plan plan;
  int h = plan.image({input.channels, input.height, input.width});
  h = plan.convolution("stem", h, spec.width, small ? 3 : 4, small ? 1 : 4, small ? 1 : 0);
  h = add_series(plan, {"stem_series", "stem", spec.series}, plan.batch_norm("norm", h));
  for (int k = 0; k < spec.layers; ++k) {
    const std::string name = fmt::format("layer{}", k);
    h = plan.convolution(name + "_convolution", h, spec.width << std::min(k + 1, kDoublings), 1, 1,
                         0);
    h = plan.batch_norm(name + "_norm", h);
    if (std::min(plan.shape(h).height, plan.shape(h).width) > 1) h = plan.max_pool(h, 2, 2, 0);
    h = add_series(plan, {name + "_series", "blocks", spec.series}, h);
  }
  h = plan.mean(h);
  plan.linear("head", h, input.classes, true, std::sqrt(1. / plan.shape(h).channels));
  return plan;
}

}  // namespace antigrad::trainer
