// Study files and run directories.
#include "search/study.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "fake.hpp"
#include "paths.hpp"
#include "search/candidate.hpp"
#include "search/estimate.hpp"
#include "search/run_directory.hpp"

namespace antigrad::search {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Study, QuickstartIsAStudy) {
  const StudyConfig c = load_study(ANTIGRAD_SOURCE_DIR "/experiments/quickstart.yaml");
  EXPECT_EQ(c.name, "quickstart");
  EXPECT_TRUE(c.deterministic);
  EXPECT_EQ(c.isolation, Isolation::process);
  EXPECT_GE(c.trials, 20);
  EXPECT_EQ(c.tasks.size(), 2u);
  EXPECT_GE(c.baselines.size(), 6u);
  EXPECT_GE(c.confirm.seeds, 3);
  EXPECT_EQ(c.text.find("../.deps"), std::string::npos) << "paths of a copy must not be relative";
}

TEST(Study, EveryPathOfATasksDataIsAbsoluteInACopy) {
  const std::string file = ANTIGRAD_SOURCE_DIR "/experiments/quickstart.yaml",
                    folder = ANTIGRAD_SOURCE_DIR "/experiments/";
  const std::string text =
      replaced(load_study(file).text, "validation_tokens: 16384",
               "test_path: a.txt, tokenizer: \"../b\", shift_path: ../c.txt, shift: /d");
  const std::string copy = parse_study(text, file).text;
  EXPECT_NE(copy.find("test_path: " + folder + "a.txt"), std::string::npos);
  EXPECT_NE(copy.find("tokenizer: \"" ANTIGRAD_SOURCE_DIR "/b\""), std::string::npos);
  EXPECT_NE(copy.find("shift_path: " ANTIGRAD_SOURCE_DIR "/c.txt, shift: /d"), std::string::npos);
}

TEST(Study, DefaultsAreFilledIn) {
  const StudyConfig c = fake::study();
  EXPECT_EQ(c.limits.seconds, 300);
  EXPECT_EQ(c.grammar.max_pieces, 3);
  EXPECT_EQ(c.search_seeds(), 2);
  EXPECT_EQ(c.training_seed(3), 7003u);
}

TEST(Study, ErrorsNameFileLineColumnAndTheWayOut) {
  struct Case {
    const char *from, *to, *expected;
  };
  const Case cases[] = {
      {"seed: 7", "sed: 7", "toy.yaml:2:1: "},
      {"study: toy", "study: toy\nconstraints: [smoth]",
       "toy.yaml:2:15: unknown property \"smoth\": did you mean \"smooth\"?"},
      {"study: toy", "study: a/b", "toy.yaml:1:8: expected a name of letters"},
      {"study: toy\n", "", "study"},
      {"seed: 7", "seed: x", "toy.yaml:2:7: "},
      {"deterministic: true", "deterministic: yes", "toy.yaml:3:16: "},
      {"trials: 20", "trials: -1", "toy.yaml:4:18: "},
      {"name: random", "name: randm", "did you mean \"random\"?"},
      {"lag: 4", "lag: 0", "toy.yaml:5:30: "},
      {"lag: 4", "tournament: 99", "a tournament of 99 in a population of 12"},
      {"lag: 4", "legs: 4", "toy.yaml:5:25: "},
      {"random, lag: 4", "surrogate, features: [function, fishr]", "did you mean \"fisher\"?"},
      {"random, lag: 4", "surrogate, features: [fisher]", "expected function among"},
      {"random, lag: 4", "surrogate, fisher_examples: 8", "means something with"},
      {"study: toy", "study: toy\npruner: {name: synchronous, cohort: 1}", "toy.yaml:2:"},
      {"reduction: 3", "reduction: 1", "toy.yaml:7:14: "},
      {"fraction: 0.25", "fraction: 0", "expected a fraction in (0, 1], got 0"},
      {"fraction: 0.25, seeds: 1", "fraction: 1.0, seeds: 1",
       "toy.yaml:10:7: a rung must ask for more"},
      {"[relu, gelu, silu]", "[relu, gelo]", "did you mean \"gelu\"?"},
      {"[relu, gelu, silu]", "[relu, relu]", "baseline \"relu\" is named twice"},
      {"[relu, gelu, silu]", "[relu]", "at least two baselines"},
      {"finalists: 3", "finalists: 0", "toy.yaml:13:22: "},
      {"name: words", "name: images", "task \"images\" is named twice"},
      {"steps: 40", "steps: 0", "toy.yaml:15:27: "},
  };
  for (const Case& c : cases) {
    try {
      parse_study(replaced(fake::study_text(), c.from, c.to), "toy.yaml");
      ADD_FAILURE() << c.to;
    } catch (const space::Error& e) {
      EXPECT_NE(std::string(e.what()).find(c.expected), std::string::npos)
          << c.to << " gives " << e.what();
    }
  }
}

TEST(Study, PrimitivesAreChecked) {
  const std::string text = fake::study_text(3, "space: {primitives: [tanh, sigmoid]}\n");
  EXPECT_EQ(parse_study(text, "toy.yaml").grammar.primitives.size(), 2u);
  try {
    parse_study(replaced(text, "tanh", "tanhh"), "toy.yaml");
    FAIL();
  } catch (const space::Error& e) {
    EXPECT_NE(e.message().find("did you mean \"tanh\"?"), std::string::npos) << e.what();
  }
}

TEST(Study, ASpaceMayBeAFileOfItsOwn) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "study_space";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "grammar.yaml") << "max_pieces: 5\nsampling: boltzmann\n";
  const StudyConfig c =
      parse_study(fake::study_text(3, "space: grammar.yaml\n"), folder / "s.yaml");
  EXPECT_EQ(c.grammar.max_pieces, 5);
  EXPECT_EQ(c.grammar.sampling, space::Sampling::boltzmann);
  EXPECT_EQ(parse_study(c.text, "/elsewhere/s.yaml").grammar.max_pieces, 5) << c.text;
  std::ofstream(folder / "grammar.yaml") << "max_piece: 5\n";
  try {
    parse_study(c.text, "/elsewhere/s.yaml");
    FAIL();
  } catch (const space::Error& e) {
    EXPECT_EQ(e.what(), (folder / "grammar.yaml").string() +
                            ":1:1: unknown key \"max_piece\"; did you mean \"max_pieces\"?");
  }
}

TEST(Study, RelativeDataPathsBecomeAbsolute) {
  const auto with = [](const std::string& path) {
    const std::string task =
        "  - {name: t, steps: 9, data: {format: digits, path: " + path + "}}\n";
    return parse_study(fake::study_text(3, task), "/a/b/toy.yaml").text;
  };
  EXPECT_NE(with("../d/x.gz").find("path: /a/d/x.gz}"), std::string::npos) << with("../d/x.gz");
  EXPECT_NE(with("'../d/x.gz'").find("path: '/a/d/x.gz'}"), std::string::npos);
  EXPECT_NE(with("/d/x.gz").find("path: /d/x.gz}"), std::string::npos);
  EXPECT_NE(with("'${HOME}/x'").find("path: '${HOME}/x'}"), std::string::npos);
}

TEST(Study, CommentLinesDoNotMakeAnotherStudy) {
  EXPECT_TRUE(same_study("a: 1\n", "# hello\n\na: 1"));
  EXPECT_FALSE(same_study("a: 1\n", "a: 2\n"));
}

RunDirectory begun(const fake::Folder& folder, const std::string& text, Start how = Start::start) {
  StudyConfig config = parse_study(text, "toy.yaml");
  const RunDirectory run = prepare_run(folder.path(), config, how);
  EXPECT_TRUE(same_study(config.text, load_study(run.study_yaml()).text)) << "what is there says";
  return run;
}

TEST(RunDirectory, SameStudyGoesOnAndAnotherIsRefused) {
  const fake::Folder folder;
  const RunDirectory run = begun(folder, fake::study_text(5));
  EXPECT_EQ(run.path, folder / "toy");
  EXPECT_EQ(begun(folder, fake::study_text(5)).path, run.path);
  try {
    begun(folder, fake::study_text(6));
    FAIL();
  } catch (const space::Error& e) {
    EXPECT_NE(e.message().find("antigrad resume"), std::string::npos);
    EXPECT_NE(e.message().find("--fresh"), std::string::npos);
  }
}

TEST(RunDirectory, FreshSetsTheOldRunAside) {
  const fake::Folder folder;
  const RunDirectory run = begun(folder, fake::study_text(5));
  std::ofstream(run.journal()) << "old";
  begun(folder, fake::study_text(6), Start::fresh);
  EXPECT_FALSE(std::filesystem::exists(run.journal()));
  EXPECT_TRUE(std::filesystem::exists(folder / "toy.old/journal.log"));
  EXPECT_EQ(load_study(run.study_yaml()).trials, 6);
}

TEST(RunDirectory, OpenNamesTheRunsThereAre) {
  const fake::Folder folder;
  const RunDirectory run = begun(folder, fake::study_text(5));
  std::ofstream(run.journal()) << "";
  EXPECT_EQ(open_run(folder.path(), "toy").path, run.path);
  EXPECT_EQ(open_run("/nowhere", run.path).path, run.path);
  try {
    open_run(folder.path(), "toi");
    FAIL();
  } catch (const space::Error& e) {
    EXPECT_NE(e.message().find("toy"), std::string::npos) << e.what();
  }
}

TEST(Estimate, CountsTrialsStepsAndSeconds) {
  const StudyConfig c =
      fake::study(9);  // rungs 1/4 x 1, 1 x 1, 1 x 2; 3 baselines; 3 finalists x 3 seeds
  const Cost cost = estimate_cost(c, {{"images", 0.5}}, 2);
  EXPECT_EQ(cost.baselines, 3);
  EXPECT_EQ(cost.candidates, 9);
  EXPECT_EQ(cost.confirmations, 6);
  const double images = 3 * 80 + 9 * (10 + 30.0 / 3 + 40.0 / 9) + 6 * 120;
  EXPECT_NEAR(expected_steps(c, c.tasks[0]), images, 1e-9);
  EXPECT_NEAR(cost.steps, images * 2.5, 1e-9);
  EXPECT_NEAR(cost.seconds, images * 0.5 / 2, 1e-9);
  EXPECT_GT(cost.disk_bytes, 0);
}

TEST(Study, BaselinesMayBeTheUsersOwn) {
  const std::string text = replaced(
      fake::study_text(3,
                       "define:\n  primitives: [{name: bump, y: \"exp(-x^2)/(1 + x^2)\"}]\n"
                       "  activations: [{name: mine, title: Mine, g: \"sigmoid(x) + bump(x)\"}]\n"),
      "baselines: [", "baselines: [mine, ");
  const StudyConfig c = parse_study(text, "s.yaml");
  EXPECT_EQ(c.baselines.front(), "mine");
  const Candidate mine = describe_baseline("mine", describe_activation, c.definitions);
  EXPECT_EQ(mine.name, "mine");
  EXPECT_EQ(mine.title, "Mine");
  EXPECT_EQ(describe_activation(mine.activation).f, mine.f) << "its text needs no definitions";
  EXPECT_THROW(parse_study(replaced(text, "[mine, ", "[mien, "), "s.yaml"), space::Error);
  EXPECT_THROW(parse_study(text + "\nspace: {primitives: [tanh, bump]}\n", "s.yaml"), space::Error);
}

TEST(Study, DefinitionsMayComeFromAFile) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "study_define";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "mine.yaml") << "activations: [{name: mine, g: sech2(x)}]\n";
  const std::string text = replaced(fake::study_text(3, ""), "baselines: [", "baselines: [mine, ");
  std::ofstream(folder / "s.yaml") << text;
  const StudyConfig own = parse_study(text + "\ndefine: mine.yaml\n", folder / "s.yaml");
  const StudyConfig given = load_study(folder / "s.yaml", folder / "mine.yaml");
  for (const StudyConfig& c : {own, given}) {
    EXPECT_EQ(c.definitions.find("mine")->text, "sech2(x)");
    EXPECT_NO_THROW(parse_study(c.text, "/elsewhere/s.yaml")) << c.text;
  }
  std::ofstream(folder / "s.yaml") << text << "\ndefine: mine.yaml\n";
  EXPECT_THROW(load_study(folder / "s.yaml", folder / "mine.yaml"), space::Error);
}

}  // namespace
}  // namespace antigrad::search
