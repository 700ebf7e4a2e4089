// A graph as a task: what a run sees of its labels, what a study may say, and that Cora is learnt.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "space/error.hpp"
#include "tests/trainer/compiled.hpp"
#include "tests/trainer/fixtures.hpp"
#include "trainer/dataset.hpp"
#include "trainer/run.hpp"

namespace antigrad::trainer {
namespace {

std::string study_of(const std::string& model, const std::string& data,
                     const std::string& more = "") {
  return "tasks:\n  - name: graph\n    model: " + model + "\n    data: " + data +
         "\n    optimiser: {name: adamw, rate: 0.01, weight_decay: 0.05}\n    steps: 60\n"
         "    evaluate_every: 20\n" +
         more;
}

class GraphTaskTest : public testing::Test {
 protected:
  void SetUp() override {
    at::set_num_threads(1);
    study_.write("g.meta.txt",
                 "nodes 5\nedges_undirected 4\nfeatures 3\nfeature_nnz 6\nclasses 2\ntrain 2\nval "
                 "1\ntest 1\nunlabelled_nodes 1\n");
    study_.write("g.edges.csv", "0,1\n0,3\n1,2\n3,4\n");
    study_.write("g.features.txt", "0 2\n\n2\n1\n0 1\n");
    study_.write("g.labels_split.csv", "1,train\n0,test\n1,val\n0,train\n-1,none\n");
  }
  Task task(const std::string& yaml) const {
    study_.write("study.yaml", yaml);
    return read_tasks(study_.path()).front();
  }
  std::string error_of(const std::string& yaml) const {
    try {
      (void)load_dataset(task(yaml));
      return "no error";
    } catch (const space::Error& error) {
      return error.what();
    }
  }

  TinyStudy study_;
};

TEST_F(GraphTaskTest, ARunSeesLabelsOfItsOwnPartOnly) {
  const auto data = load_dataset(
      task(study_of("{type: gcn, layers: 2, width: 4}", "{format: planetoid, path: g}")));
  const Batch training = data->training(1, 0), validation = data->validation().at(0);
  const auto n = kNotAsked;
  EXPECT_TRUE(at::equal(training.target, at::tensor({std::int64_t{1}, n, n, std::int64_t{0}, n})));
  EXPECT_TRUE(at::equal(validation.target, at::tensor({n, n, std::int64_t{1}, n, n})));
  EXPECT_TRUE(at::equal(training.input, at::tensor({0.5F, 0.F, 0.5F, 0.F, 0.F, 0.F, 0.F, 0.F, 1.F,
                                                    0.F, 1.F, 0.F, 0.5F, 0.5F, 0.F})
                                            .view({5, 3})));
}

TEST_F(GraphTaskTest, MistakesAreAnsweredWithAWayOut) {
  const std::string gcn = "{type: gcn, layers: 2, width: 4}", g = "{format: planetoid, path: g}";
  EXPECT_NE(error_of(study_of(gcn, g, "    batch: 8\n")).find("8:12: a graph has no batches"),
            std::string::npos);
  EXPECT_NE(error_of(study_of("{type: mlp, layers: 2, width: 4}", g)).find("reads images"),
            std::string::npos);
  EXPECT_NE(error_of(study_of(gcn, "{format: digits, path: g, validation: 0.1}"))
                .find("a gcn reads a graph; choose planetoid"),
            std::string::npos);
  EXPECT_NE(error_of(study_of(gcn, "{format: planetoid, path: g, validation: 0.1}"))
                .find("unknown key \"validation\""),
            std::string::npos);
  EXPECT_NE(error_of(study_of(gcn, "{format: planetoid, path: none}")).find("none.meta.txt"),
            std::string::npos);
}

TEST_F(GraphTaskTest, CoraIsLearntByBothNetworksAndTheSameTwice) {
  const char* const folder = std::getenv("ANTIGRAD_DATA");
  if (folder == nullptr || !std::filesystem::exists(folder + std::string("/graphs/cora.meta.txt")))
    GTEST_SKIP() << "no graphs/cora; set ANTIGRAD_DATA to a folder that has it";
  for (const std::string model :
       {"{type: gcn, layers: 2, width: 16}", "{type: gat, layers: 2, width: 8, heads: 4}"}) {
    const Task cora =
        task(study_of(model, "{format: planetoid, path: \"${ANTIGRAD_DATA}/graphs/cora\"}"));
    const auto data = load_dataset(cora);
    trainer::Run run(cora, data, compiled("relu"), 1), again(cora, data, compiled("relu"), 1);
    run.advance(60);
    again.advance(60);
    const CurvePoint point = run.measure().curve.back();
    EXPECT_GE(point.validation_accuracy, 0.7) << model;
    EXPECT_EQ(point.validation_loss, again.measure().curve.back().validation_loss);
  }
}

}  // namespace
}  // namespace antigrad::trainer
