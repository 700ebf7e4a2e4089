// A neural probabilistic language model (Bengio et al. 2003, JMLR 3, without the direct
// connections): the rows of all tokens of the window up to the present one side by side, hidden
// layers h = f(W h + b), a linear layer for the next token. There is neither normalisation nor a
// skip, so what it learns hangs on f.
#include <fmt/format.h>

#include <cmath>

#include "trainer/keys.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::trainer {

void read_nplm(const space::Yaml& node, ModelSpec& spec) {
  spec.layers = count(node, "layers", 1, 1024);
  spec.width = count(node, "width", 1, 65536);
  spec.ffn = count(node, "ffn", 1, 1 << 20);
  spec.context = count(node, "context", 2, 1024);
}

Plan plan_nplm(const ModelSpec& spec, const InputShape& input) {
  constexpr double kEmbeddingDeviation = 1;  // that hidden layers begin with N(0, 2)
  Plan plan;
  int h = plan.embedding("embedding", plan.tokens(spec.context), input.classes, spec.width,
                         kEmbeddingDeviation);
  h = plan.recent(h, spec.context);
  for (int k = 0; k < spec.layers; ++k) {
    const double deviation = std::sqrt(2. / plan.shape(h).channels);
    h = plan.linear(fmt::format("linear{}", k), h, spec.ffn, true, deviation);
    h = plan.activation(fmt::format("activation{}", k), h, k == 0 ? "stem" : "blocks");
  }
  plan.linear("head", h, input.classes, true, std::sqrt(1. / spec.ffn));
  return plan;
}

}  // namespace antigrad::trainer
