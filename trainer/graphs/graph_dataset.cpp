// One input, and targets for each part.
#include "trainer/graphs/graph_dataset.hpp"

#include <fmt/format.h>

#include <utility>

#include "space/error.hpp"
#include "trainer/data/graph.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

/// [nodes, features], each row of sum 1 or all 0.
Tensor features_of(const Graph& graph) {
  Tensor all = at::zeros({graph.nodes, graph.features}, at::kFloat);
  float* row = all.mutable_data_ptr<float>();
  for (std::size_t i = 0; i + 1 < graph.feature_begin.size(); ++i, row += graph.features) {
    const std::size_t begin = graph.feature_begin[i], end = graph.feature_begin[i + 1];
    for (std::size_t k = begin; k < end; ++k)
      row[graph.feature_index[k]] = 1 / static_cast<float>(end - begin);
  }
  return all;
}

Tensor target_of(const Graph& graph, const NodeLabels& part) {
  const Tensor target = at::full({graph.nodes}, kNotAsked, at::kLong);
  for (std::size_t i = 0; i < part.nodes.size(); ++i)
    target.mutable_data_ptr<std::int64_t>()[part.nodes[i]] = part.labels[i];
  return target;
}

class GraphDataset : public Dataset {
 public:
  explicit GraphDataset(const Graph& graph) {
    input_ = {.channels = graph.features, .classes = graph.classes};
    input_.graph =
        std::make_shared<Adjacency>(Adjacency{.edges = graph.edges, .sizes = {graph.nodes}});
    const Tensor features = features_of(graph);
    training_ = {features, target_of(graph, graph.train)};
    validation_ = {{features, target_of(graph, graph.validation)}};
  }

  Batch training(std::uint64_t, int) const override { return training_; }

 private:
  Batch training_;
};

}  // namespace

std::shared_ptr<const Dataset> load_graph_dataset(const DataSpec& data) {
  const Graph graph = read_graph(data.path);
  if (graph.train.nodes.empty() || graph.validation.nodes.empty() || graph.classes < 2)
    throw space::Error(fmt::format(
        "{}: {} nodes to train, {} to validate, {} classes, expected at least 1, 1 and "
        "2; name another graph",
        data.path, graph.train.nodes.size(), graph.validation.nodes.size(), graph.classes));
  return std::make_shared<GraphDataset>(graph);
}

}  // namespace antigrad::trainer
