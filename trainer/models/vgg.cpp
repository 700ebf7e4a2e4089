// VGG (Simonyan, Zisserman, arXiv 1409.1556, table 1: columns A, B, D = 11, 13, 16 layers) with
// batch normalisation and one linear layer after the mean over the image, the form for small
// images: five groups of 3x3 convolutions of width, 2 width, 4 width, 8 width, 8 width channels,
// each group ended by 2x2 maxima while the image has two pixels a side.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "trainer/keys.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::trainer {
namespace {

struct Form {
  int depth;
  std::array<int, 5> convolutions;  // of each group
};
constexpr std::array<Form, 3> kForms = {
    {{11, {1, 1, 2, 2, 2}}, {13, {2, 2, 2, 2, 2}}, {16, {2, 2, 3, 3, 3}}}};

const Form* form_of(int depth) {
  const auto* const form = std::find_if(kForms.begin(), kForms.end(),
                                        [&](const Form& known) { return known.depth == depth; });
  return form == kForms.end() ? nullptr : form;
}

}  // namespace

void read_vgg(const space::Yaml& node, ModelSpec& spec) {
  spec.depth = count(node, "depth", 1);
  spec.width = count_or(node, "width", 1, 64, 4096);
  if (form_of(spec.depth) == nullptr)
    node.at("depth").fail(fmt::format("expected a depth of 11, 13 or 16, got {}", spec.depth));
}

Plan plan_vgg(const ModelSpec& spec, const InputShape& input) {
  constexpr std::array<int, 5> kTimes = {1, 2, 4, 8, 8};
  Plan plan;
  int h = plan.image({input.channels, input.height, input.width}), number = 0;
  for (std::size_t group = 0; group < kTimes.size(); ++group) {
    for (int k = 0; k < form_of(spec.depth)->convolutions[group]; ++k, ++number) {
      h = plan.convolution(fmt::format("convolution{}", number), h, spec.width * kTimes[group], 3,
                           1, 1);
      h = plan.batch_norm(fmt::format("norm{}", number), h);
      h = plan.activation(fmt::format("activation{}", number), h, number == 0 ? "stem" : "blocks");
    }
    if (std::min(plan.shape(h).height, plan.shape(h).width) > 1) h = plan.max_pool(h, 2, 2, 0);
  }
  h = plan.mean(h);
  plan.linear("head", h, input.classes, true, std::sqrt(1. / plan.shape(h).channels));
  return plan;
}

}  // namespace antigrad::trainer
