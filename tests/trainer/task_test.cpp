// Study files: what is read, and how a mistake is answered.
#include "trainer/task.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "fixtures.hpp"
#include "paths.hpp"
#include "space/error.hpp"

namespace antigrad::trainer {
namespace {

std::string error_of(const TinyStudy& study, const std::string& yaml) {
  study.write("study.yaml", yaml);
  try {
    read_tasks(study.path());
  } catch (const space::Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(TaskTest, ReadsWhatAStudySays) {
  const TinyStudy study;
  const std::vector<Task> tasks = read_tasks(study.path());
  ASSERT_EQ(tasks.size(), 2u);
  EXPECT_EQ(tasks[0].name, "images");
  EXPECT_EQ(tasks[0].model, (ModelSpec{.type = ModelSpec::Type::resnet, .depth = 8, .width = 4}));
  EXPECT_EQ(tasks[0].optimiser.name, OptimiserSpec::Name::sgd);
  EXPECT_EQ(tasks[0].optimiser.rate, 0.02);
  EXPECT_EQ(tasks[0].label_smoothing, 0.1);
  EXPECT_EQ(tasks[0].data.path,
            (std::filesystem::path(study.path()).parent_path() / "digits.csv").string());
  EXPECT_EQ(tasks[1].model.kv_heads, 2);
  EXPECT_EQ(tasks[1].optimiser.beta2, 0.95);
  EXPECT_EQ(tasks[1].data.validation_tokens, 256);
  EXPECT_EQ(tasks[1].evaluate_every, 10);
  EXPECT_FALSE(tasks[1].normalise);
  EXPECT_EQ(tasks[1].diverged, 10);
}

TEST(TaskTest, MistakesAreAnsweredWithTheirPlaceAndAWayOut) {
  struct Case {
    std::string replace, with, expected;
  };
  const std::vector<Case> cases = {
      {"type: resnet", "type: resnett",
       "3:19: unknown model \"resnett\"; did you mean \"resnet\"?"},
      {"depth: 8", "depth: 9", "a depth of the form 6 n + 2"},
      {"depth: 8", "depth: eight", "eight"},
      {"depth: 8, ", "", "depth"},
      {"width: 4}", "width: 4, widht: 3}", "did you mean \"width\"?"},
      {"format: digits", "format: digit", "did you mean \"digits\"?"},
      {"format: digits", "format: bytes", "a resnet reads images"},
      {"format: bytes", "format: digits", "validation_tokens"},
      {"validation: 0.2, test: 0.1}", "validation: 0.8, test: 0.19}", "leave less than 0.05"},
      {"path: digits.csv", R"(path: "${ANTIGRAD_UNSET_NAME}/d.csv")",
       "ANTIGRAD_UNSET_NAME is not set"},
      {"path: digits.csv", R"(path: "${ANTIGRAD")", "does not close it"},
      {"name: sgd", "name: adam", "did you mean \"adamw\"?"},
      {"momentum: 0.9", "beta1: 0.9", "beta1"},
      {"momentum: 0.9", "momentun: 0.9", "did you mean \"momentum\"?"},
      {"name: sgd, rate: 0.02, momentum: 0.9, weight_decay: 0.001}", "name: gols, rate: 0.02}",
       "gols chooses every step by itself; remove the key"},
      {"name: sgd", "name: gols", "unknown key \"momentum\""},
      {"batch: 16", "batch: 0", "got 0, expected a whole number from 1"},
      {"batch: 16", "batch: 1.5", "1.5"},
      {"evaluate_every: 10", "evaluate_evry: 10", "did you mean \"evaluate_every\"?"},
      {"average: 0.9", "average: 1", "1"},
      {"heads: 2", "heads: 3", "choose heads so that"},
      {"heads: 2", "heads: 4, kv_heads: 3", "choose a divisor"},
      {"name: text", "name: images", "a task named \"images\" is already there"},
      {"path: text.txt", "path: text.txt, test_path: other.txt", "remove one of the two"},
      {"test: 0.1}\n", "test: 0.1, augment: {crops: 4}}\n", "did you mean \"crop\"?"},
      {"test: 0.1}\n", "test: 0.1, augment: {flip: 1}}\n", "expected true or false"},
      {"test: 0.1}\n", "test: 0.1, augment: {crop: -1}}\n", "got -1, expected a whole number"},
      {"test: 0.1}\n", "test: 0.1, augment: 4}\n", "got \"4\", expected a map"},
      {"test: 0.1}\n", "test: 0.1, normalise: {mean: [0.5]}}\n", "key \"deviation\" is missing"},
      {"test: 0.1}\n", "test: 0.1, normalise: {mean: [1, 0], deviation: [1]}}\n",
       "2 numbers, expected 1: digits images have 1 channel"},
      {"test: 0.1}\n", "test: 0.1, normalise: {mean: [0], deviation: [0]}}\n",
       "got 0, expected a number from 0.001 to 1"},
      {"test: 0.1}\n", "test: 0.1, shifts: {nois: [1]}}\n", "did you mean \"noise\"?"},
      {"test: 0.1}\n", "test: 0.1, shifts: {noise: [6]}}\n",
       "got 6, expected a whole number from 1 to 5"},
      {"test: 0.1}\n", "test: 0.1, shifts: {noise: 3}}\n", "got \"3\", expected a list"},
      {"validation_tokens: 256}", "shifts: {noise: [1]}}", "unknown key \"shifts\""},
      {"validation_tokens: 256}", "augment: {flip: true}}", "unknown key \"augment\""},
      {"format: bytes", "format: bpe", "key \"tokenizer\" is missing"},
      {"path: text.txt", "path: text.txt, tokenizer: .", "unknown key \"tokenizer\""},
      {"warm_up: 5", "warm_up: -1", "-1"},
      {"warm_up: 5", "problem: {name: gann}", "did you mean \"gan\"?"},
      {"warm_up: 5", "problem: {name: gan, units: 4}", "unknown key \"units\""},
      {"warm_up: 5", "problem: {name: bilinear}", "model means nothing to bilinear"},
      {"label_smoothing: 0.1\n", "problem: {name: gan}\n", "both players of a gan are an mlp"},
      {"warm_up: 5", "clients: {count: 0}", "got 0, expected a whole number from 1"},
      {"warm_up: 5", "clients: {count: 2, fading: rice}", "known are rayleigh, none"},
      {"warm_up: 5", "clients: {count: 2, noise: {tail: 1.5}}", "key \"scale\" is missing"},
      {"warm_up: 5", "clients: {count: 2, noise: {tail: 0.5, scale: 1}}", "from 1.01 to 2"},
      {"test: 0.1}\n", "test: 0.1, augment: {flip: true}}\n    clients: {count: 2}\n",
       "the images of clients are not augmented"},
      {"warm_up: 5", "normalise: yes", "yes"},
      {"warm_up: 5", "diverged: 0.5", "got 0.5, expected a number from 1"},
  };
  const TinyStudy study;
  for (const Case& c : cases) {
    std::string yaml = TinyStudy::tasks("0.02");
    const auto at = yaml.find(c.replace);
    ASSERT_NE(at, std::string::npos) << c.replace;
    yaml.replace(at, c.replace.size(), c.with);
    const std::string got = error_of(study, yaml);
    EXPECT_NE(got.find(c.expected), std::string::npos) << c.with << "\n  got: " << got;
    EXPECT_NE(got.find("study.yaml:"), std::string::npos) << got;
  }
}

TEST(TaskTest, AugmentationAndScaleAreRead) {
  const TinyStudy study;
  std::string yaml = TinyStudy::tasks("0.02");
  const std::string old = "format: digits, path: digits.csv, validation: 0.2, test: 0.1";
  yaml.replace(
      yaml.find(old), old.size(),
      "format: stl10, path: ., validation: 0.2, augment: {crop: 4, flip: true, cutout: 8}, "
      "normalise: {mean: [0.1, 0.2, 0.3], deviation: [0.4, 0.5, 0.6]}");
  study.write("study.yaml", yaml);
  const DataSpec data = read_tasks(study.path())[0].data;
  EXPECT_EQ(data.format, DataSpec::Format::stl10);
  EXPECT_EQ(data.augment, (Augmentation{.crop = 4, .flip = true, .cutout = 8}));
  EXPECT_EQ(data.mean, (std::vector<double>{0.1, 0.2, 0.3}));
  EXPECT_EQ(data.deviation, (std::vector<double>{0.4, 0.5, 0.6}));
}

TEST(TaskTest, AStudyWithoutTasksIsAnError) {
  const TinyStudy study;
  EXPECT_NE(error_of(study, "study: x\n").find("tasks"), std::string::npos);
  EXPECT_NE(error_of(study, "tasks: []\n").find("at least one task"), std::string::npos);
  EXPECT_NE(error_of(study, "tasks: 3\n").find("3"), std::string::npos);
}

TEST(TaskTest, EnvironmentVariablesStandInPaths) {
  const TinyStudy study;
  std::string yaml = TinyStudy::tasks("0.02");
  yaml.replace(yaml.find("digits.csv"), 10, R"("${ANTIGRAD_TEST_FOLDER}/d.csv")");
  study.write("study.yaml", yaml);
  ASSERT_EQ(setenv("ANTIGRAD_TEST_FOLDER", "/some/where", 1), 0);
  EXPECT_EQ(read_tasks(study.path())[0].data.path, "/some/where/d.csv");
  unsetenv("ANTIGRAD_TEST_FOLDER");
}

TEST(TaskTest, TheStudiesThatComeWithTheProgramAreRead) {
  ASSERT_EQ(setenv("ANTIGRAD_DATA", "/data", 0), 0);
  const std::string folder = std::string(ANTIGRAD_SOURCE_DIR) + "/experiments/";
  EXPECT_EQ(read_tasks(folder + "quickstart.yaml").size(), 2u);
  EXPECT_EQ(read_tasks(folder + "cifar_text.yaml").size(), 2u);
  EXPECT_EQ(read_tasks(folder + "graphs.yaml").size(), 3u);
}

}  // namespace
}  // namespace antigrad::trainer
