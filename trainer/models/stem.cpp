// Small: He et al. 2015, CIFAR form. Large: the same paper's form for ImageNet. Medium: between.
#include "trainer/models/stem.hpp"

#include <algorithm>
#include <array>

#include "trainer/keys.hpp"

namespace antigrad::trainer {
namespace {

using Stem = ModelSpec::Stem;

constexpr std::array<StemRow, 3> kStems = {{{"small", Stem::small, 64, 3, 1, 1, false},
                                            {"medium", Stem::medium, 128, 7, 2, 3, false},
                                            {"large", Stem::large, kMany, 7, 2, 3, true}}};

}  // namespace

Stem read_stem(const space::Yaml& node) {
  if (!node.has("stem")) return Stem::automatic;
  Names<Stem> names = {{"auto", Stem::automatic}};
  for (const StemRow& row : kStems) names.emplace_back(row.name, row.stem);
  return choose(node.at("stem"), "stem", names);
}

const StemRow& stem_of(const ModelSpec& spec, const InputShape& input) {
  const int side = std::max(input.height, input.width);
  for (const StemRow& row : kStems)
    if (spec.stem == row.stem || (spec.stem == Stem::automatic && side <= row.side)) return row;
  return kStems.back();
}

int add_stem(Plan& plan, int image, const StemRow& row, int width) {
  int h = plan.convolution("stem", image, width, row.size, row.stride, row.padding);
  h = plan.activation("activation", plan.batch_norm("norm", h), "stem");
  return row.pool ? plan.max_pool(h, 3, 2, 1) : h;
}

}  // namespace antigrad::trainer
