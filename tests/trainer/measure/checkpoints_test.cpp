// `checkpoints:` of a study: an evaluator goes on where another, that was killed, has left a run.
#include "trainer/measure/checkpoints.hpp"

#include <gtest/gtest.h>

#include "../expect_equal.hpp"
#include "../fixtures.hpp"

namespace antigrad::trainer {
namespace {

namespace fs = std::filesystem;
using Opened = std::unique_ptr<Evaluator>;

class CheckpointsTest : public testing::Test {
 protected:
  CheckpointsTest() { study_.write("study.yaml", text()); }

  static std::string text() { return TinyStudy::tasks("0.02") + "checkpoints: {every: 4}\n"; }
  Opened open() const { return Opened(antigrad_open_evaluator(study_.path().c_str())); }
  fs::path folder() const { return fs::path(study_.path()).parent_path() / "checkpoints"; }
  std::vector<fs::path> files() const {
    std::vector<fs::path> all;
    if (fs::exists(folder()))
      for (const auto& entry : fs::directory_iterator(folder())) all.push_back(entry.path());
    return all;
  }
  /// What a new evaluator measures, and what it says on stderr.
  std::pair<Measurement, std::string> measured(const Evaluation& request) const {
    testing::internal::CaptureStderr();
    const Measurement measurement = open()->evaluate(request);
    return {measurement, testing::internal::GetCapturedStderr()};
  }

  TinyStudy study_;
};

TEST_F(CheckpointsTest, AnotherProcessGoesOnWhereOneWasKilled) {
  for (const char* const task : {"images", "text"}) {
    study_.write("study.yaml", TinyStudy::tasks("0.02"));
    const Measurement whole = measured({"xielu", task, 1, 25}).first;
    study_.write("study.yaml", text());
    EXPECT_EQ(measured({"xielu", task, 1, 10}).second, "");  // it ends without forget()
    ASSERT_EQ(files().size(), 1u);
    const auto [gone_on, said] = measured({"xielu", task, 1, 25});
    EXPECT_NE(said.find("goes on at step 10, from "), std::string::npos) << said;
    expect_equal(gone_on, whole);
    fs::remove_all(folder());
  }
}

TEST_F(CheckpointsTest, AShorterRequestOrADamagedFileBeginsAnew) {
  const Measurement whole = measured({"gelu", "images", 1, 8}).first;
  measured({"gelu", "images", 1, 20});
  const auto [shorter, nothing] = measured({"gelu", "images", 1, 8});
  EXPECT_EQ(nothing, "");
  expect_equal(shorter, whole);
  ASSERT_EQ(files().size(), 1u);
  std::ofstream(files()[0], std::ios::app) << "x";
  const auto [repaired, said] = measured({"gelu", "images", 1, 8});
  EXPECT_NE(said.find("its checksum is wrong"), std::string::npos) << said;
  EXPECT_NE(said.find("begins anew"), std::string::npos) << said;
  expect_equal(repaired, whole);
}

TEST_F(CheckpointsTest, FilesGoWhenTheTrialIsOver) {
  const Opened evaluator = open();
  for (const char* const task : {"images", "text"}) evaluator->evaluate({"gelu", task, 1, 5});
  EXPECT_EQ(files().size(), 2u);
  evaluator->forget();
  EXPECT_EQ(files().size(), 0u);
}

TEST_F(CheckpointsTest, WhatCannotBeWrittenStopsNothing) {
  std::ofstream(folder()) << "a file where the folder should be";
  const auto [measurement, said] = measured({"gelu", "images", 1, 5});
  EXPECT_EQ(measurement.outcome, Outcome::ok);
  EXPECT_NE(said.find("checkpoints"), std::string::npos) << said;
}

TEST_F(CheckpointsTest, AStudyWithoutTheKeyKeepsNothing) {
  study_.write("study.yaml", TinyStudy::tasks("0.02"));
  measured({"gelu", "images", 1, 5});
  EXPECT_FALSE(fs::exists(folder()));
}

}  // namespace
}  // namespace antigrad::trainer
