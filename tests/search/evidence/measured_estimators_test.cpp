// Which estimator is taken by kind of task, and that a study keeps the one that it began with.
#include "search/evidence/measured_estimators.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "../fake.hpp"
#include "search/library/library.hpp"
#include "search/library/warm_start.hpp"
#include "search/summary.hpp"

namespace antigrad::search {
namespace {

constexpr const char* kHead =
    "# a remark\ntask,kind,activations,fraction,estimator,number,seeds,rank,to averaged,"
    "deviation\n";

std::string row(const std::string& task, double fraction, const std::string& estimator,
                double difference, double deviation, const char* of = "all",
                const char* kind = "images") {
  return fmt::format("{},{},{},{},{},40,2,{},{},{}\n", task, kind, of, fraction, estimator,
                     0.5 + difference, difference, deviation);
}

std::string averaged(double fraction) {
  return row("a", fraction, "averaged", 0, 0) + row("b", fraction, "averaged", 0, 0);
}

using Weights = std::map<std::string, double>;

TEST(MeasuredEstimators, TheBestOfThoseClearlyAboveIsTaken) {
  const std::string csv =
      kHead + averaged(0.25) + averaged(1) +
      // Above on one, as far below on the other.
      row("a", 0.25, "error", 0.05, 0.01) + row("b", 0.25, "error", -0.05, 0.01) +
      // The mean difference is 0.02, its deviation 0.005 * sqrt(2) / 2: 5.7 of it.
      row("a", 0.25, "training", 0.02, 0.005) + row("b", 0.25, "training", 0.02, 0.005) +
      row("a", 0.25, "current", 0.01, 0.001) + row("b", 0.25, "current", 0.01, 0.001) +
      row("a", 0.25, "training_area", 0.01, 0.001) + row("b", 0.25, "training_area", 0.01, 0.001) +
      // 2.5 deviations are not clear, nor what was measured on one task alone.
      row("a", 1, "error", 0.0177, 0.01) + row("b", 1, "error", 0.0177, 0.01) +
      row("a", 1, "fit", 0.3, 0.01);
  const auto chosen = measured_estimators("images", csv, "m.csv");
  ASSERT_EQ(chosen.size(), 2u);
  EXPECT_EQ(chosen[0].fraction, 0.25);
  EXPECT_EQ(chosen[0].weights, (Weights{{"training", 1}}));
  EXPECT_NEAR(chosen[0].single, 0.52, 1e-12);
  EXPECT_NEAR(chosen[0].averaged, 0.5, 1e-12);
  EXPECT_EQ(chosen[0].activations, 40);
  EXPECT_EQ(chosen[0].seeds, 2);
  EXPECT_EQ(chosen[1].weights, (Weights{{"averaged", 1}}));
}

TEST(MeasuredEstimators, WhatIsClearlyWorseSomewhereIsNotTaken) {
  const std::string good = row("a", 1, "training", 0.2, 0.01) + row("b", 1, "training", 0.2, 0.01);
  const std::string csv = kHead + averaged(1) + good;
  EXPECT_EQ(measured_estimators("images", csv, "m.csv").at(0).weights, (Weights{{"training", 1}}));
  const auto with = [&](double difference) {
    return measured_estimators(
        "images", csv + row("b", 1, "training", difference, 0.01, "better half"), "m.csv");
  };
  EXPECT_FALSE(with(-0.015).empty());
  EXPECT_TRUE(with(-0.025).empty()) << "averaged everywhere says nothing";
  const std::string one = kHead + averaged(1) + row("a", 1, "training", 0.2, 0.01) +
                          row("b", 1, "training", -0.03, 0.01);
  EXPECT_TRUE(measured_estimators("images", one, "m.csv").empty());
  EXPECT_TRUE(measured_estimators("language", csv, "m.csv").empty());
  EXPECT_TRUE(measured_estimators("", csv, "m.csv").empty());
}

TEST(MeasuredEstimators, ErrorsNameTheLine) {
  const auto error_of = [](const std::string& line) {
    try {
      measured_estimators("images", kHead + averaged(1) + line, "m.csv");
    } catch (const space::Error& e) {
      return std::string(e.what());
    }
    return std::string("none");
  };
  EXPECT_EQ(error_of("a,images,all,1,averged,40,2,0.5,0,0\n").find("m.csv:5"), 0u)
      << error_of("a,images,all,1,averged,40,2,0.5,0,0\n");
  EXPECT_NE(error_of("a,images,all,1,error,40,2,0.5,much,0\n").find("\"much\""), std::string::npos);
  EXPECT_NE(error_of("a,images\n").find("expected 10 cells, got 2"), std::string::npos);
}

TEST(MeasuredEstimators, TasksHaveKinds) {
  EXPECT_EQ(kind_of_task({{"data.format", "cifar10"}}), "images");
  EXPECT_EQ(kind_of_task({{"data.format", "digits"}, {"model.type", "mlp"}}), "plain images");
  EXPECT_EQ(
      kind_of_task({{"data.format", "digits"}, {"model.norm", "true"}, {"model.type", "mlp"}}),
      "images");
  EXPECT_EQ(kind_of_task({{"data.format", "idx"}, {"model.norm", "false"}, {"model.type", "mlp"}}),
            "plain images");
  EXPECT_EQ(kind_of_task({{"data.format", "bytes"}, {"model.type", "nplm"}}), "plain language");
  EXPECT_EQ(kind_of_task({{"data.format", "bytes"}}), "language");
  EXPECT_EQ(kind_of_task({{"data.format", "planetoid"}}), "graphs");
  EXPECT_EQ(kind_of_task({{"data.format", "digits"}, {"problem.name", "gan"}}), "");
  EXPECT_EQ(kind_of_task({{"name", "x"}, {"steps", "4"}}), "");
}

// The file that is part of the program: of what it measured it says more than `averaged`.
TEST(MeasuredEstimators, ThoseOfImagesWereMeasured) {
  const auto images = measured_estimators("images");
  ASSERT_FALSE(images.empty());
  for (const LearnedEstimator& learned : images) {
    EXPECT_EQ(learned.weights.size(), 1u);
    EXPECT_GE(learned.activations, 300);
    EXPECT_GE(learned.single, learned.averaged);
  }
}

std::string study_text(const std::string& more = "") {
  std::string text = fake::study_text(12, more);
  const std::string plain = "{name: images, steps: 40}";
  return text.replace(text.find(plain), plain.size(),
                      "{name: images, steps: 40, data: {format: digits}}");
}

StudyConfig chosen(const std::string& text, const std::string& journal) {
  StudyConfig config = parse_study(text, "toy.yaml");
  choose_estimators(config, journal);
  return config;
}

TEST(MeasuredEstimators, JudgeTheTasksOfAColdStudyThatNamesNone) {
  const fake::Folder folder;
  const std::string none = folder / "none.log";
  const auto measured = measured_estimators("images");
  const StudyConfig config = chosen(study_text(), none);
  EXPECT_EQ(config.tasks[0].learned, measured);
  EXPECT_TRUE(config.tasks[1].learned.empty()) << "of no kind";
  EXPECT_TRUE(chosen(study_text("estimator: averaged\n"), none).tasks[0].learned.empty());
  EXPECT_TRUE(chosen(study_text("estimator: {images: current}\n"), none).tasks[0].learned.empty());
  EXPECT_EQ(chosen(study_text("estimator: {words: current}\n"), none).tasks[0].learned, measured);
  EXPECT_TRUE(chosen(study_text("evaluator: {command: [python3, train.py]}\n"), none)
                  .tasks[0]
                  .learned.empty());
}

void keep_records(const std::string& from, std::size_t count, const std::string& to) {
  std::ifstream in(from);
  std::ofstream out(to);
  std::string line;
  for (std::size_t i = 0; i < count && std::getline(in, line); ++i) out << line << '\n';
}

TEST(MeasuredEstimators, AStudyKeepsThoseThatItBeganWith) {
  const fake::Folder folder;
  const StudyConfig config = parse_study(study_text(), "toy.yaml");
  fake::run(config, folder / "j.log", 1);
  const Json named =
      replay(read_journal(folder / "j.log")).find("toy")->user_attrs.at(kEstimatorsAttribute);
  EXPECT_EQ(named, named_estimators(chosen(study_text(), folder / "none.log")));
  EXPECT_EQ(named.size(), 1u);

  // A study goes on as it would have without a stop, and another program's choice would stand.
  keep_records(folder / "j.log", 12, folder / "cut.log");
  ASSERT_FALSE(replay(read_journal(folder / "cut.log")).find("toy")->trials.empty());
  fake::run(config, folder / "cut.log", 1);
  EXPECT_EQ(fake::canonical(folder / "cut.log"), fake::canonical(folder / "j.log"));
  const LearnedEstimator other{1, {{"training", 1}}, 0, 0.9, 0.4, 20, 3};
  std::string text;
  {
    std::ifstream in(folder / "cut.log");
    text.assign(std::istreambuf_iterator<char>(in), {});
  }
  const std::string was = to_text(named), now = to_text(Json{{"images", {to_json(other)}}});
  ASSERT_NE(text.find(was), std::string::npos);
  text.replace(text.find(was), was.size(), now);
  std::ofstream(folder / "other.log") << text;
  EXPECT_EQ(chosen(study_text(), folder / "other.log").tasks[0].learned, std::vector{other});

  // From before journals named any: what has trials stays with `averaged`, what has none begins.
  std::string before;
  for (std::size_t at = 0, end = 0; at < text.size(); at = end + 1) {
    end = text.find('\n', at);
    const std::string line = text.substr(at, end + 1 - at);
    if (line.find(kEstimatorsAttribute) == std::string::npos) before += line;
  }
  std::ofstream(folder / "before.log") << before;
  EXPECT_TRUE(chosen(study_text(), folder / "before.log").tasks[0].learned.empty());
  fake::run(config, folder / "before.log", 1);
  EXPECT_FALSE(replay(read_journal(folder / "before.log"))
                   .find("toy")
                   ->user_attrs.contains(kEstimatorsAttribute));
  keep_records(folder / "before.log", 1, folder / "new.log");
  EXPECT_FALSE(chosen(study_text(), folder / "new.log").tasks[0].learned.empty());
}

TEST(MeasuredEstimators, ThePastOfAWarmStudyCountsMore) {
  const fake::Folder folder;
  const std::string text = study_text(fmt::format("warm_start: {}\n", folder / "lib"));
  const StudyConfig config = parse_study(text, "toy.yaml");
  PastStudy past{"past", 1, facts_of_tasks(config), {{"relu", true, false, {0}, 40}}};
  past.tasks.resize(1);
  const LearnedEstimator taught{1, {{"training", 1}}, 0.5, 0.9, 0.4, 20, 3};
  past.estimators = {{taught}};
  export_library({past}, folder / "lib");
  EXPECT_EQ(chosen(text, folder / "none.log").tasks[0].learned, std::vector{taught});
  past.tasks[0] = {{"name", "words"}, {"data.format", "bytes"}, {"batch", "3"}};
  std::filesystem::remove_all(folder / "lib");
  export_library({past}, folder / "lib");
  EXPECT_EQ(chosen(text, folder / "none.log").tasks[0].learned, measured_estimators("images"));
}

}  // namespace
}  // namespace antigrad::search
