// Sums over the edges of a graph, differentiable to any order: the two functions are bilinear, and
// the gradients of each are the other or itself. One thread adds in the order of the edges, so bits
// do not depend on anything else. Shapes: n nodes, e directed edges, h heads, c channels.
#pragma once
#include <cstdint>
#include <vector>

#include "trainer/models/spec.hpp"
#include "trainer/torch.hpp"

namespace antigrad::trainer {

/// Every edge in both directions and a loop at every node.
struct Links : torch::CustomClassHolder {
  /// Of an undirected graph.
  explicit Links(const Adjacency& graph);

  std::int64_t nodes = 0;
  std::vector<std::int64_t> source, target;  // of an edge; edges are sorted by target, then source
  std::vector<std::int64_t> sizes;           // nodes of each graph
  std::vector<double> normalised;            // 1 / sqrt(degree of source * degree of target)
};
using LinksPointer = c10::intrusive_ptr<Links>;

enum class Ends { sources, targets };

/// w [e, h], x [n, h, c] -> y [n, h, c]: y[target] += w[edge] x[source] over all edges; from
/// targets: y[source] += w[edge] x[target].
at::Tensor sum_over_edges(const LinksPointer& links, const at::Tensor& w, const at::Tensor& x,
                          Ends from = Ends::sources);

/// u, v [n, h, c] -> [e, h]: the inner products of u at an edge's target and v at its source.
at::Tensor products_at_edges(const LinksPointer& links, const at::Tensor& u, const at::Tensor& v);

/// s [e, h] -> [e, h]: softmax over the edges of each target.
at::Tensor softmax_over_edges(const LinksPointer& links, const at::Tensor& s);

}  // namespace antigrad::trainer
