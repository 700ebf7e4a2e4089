// Graphs in text form: what is read, and the published counts where the files are.
#include "trainer/data/graph.hpp"

#include <set>

#include "tests/data/files.hpp"
#include "tests/data/promotion.hpp"

namespace antigrad::trainer {
namespace {

class GraphTest : public FilesTest {
 protected:
  void SetUp() override {
    FilesTest::SetUp();
    write("g.meta.txt",
          "nodes 4\nedges_undirected 3\nfeatures 5\nfeature_nnz 4\nclasses 2\ntrain 1\nval 1\n"
          "test 1\nunlabelled_nodes 1\n");
    write("g.edges.csv", "0,1\n0,3\n1,2\n");
    write("g.features.txt", "0 4\n\n2\n1\n");
    write("g.labels_split.csv", "1,train\n0,test\n1,val\n-1,none\n");
  }
};

TEST_F(GraphTest, AGraphIsReadAndItsTestLabelsAreSealed) {
  const Graph graph = read_graph(path("g"));
  EXPECT_EQ(graph.nodes, 4);
  EXPECT_EQ(graph.features, 5);
  EXPECT_EQ(graph.classes, 2);
  EXPECT_EQ(graph.edges, (std::vector<std::pair<int, int>>{{0, 1}, {0, 3}, {1, 2}}));
  EXPECT_EQ(graph.feature_begin, (std::vector<std::size_t>{0, 2, 2, 3, 4}));
  EXPECT_EQ(graph.feature_index, (std::vector<int>{0, 4, 2, 1}));
  EXPECT_EQ(graph.train.nodes, (std::vector<int>{0}));
  EXPECT_EQ(graph.train.labels, (std::vector<int>{1}));
  EXPECT_EQ(graph.validation.nodes, (std::vector<int>{2}));
  EXPECT_EQ(Promotion::open(graph.test).nodes, (std::vector<int>{1}));
  EXPECT_EQ(Promotion::open(graph.test).labels, (std::vector<int>{0}));
}

TEST(RealGraphTest, CoraAndCiteseerHaveTheirPublishedCounts) {
  const std::string folder = data_folder() + "/graphs";
  NEED_FILE(folder);
  struct Row {
    const char* name;
    int nodes;
    std::size_t edges;
    int features, classes;
    std::size_t train;
  };
  for (const Row& row :
       {Row{"cora", 2708, 5278, 1433, 7, 140}, Row{"citeseer", 3327, 4552, 3703, 6, 120}}) {
    const Graph graph = read_graph(folder + "/" + row.name);
    EXPECT_EQ(graph.nodes, row.nodes);
    EXPECT_EQ(graph.edges.size(), row.edges);
    EXPECT_EQ(graph.features, row.features);
    EXPECT_EQ(graph.classes, row.classes);
    EXPECT_EQ(graph.train.nodes.size(), row.train);
    EXPECT_EQ(graph.validation.nodes.size(), 500u);
    EXPECT_EQ(Promotion::open(graph.test).nodes.size(), 1000u);
    EXPECT_EQ(std::set<int>(graph.train.labels.begin(), graph.train.labels.end()).size(),
              static_cast<std::size_t>(row.classes));
  }
}

}  // namespace
}  // namespace antigrad::trainer
