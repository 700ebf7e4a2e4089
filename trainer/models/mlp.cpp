// A network of fully connected layers on the numbers of an image: h_1 = f(W_1 x), then
// h_i = f(W_i h_(i-1)), with batch normalisation before f and h_(i-1) added after it where the
// study says so; a linear layer. A normalised layer has no bias of its own. At a place of f may
// stand a module: maxout of `pieces` times the units, softmax over the units, or radial functions
// of the layer's input, which have no W and no normalisation.
#include <fmt/format.h>

#include <cmath>

#include "trainer/keys.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::trainer {
namespace {

int hidden(Plan& plan, const ModelSpec& spec, int number, int a) {
  const std::string n = std::to_string(number), place = number == 0 ? "stem" : "blocks";
  const auto module = module_at(spec, place);
  int h = a;
  if (!module || !is_radial(*module)) {
    const int units = spec.width * (module == PlaceModule::maxout ? spec.pieces : 1);
    h = plan.linear("linear" + n, a, units, !spec.norm, std::sqrt(2. / plan.shape(a).channels));
    if (spec.norm) h = plan.batch_norm("norm" + n, h);
  }
  h = module ? add_module(plan, *module, spec, "activation" + n, h)
             : plan.activation("activation" + n, h, place);
  return spec.skip && number > 0 ? plan.sum(h, a) : h;
}

}  // namespace

void read_mlp(const space::Yaml& node, ModelSpec& spec) {
  spec.layers = count(node, "layers", 1, 1024);
  spec.width = count(node, "width", 1, 65536);
  spec.norm = node.boolean_or("norm", false);
  spec.skip = node.boolean_or("skip", false);
  spec.pieces = count_or(node, "pieces", 2, spec.pieces, 64);
}

Plan plan_mlp(const ModelSpec& spec, const InputShape& input) {
  Plan plan;
  int h = plan.flatten(plan.image({input.channels, input.height, input.width}));
  for (int k = 0; k < spec.layers; ++k) h = hidden(plan, spec, k, h);
  plan.linear("head", h, input.classes, true, std::sqrt(1. / spec.width));
  return plan;
}

}  // namespace antigrad::trainer
