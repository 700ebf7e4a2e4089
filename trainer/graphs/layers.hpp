// Layers that mix the nodes of a graph. Shapes: n nodes, c channels, h heads.
#pragma once
#include "trainer/graphs/links.hpp"
#include "trainer/layers.hpp"

namespace antigrad::trainer {

/// A x + b, A = D^-1/2 (adjacency + 1) D^-1/2, D the degrees with the loop (arXiv 1609.02907); b is
/// 0 at the start.
class Neighbours : public torch::nn::Module {
 public:
  Neighbours(LinksPointer links, int channels, at::ScalarType type);
  at::Tensor forward(const at::Tensor& x) const;  // [n, c] -> [n, c]

 private:
  LinksPointer links_;
  at::Tensor weights_, bias_;
};

/// Attention over the neighbours (arXiv 1710.10903): node i takes sum_j a_ij x_j + b, a_ij the
/// softmax over j of leaky_relu(t . x_i + s . x_j), slope 0.2; one t and s a head, from N(0,
/// deviation^2), b is 0 at the start.
class GraphAttention : public torch::nn::Module {
 public:
  GraphAttention(Initialiser& initialiser, const Layer& layer, int in, LinksPointer links);
  at::Tensor forward(const at::Tensor& x) const;  // [n, h c] -> [n, h c], or [n, c], their average

 private:
  LinksPointer links_;
  int heads_;
  bool averaged_;
  at::Tensor target_, source_, bias_;
};

/// GReLU (arXiv 2202.06281): y_ic = max_k g_i (a_c^k x_ic + b_c^k), k < pieces. g is the softmax
/// over the nodes of one graph of a small network of A x (A as in Neighbours); (a, b) = tanh of a
/// small network of the mean of x over the graph. Small networks: one hidden layer of
/// grelu_hidden(c) units and ReLU. At the start about g_i max(0.76 x, 0). `scaled`: g times the
/// number of nodes, so that its mean is 1 and a layer's values keep their size, where the next
/// linear layer would have to learn that factor.
class Grelu : public torch::nn::Module {
 public:
  Grelu(Initialiser& initialiser, int channels, int pieces, bool scaled, LinksPointer links,
        at::ScalarType type);
  at::Tensor forward(const at::Tensor& x) const;  // [n, c] -> [n, c]

 private:
  at::Tensor of_graph(const at::Tensor& x, const at::Tensor& scores) const;

  LinksPointer links_;
  int pieces_;
  bool scaled_;
  at::Tensor weights_;
  std::shared_ptr<Linear> node_hidden_, node_out_, graph_hidden_, graph_out_;
};

}  // namespace antigrad::trainer
