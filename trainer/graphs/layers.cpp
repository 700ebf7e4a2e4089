// Plain compositions of sums over edges and libtorch.
#include "trainer/graphs/layers.hpp"

#include <cmath>
#include <utility>
#include <vector>

namespace antigrad::trainer {
namespace {

using at::Tensor;

/// [e, 1].
Tensor normalised(const Links& links, at::ScalarType type) {
  return at::tensor(links.normalised, at::kDouble).to(type).unsqueeze(1);
}

/// x [n, c], each node's neighbours added up with given weights [e, 1].
Tensor propagated(const LinksPointer& links, const Tensor& weights, const Tensor& x) {
  return sum_over_edges(links, weights, x.unsqueeze(1)).squeeze(1);
}

}  // namespace

Neighbours::Neighbours(LinksPointer links, int channels, at::ScalarType type)
    : links_(std::move(links)),
      weights_(normalised(*links_, type)),
      bias_(register_parameter("bias", at::zeros({channels}))) {}

Tensor Neighbours::forward(const Tensor& x) const {
  return propagated(links_, weights_, x) + bias_;
}

GraphAttention::GraphAttention(Initialiser& initialiser, const Layer& layer, int in,
                               LinksPointer links)
    : links_(std::move(links)), heads_(layer.groups), averaged_(layer.shape.channels != in) {
  const int width = in / heads_;
  target_ = register_parameter("target", initialiser.normal({heads_, width}, layer.deviation));
  source_ = register_parameter("source", initialiser.normal({heads_, width}, layer.deviation));
  bias_ = register_parameter("bias", at::zeros({layer.shape.channels}));
}

Tensor GraphAttention::forward(const Tensor& x) const {
  constexpr double kSlope = 0.2;
  const Tensor heads = x.view({x.size(0), heads_, -1});
  const Tensor ones = at::ones({x.size(0), heads_, 1}, x.options());
  const auto scores = [&](const Tensor& weight) { return (heads * weight).sum(-1, true); };
  const Tensor at_edges = products_at_edges(links_, scores(target_), ones) +
                          products_at_edges(links_, ones, scores(source_));
  const Tensor attention = softmax_over_edges(links_, at::leaky_relu(at_edges, kSlope));
  const Tensor mixed = sum_over_edges(links_, attention, heads);
  return (averaged_ ? mixed.mean(1) : mixed.flatten(1)) + bias_;
}

Grelu::Grelu(Initialiser& initialiser, int channels, int pieces, bool scaled, LinksPointer links,
             at::ScalarType type)
    : links_(std::move(links)),
      pieces_(pieces),
      scaled_(scaled),
      weights_(normalised(*links_, type)) {
  const int hidden = grelu_hidden(channels);
  const auto linear = [&](const char* name, int in, int out, double gain) {
    return register_module(
        name, std::make_shared<Linear>(initialiser, in, out, true, std::sqrt(gain / in)));
  };
  node_hidden_ = linear("node_hidden", channels, hidden, 2);
  node_out_ = linear("node_out", hidden, 1, 1);
  graph_hidden_ = linear("graph_hidden", channels, hidden, 2);
  graph_out_ = linear("graph_out", hidden, 2 * pieces * channels, 1);
  // The first line begins with a slope, the others flat: else all values begin at 0, and stay.
  const at::NoGradGuard no_gradient;
  graph_out_->named_parameters()["bias"].narrow(0, 0, channels).fill_(1);
}

Tensor Grelu::forward(const Tensor& x) const {
  const Tensor scores =
      node_out_->forward(at::relu(node_hidden_->forward(propagated(links_, weights_, x))));
  const std::vector<Tensor> values = x.split_with_sizes(links_->sizes),
                            own_scores = scores.split_with_sizes(links_->sizes);
  std::vector<Tensor> graphs;
  for (std::size_t i = 0; i < values.size(); ++i)
    graphs.push_back(of_graph(values[i], own_scores[i]));
  return at::cat(graphs);
}

/// Of one graph: x [n, c], scores [n, 1].
Tensor Grelu::of_graph(const Tensor& x, const Tensor& scores) const {
  const Tensor lines = graph_out_->forward(at::relu(graph_hidden_->forward(x.mean(0)))).tanh();
  const Tensor slope_and_shift = lines.view({2, pieces_, x.size(1)});
  const Tensor all = slope_and_shift[0] * x.unsqueeze(1) + slope_and_shift[1];  // [n, pieces, c]
  const Tensor y = scores.softmax(0) * std::get<0>(all.max(1));
  return scaled_ ? y * static_cast<double>(x.size(0)) : y;
}

}  // namespace antigrad::trainer
