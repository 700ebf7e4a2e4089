// The evaluator that measures test parts too: what it reads, and when it refuses.
#include <gtest/gtest.h>

#include <memory>

#include "fixtures.hpp"
#include "space/error.hpp"
#include "trainer/evaluator.hpp"

namespace antigrad::trainer {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::unique_ptr<Evaluator> open(const TinyStudy& study) {
  return std::unique_ptr<Evaluator>(antigrad_open_promotion(study.path().c_str()));
}

TEST(PromotionTest, AFinishedRunIsMeasuredOnTheTestPartAndIsTheRunThatASearchTrains) {
  const TinyStudy study;
  const std::unique_ptr<Evaluator> plain(antigrad_open_evaluator(study.path().c_str()));
  for (const char* task : {"images", "text"}) {
    const Evaluation request{"gelu", task, 3, 30};
    const Measurement tested = open(study)->evaluate(request);
    ASSERT_EQ(tested.outcome, Outcome::ok) << tested.reason;
    ASSERT_EQ(tested.shifts.size(), 1u) << task;
    EXPECT_EQ(tested.shifts[0].name, "test");
    const CurvePoint last = tested.curve.back();
    EXPECT_NE(tested.shifts[0].loss, last.validation_loss) << task << ": another part";
    EXPECT_NEAR(tested.shifts[0].loss, last.validation_loss, 0.5 * last.validation_loss) << task;
    const Measurement searched = plain->evaluate(request);
    EXPECT_TRUE(searched.shifts.empty());
    EXPECT_EQ(searched.curve.back().validation_loss, last.validation_loss);
  }
}

TEST(PromotionTest, TheWholeTestFileIsRead) {
  const TinyStudy study;
  // The test file is also what the task is measured on besides: both figures must agree.
  study.write("other.txt", std::string(900, 'a') + std::string(900, 'b'));
  std::string text = TinyStudy::tasks("0.02");
  text = replaced(text, "path: text.txt, validation: 0.2, test: 0.1, validation_tokens: 256",
                  "path: text.txt, validation: 0.2, test_path: other.txt, shift_path: other.txt, "
                  "validation_tokens: 100000");
  study.write("study.yaml", text);
  const Measurement m = open(study)->evaluate({"gelu", "text", 3, 30});
  ASSERT_EQ(m.shifts.size(), 2u);
  EXPECT_EQ(m.shifts[0].loss, m.shifts[1].loss);
  EXPECT_EQ(m.shifts[0].accuracy, m.shifts[1].accuracy);
}

TEST(PromotionTest, UnfinishedRunsAndTasksWithoutATestPartAreRefused) {
  const TinyStudy study;
  const Measurement early = open(study)->evaluate({"gelu", "images", 3, 20});
  EXPECT_EQ(early.outcome, Outcome::rejected);
  EXPECT_NE(early.reason.find("20 of 30 steps"), std::string::npos) << early.reason;
  study.write("study.yaml", replaced(TinyStudy::tasks("0.02"), "validation: 0.2, test: 0.1}",
                                     "validation: 0.2}"));
  const Measurement none = open(study)->evaluate({"gelu", "images", 3, 30});
  EXPECT_EQ(none.outcome, Outcome::rejected);
  EXPECT_NE(none.reason.find("has no test part"), std::string::npos) << none.reason;
}

}  // namespace
}  // namespace antigrad::trainer
