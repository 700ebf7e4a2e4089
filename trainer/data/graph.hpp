// A graph whose nodes have sparse features and classes (Planetoid: Cora, Citeseer; Yang, Cohen,
// Salakhutdinov 2016), in text form. No torch here. Wrong files are space::Error with line and
// column.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "trainer/data/sealed.hpp"

namespace antigrad::trainer {

/// Nodes with their classes.
struct NodeLabels {
  std::vector<int> nodes, labels;  // of one length; labels 0..classes-1
};

/// Learning is transductive: edges and features of all nodes are there, of the test part only the
/// labels are sealed.
struct Graph {
  int nodes = 0, features = 0, classes = 0;
  std::vector<std::pair<int, int>> edges;  // undirected, each once, the smaller node first
  std::vector<std::size_t> feature_begin;  // [nodes + 1]: node i has the features
  std::vector<int> feature_index;          // feature_index[feature_begin[i] .. feature_begin[i+1]]
  NodeLabels train, validation;            // nodes ascend
  Sealed<NodeLabels> test;
};

/// Reads PREFIX.meta.txt (lines "nodes N", "edges_undirected N", "features N", "feature_nnz N",
/// "classes N", "train N", "val N", "test N", "unlabelled_nodes N"), PREFIX.edges.csv (u,v with
/// u < v), PREFIX.features.txt (line i: the indices of node i's ones, ascending) and
/// PREFIX.labels_split.csv (line i: label,train|val|test|none; label -1 for none). Counts must be
/// those of the meta file, nodes of a part have labels, no edge stands twice.
Graph read_graph(const std::string& prefix);

}  // namespace antigrad::trainer
