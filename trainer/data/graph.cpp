// Four text files, each read against what the first of them says.
#include "trainer/data/graph.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <map>

#include "space/error.hpp"
#include "trainer/data/line_reader.hpp"

namespace antigrad::trainer {
namespace {

constexpr int kMany = std::numeric_limits<int>::max();

/// The counts that a meta file gives.
class Meta {
 public:
  explicit Meta(const std::string& path) : path_(path) {
    LineReader lines(path, "write lines like \"nodes 2708\"");
    while (lines.next()) {
      const std::string name = lines.word("the name of a count");
      check_name(lines, name);
      if (counts_.contains(name)) lines.fail(fmt::format("\"{}\" stands twice", name));
      lines.expect(' ', "after the name of a count");
      counts_[name] = lines.number(name, 0, kMany);
      lines.expect_end("a count");
    }
    for (const char* name : kNames)
      if (!counts_.contains(name))
        throw space::Error({path}, fmt::format("has no line \"{} N\", expected one; add it", name));
  }

  int operator[](const char* name) const { return counts_.at(name); }

  /// Error at the end of `lines` unless it holds as many as this file says.
  void check(const LineReader& lines, const char* what, std::size_t got, const char* name) const {
    if (got == static_cast<std::size_t>(counts_.at(name))) return;
    throw space::Error(
        {lines.path(), lines.line()},
        fmt::format("the file ends with {} {}, expected {} as {} says; mend one of the two files",
                    got, what, counts_.at(name), path_));
  }

 private:
  static constexpr std::array kNames = {
      "nodes", "edges_undirected", "features", "feature_nnz", "classes", "train", "val",
      "test",  "unlabelled_nodes"};

  static void check_name(const LineReader& lines, const std::string& name) {
    const std::vector<std::string> known(kNames.begin(), kNames.end());
    for (const std::string& one : known)
      if (one == name) return;
    lines.fail(fmt::format("unknown count \"{}\";{} known: {}", name,
                           space::did_you_mean(name, known), fmt::join(known, ", ")));
  }

  std::string path_;
  std::map<std::string, int> counts_;
};

std::vector<std::pair<int, int>> read_edges(const std::string& path, const Meta& meta) {
  const int last = meta["nodes"] - 1;
  LineReader lines(path, "write an edge u,v a line, u < v");
  std::map<std::pair<int, int>, int> seen;  // line by edge
  std::vector<std::pair<int, int>> edges;
  while (lines.next()) {
    const int u = lines.number("a node", 0, last);
    lines.expect(',', "between two nodes");
    const int v = lines.number("a node", 0, last);
    if (u >= v)
      lines.fail(fmt::format("the edge {},{}, expected the smaller node first and no loop", u, v));
    if (const auto [first, fresh] = seen.try_emplace({u, v}, lines.line()); !fresh)
      lines.fail(fmt::format("the edge {},{} stands twice, first in line {}", u, v, first->second));
    lines.expect_end("an edge");
    edges.emplace_back(u, v);
  }
  meta.check(lines, "edges", edges.size(), "edges_undirected");
  return edges;
}

void read_features(const std::string& path, const Meta& meta, Graph& graph) {
  LineReader lines(path, "write a node's features in a line, such as \"3 17 204\"");
  graph.feature_begin = {0};
  while (lines.next()) {
    if (lines.line() > graph.nodes)
      lines.fail(fmt::format("a line more than the {} nodes, expected one a node", graph.nodes));
    for (int before = -1; !lines.at_end();) {
      const int feature = lines.number("a feature", 0, graph.features - 1);
      if (feature <= before)
        lines.fail(fmt::format("feature {} after {}, expected them to ascend", feature, before));
      graph.feature_index.push_back(before = feature);
      if (!lines.at_end()) lines.expect(' ', "between two features");
    }
    graph.feature_begin.push_back(graph.feature_index.size());
  }
  meta.check(lines, "lines", graph.feature_begin.size() - 1, "nodes");
  meta.check(lines, "features of all nodes", graph.feature_index.size(), "feature_nnz");
}

/// What a line of labels_split says.
struct Node {
  int label;
  std::string part;
};

Node read_node(LineReader& lines, int classes) {
  Node node;
  node.label = lines.number("a label", -1, classes - 1);
  lines.expect(',', "between a label and the name of a part");
  node.part = lines.word("train, val, test or none");
  const std::vector<std::string> known = {"train", "val", "test", "none"};
  bool found = false;
  for (const std::string& name : known) found = found || name == node.part;
  if (!found)
    lines.fail(fmt::format("unknown part \"{}\";{} expected train, val, test or none", node.part,
                           space::did_you_mean(node.part, known)));
  if (node.label < 0 && node.part != "none")
    lines.fail(fmt::format("a node without a label (-1) in {}, expected none", node.part));
  lines.expect_end("the name of a part");
  return node;
}

std::map<std::string, NodeLabels> read_labels(const std::string& path, const Meta& meta) {
  LineReader lines(path, "write lines like \"3,train\"");
  std::map<std::string, NodeLabels> parts;
  std::size_t unlabelled = 0, count = 0;
  while (lines.next()) {
    const Node node = read_node(lines, meta["classes"]);
    parts[node.part].nodes.push_back(static_cast<int>(count++));
    parts[node.part].labels.push_back(node.label);
    unlabelled += node.label < 0;
  }
  meta.check(lines, "nodes", count, "nodes");
  for (const char* part : {"train", "val", "test"})
    meta.check(lines, fmt::format("nodes in {}", part).c_str(), parts[part].nodes.size(), part);
  meta.check(lines, "nodes without a label", unlabelled, "unlabelled_nodes");
  return parts;
}

}  // namespace

Graph read_graph(const std::string& prefix) {
  const Meta meta(prefix + ".meta.txt");
  std::map<std::string, NodeLabels> parts = read_labels(prefix + ".labels_split.csv", meta);
  Graph graph{.nodes = meta["nodes"],
              .features = meta["features"],
              .classes = meta["classes"],
              .edges = read_edges(prefix + ".edges.csv", meta),
              .feature_begin = {},
              .feature_index = {},
              .train = std::move(parts["train"]),
              .validation = std::move(parts["val"]),
              .test = Sealed<NodeLabels>([test = parts["test"]] { return test; })};
  read_features(prefix + ".features.txt", meta, graph);
  return graph;
}

}  // namespace antigrad::trainer
