// Networks that classify the nodes of a graph. GCN (Kipf and Welling, arXiv 1609.02907): layers
// A x W + b, A the normalised adjacency with self loops. GAT (Velickovic et al., arXiv 1710.10903):
// layers whose neighbours weigh what attention says, of several heads, averaged in the last layer.
// Activations between layers; no dropout.
#include <cmath>

#include "trainer/keys.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::trainer {
namespace {

/// Glorot's deviation, as both papers have it.
double deviation(int in, int out) { return std::sqrt(2. / (in + out)); }

int linear(Plan& plan, int number, int a, int out) {
  return plan.linear("linear" + std::to_string(number), a, out, false,
                     deviation(plan.shape(a).channels, out));
}

int activated(Plan& plan, const ModelSpec& spec, int number, int a) {
  const std::string name = "activation" + std::to_string(number);
  const std::string place = number == 0 ? "stem" : "blocks";
  const auto module = module_at(spec, place);
  return module ? add_module(plan, *module, spec, name, a) : plan.activation(name, a, place);
}

/// At least one layer stands behind an activation.
void read_sizes(const space::Yaml& node, ModelSpec& spec) {
  spec.layers = count(node, "layers", 2, 1024);
  spec.width = count(node, "width", 1, 65536);
  spec.pieces = count_or(node, "pieces", 2, spec.pieces, 64);
}

}  // namespace

void read_gcn(const space::Yaml& node, ModelSpec& spec) { read_sizes(node, spec); }

Plan plan_gcn(const ModelSpec& spec, const InputShape& input) {
  Plan plan;
  int h = plan.nodes(input.channels);
  for (int k = 0; k < spec.layers; ++k) {
    const bool last = k + 1 == spec.layers;
    h = linear(plan, k, h, last ? input.classes : spec.width);
    h = plan.neighbours("neighbours" + std::to_string(k), h);
    if (!last) h = activated(plan, spec, k, h);
  }
  return plan;
}

void read_gat(const space::Yaml& node, ModelSpec& spec) {
  read_sizes(node, spec);
  spec.heads = count(node, "heads", 1, 1024);
  spec.out_heads = count_or(node, "out_heads", 1, spec.out_heads, 1024);
}

Plan plan_gat(const ModelSpec& spec, const InputShape& input) {
  Plan plan;
  int h = plan.nodes(input.channels);
  for (int k = 0; k < spec.layers; ++k) {
    const bool last = k + 1 == spec.layers;
    const int heads = last ? spec.out_heads : spec.heads;
    h = linear(plan, k, h, heads * (last ? input.classes : spec.width));
    h = plan.graph_attention("attention" + std::to_string(k), h, heads, last);
    if (!last) h = activated(plan, spec, k, h);
  }
  return plan;
}

}  // namespace antigrad::trainer
