// Llama (arXiv 2302.13971) as in the language models of xIELU (arXiv 2411.13010): RMSNorm before
// each sublayer, rotary positions, causal attention with shared key-value heads, tied embeddings,
// and a feed-forward network that is plain, W2 f(W1 x), or gated, W2 (f(W1 x) * (W3 x)).
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "trainer/keys.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::trainer {
namespace {

/// Sizes by name: parameters without the table of tokens. The largest is that of arXiv 2411.13010,
/// with its context and rotary base: 0.9 B, 1.1 B with its 131,072 tokens. The smaller ones keep
/// its proportions (ffn = 6 width).
struct SizeRow {
  const char* name;
  int layers, width, heads, context;
  double rope_base;
};
constexpr std::array<SizeRow, 7> kSizes = {{{"1M", 7, 96, 3, 256, 1e4},
                                            {"3M", 5, 192, 6, 256, 1e4},
                                            {"10M", 8, 288, 6, 512, 1e4},
                                            {"30M", 8, 480, 8, 512, 1e4},
                                            {"100M", 11, 768, 12, 1024, 1e4},
                                            {"300M", 14, 1152, 12, 2048, 1e4},
                                            {"1.1B", 24, 1536, 16, 4096, 5e5}}};

/// The named size, where there is one: what keys that are not there stand for.
void read_size(const space::Yaml& node, ModelSpec& spec) {
  Names<const SizeRow*> names;
  for (const SizeRow& row : kSizes) names.emplace_back(row.name, &row);
  const SizeRow& row = *choose(node.at("size"), "size of a llama", names);
  spec.layers = row.layers;
  spec.width = row.width;
  spec.heads = row.heads;
  spec.ffn = 6 * row.width;
  spec.context = row.context;
  spec.rope_base = row.rope_base;
}

void check(const space::Yaml& node, const ModelSpec& spec) {
  const auto at = [&](const char* key) { return node.has(key) ? node.at(key) : node; };
  if (spec.width % (2 * spec.heads) != 0)
    at("heads").fail(
        fmt::format("width {} does not divide into {} heads of an even width (rotary positions "
                    "turn pairs); choose heads so that width / heads is even",
                    spec.width, spec.heads));
  if (spec.heads % spec.kv_heads != 0)
    at("kv_heads")
        .fail(fmt::format("{} heads cannot share {} key-value heads evenly; choose a divisor",
                          spec.heads, spec.kv_heads));
  if (spec.gated && spec.ffn % 3 != 0)
    at("ffn").fail(
        fmt::format("a gated network has 2/3 of {} units to match the plain one in parameters and "
                    "operations; choose a multiple of 3, as {} or {}",
                    spec.ffn, spec.ffn / 3 * 3, spec.ffn / 3 * 3 + 3));
}

/// x + W2 f(W1 norm(x)), or the gated form.
int feed_forward(Plan& plan, const ModelSpec& spec, const std::string& name, int x,
                 double residual_scale) {
  const int units = spec.gated ? gated_units(spec.ffn) : spec.ffn;
  const double deviation = std::sqrt(1. / spec.width);
  const int in = plan.rms_norm(name + "_norm2", x);
  int h = plan.activation(name + "_activation",
                          plan.linear(name + "_up", in, units, false, deviation), "ffn");
  if (spec.gated) h = plan.product(h, plan.linear(name + "_gate", in, units, false, deviation));
  return plan.sum(
      x, plan.linear(name + "_down", h, spec.width, false, std::sqrt(1. / units) * residual_scale));
}

int layer(Plan& plan, const ModelSpec& spec, const std::string& name, int x) {
  const double residual_scale = std::sqrt(1. / (2 * spec.layers)),
               deviation = std::sqrt(1. / spec.width);
  const int head_width = spec.width / spec.heads;
  int h = plan.rms_norm(name + "_norm1", x);
  h = plan.linear(name + "_attention_in", h, (spec.heads + 2 * spec.kv_heads) * head_width, false,
                  deviation);
  h = plan.attention(h, {spec.heads, spec.kv_heads, true, spec.rope_base});
  h = plan.linear(name + "_attention_out", h, spec.width, false, deviation * residual_scale);
  return feed_forward(plan, spec, name, plan.sum(x, h), residual_scale);
}

}  // namespace

void read_llama(const space::Yaml& node, ModelSpec& spec) {
  const bool named = node.has("size");
  if (named) read_size(node, spec);
  const auto whole = [&](const char* key, int lo, int hi, int& value) {
    if (!named || node.has(key)) value = count(node, key, lo, hi);
  };
  whole("layers", 1, 1024, spec.layers);
  whole("width", 2, 65536, spec.width);
  whole("heads", 1, 1024, spec.heads);
  whole("ffn", 1, 1 << 20, spec.ffn);
  whole("context", 2, 1 << 20, spec.context);
  spec.kv_heads = count_or(node, "kv_heads", 1, spec.heads);
  spec.gated = node.boolean_or("gated", false);
  spec.rope_base = real_or(node, "rope_base", 1, 1e9, spec.rope_base);
  check(node, spec);
}

Plan plan_llama(const ModelSpec& spec, const InputShape& input) {
  constexpr double kEmbeddingDeviation = 0.02;
  Plan plan;
  const int embedding = plan.embedding("embedding", plan.tokens(spec.context), input.classes,
                                       spec.width, kEmbeddingDeviation);
  int h = embedding;
  for (int i = 0; i < spec.layers; ++i) h = layer(plan, spec, "layer" + std::to_string(i), h);
  plan.tied_linear(plan.rms_norm("norm", h), embedding);
  return plan;
}

}  // namespace antigrad::trainer
