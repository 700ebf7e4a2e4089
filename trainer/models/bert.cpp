// A small encoder in the manner of BERT (Devlin et al., arXiv 1810.04805) that fills in masked
// tokens: embeddings with trained positions, layers whose sublayers are added and then normalised
// (attention to both sides, W2 f(W1 x)), and a head norm(f(W x)) against the table of tokens. No
// segments, no dropout; the token after the last one of the vocabulary is the mask.
#include <fmt/format.h>

#include <cmath>

#include "trainer/keys.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::trainer {
namespace {

constexpr double kDeviation = 0.02;  // of all initial weights, as in the paper's code

int layer(Plan& plan, const ModelSpec& spec, const std::string& name, int x) {
  int h = plan.linear(name + "_attention_in", x, 3 * spec.width, true, kDeviation);
  h = plan.attention(h, {.heads = spec.heads, .kv_heads = spec.heads, .causal = false});
  h = plan.linear(name + "_attention_out", h, spec.width, true, kDeviation);
  const int middle = plan.layer_norm(name + "_norm1", plan.sum(x, h));
  h = plan.linear(name + "_up", middle, spec.ffn, true, kDeviation);
  h = plan.activation(name + "_activation", h, "ffn");
  h = plan.linear(name + "_down", h, spec.width, true, kDeviation);
  return plan.layer_norm(name + "_norm2", plan.sum(middle, h));
}

}  // namespace

void read_bert(const space::Yaml& node, ModelSpec& spec) {
  spec.layers = count(node, "layers", 1, 1024);
  spec.width = count(node, "width", 1, 65536);
  spec.heads = count(node, "heads", 1, 1024);
  spec.ffn = count(node, "ffn", 1, 1 << 20);
  spec.context = count(node, "context", 2, 1 << 20);
  if (spec.width % spec.heads != 0)
    node.at("heads").fail(fmt::format("width {} does not divide into {} heads; choose a divisor",
                                      spec.width, spec.heads));
}

Plan plan_bert(const ModelSpec& spec, const InputShape& input) {
  Plan plan;
  const int embedding = plan.embedding("embedding", plan.tokens(spec.context), input.classes + 1,
                                       spec.width, kDeviation);
  int h = plan.positions("positions", embedding, kDeviation);
  h = plan.layer_norm("norm", h);
  for (int i = 0; i < spec.layers; ++i) h = layer(plan, spec, fmt::format("layer{}", i), h);
  h = plan.linear("head", h, spec.width, true, kDeviation);
  h = plan.layer_norm("head_norm", plan.activation("head_activation", h, "head"));
  plan.tied_linear(h, embedding);
  return plan;
}

}  // namespace antigrad::trainer
