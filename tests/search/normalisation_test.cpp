// What a new study says of normalisation, and what one that has begun goes on with.
#include "search/normalisation.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "fake.hpp"
#include "search/library/past_study.hpp"
#include "search/run_directory.hpp"
#include "space/yaml.hpp"

namespace antigrad::search {
namespace {

/// The study of the stand-ins with more of its own, as it begins.
std::string begun(const std::string& text) { return beginning_text(parse_study(text, "toy.yaml")); }

std::vector<bool> normalised(const std::string& text) {
  std::vector<bool> tasks;
  for (const TaskFacts& facts : facts_of_tasks(parse_study(text, "toy.yaml")))
    tasks.push_back(says_normalised(facts));
  return tasks;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

using Both = std::vector<bool>;

TEST(Normalisation, ANewStudySaysThatItNormalises) {
  const std::string text = fake::study_text(5);
  EXPECT_EQ(normalised(text), (Both{false, false})) << "as an older antigrad trained it";
  EXPECT_EQ(begun(text), text + "normalise: true\n");
  EXPECT_EQ(normalised(begun(text)), (Both{true, true}));
  EXPECT_EQ(begun(begun(text)), begun(text));
  std::string cut = text;
  while (cut.ends_with('\n')) cut.pop_back();
  EXPECT_EQ(normalised(begun(cut)), (Both{true, true})) << "without a last line feed";
}

TEST(Normalisation, WhatTheAuthorSaysStays) {
  const std::string text = fake::study_text(5);
  for (const char* const own : {"normalise: false\n", "normalise: true\n"})
    EXPECT_EQ(begun(text + own), text + own);
  const std::string one = replaced(text, "steps: 40", "steps: 40, normalise: false"),
                    both = replaced(one, "steps: 60", "steps: 60, normalise: true"),
                    rate = replaced(text, "steps: 40", "steps: 40, own_rate: {factors: [1, 2]}");
  EXPECT_EQ(normalised(begun(one)), (Both{false, true}));
  EXPECT_EQ(begun(both), both) << "nothing is left to say";
  EXPECT_EQ(normalised(begun(rate)), (Both{false, true})) << "one that chooses its own rate";
  const std::string program = text + "evaluator: {command: [python3, train.py]}\n";
  EXPECT_EQ(begun(program), program) << "a program scales as it likes";
  EXPECT_EQ(normalised(program + "normalise: true\n"), (Both{false, false}));
  EXPECT_THROW(begun(text + "normalise: maybe\n"), space::Error);
}

TEST(Normalisation, IsSaidInWhateverFormTheStudyIsWritten) {
  const std::string flow =
      "{study: toy, budget: {trials: 0}, halving: {rungs: [{fraction: 1}]},\n"
      " baselines: [relu, gelu], tasks: [{name: a, steps: 4}]}";
  EXPECT_EQ(normalised(begun("# first\n" + flow + "\n# last")), (Both{true}));
  EXPECT_EQ(normalised(begun("--- " + flow)), (Both{true}));
  const std::string indented =
      "  study: toy\n  budget: {trials: 0}\n  halving: {rungs: [{fraction: 1}]}\n"
      "  baselines: [relu, gelu]\n  tasks:\n    - {name: a, steps: 4}";
  EXPECT_EQ(normalised(begun(indented)), (Both{true}));
}

/// A run directory that began with `text`, and what a study goes on with there.
class BegunRun {
 public:
  explicit BegunRun(const std::string& text) {
    std::filesystem::create_directories(folder_ / "toy");
    std::ofstream(folder_ / "toy/study.yaml") << text;
  }
  std::string go_on(const std::string& text) const {
    StudyConfig config = parse_study(text, "toy.yaml");
    try {
      prepare_run(folder_.path(), config, Start::start);
    } catch (const space::Error&) {
      return "refused";
    }
    return config.text;
  }
  void remove_study() const { std::filesystem::remove(folder_ / "toy/study.yaml"); }
  std::string journal() const { return folder_ / "toy/journal.log"; }

 private:
  fake::Folder folder_;
};

TEST(Normalisation, AStudyGoesOnAsItBegan) {
  const std::string text = fake::study_text(5), yes = text + "normalise: true\n",
                    no = text + "normalise: false\n",
                    no_within = replaced(text, "tasks:", "normalise: false # why\ntasks:");
  const BegunRun old(text), now(begun(text)), without(no);
  EXPECT_EQ(old.go_on(text), text) << "begun with an older antigrad";
  EXPECT_EQ(old.go_on(no_within), no_within);
  EXPECT_EQ(old.go_on(yes), "refused");
  EXPECT_EQ(now.go_on(text), yes);
  EXPECT_EQ(now.go_on(yes), yes);
  EXPECT_EQ(now.go_on(no), "refused");
  EXPECT_EQ(without.go_on(no), no);
  EXPECT_EQ(without.go_on(text), "refused") << "it would begin otherwise now";
  EXPECT_EQ(now.go_on(replaced(text, "seed: 7", "seed: 8")), "refused");
}

TEST(Normalisation, TheJournalSaysItWhereTheStudyIsMissing) {
  const std::string text = fake::study_text(2);
  for (const std::string& first : {text, begun(text)}) {
    const BegunRun run(first);
    fake::run(parse_study(first, "toy.yaml"), run.journal(), 1);
    run.remove_study();
    EXPECT_EQ(run.go_on(text), first);
  }
}

TEST(Normalisation, AJournalRefusesWhatWasTrainedOtherwise) {
  const fake::Folder folder;
  const std::string text = fake::study_text(2);
  const auto run = [&](const std::string& as, const std::string& name) {
    fake::run(parse_study(as, "toy.yaml"), folder / name, 1);
  };
  run(text, "old");
  EXPECT_NO_THROW(run(text + "normalise: false\n", "old"));
  EXPECT_THROW(run(begun(text), "old"), space::Error);
  run(begun(text), "new");
  EXPECT_THROW(run(text, "new"), space::Error);
}

TEST(Normalisation, AStudyOfAnotherMachineSaysWhatTheServersSays) {
  const std::string text = fake::study_text(2);
  const StudyConfig own = parse_study(text, "toy.yaml");
  EXPECT_EQ(text_saying_as(own, text), text);
  EXPECT_EQ(text_saying_as(own, begun(text)), text + "normalise: true\n");
  EXPECT_EQ(text_saying_as(own, text + "normalise: false\n"), text + "normalise: false\n");
  const std::string no = text + "normalise: false\n";
  EXPECT_EQ(text_saying_as(parse_study(no, "toy.yaml"), begun(text)), no) << "its own word";
}

}  // namespace
}  // namespace antigrad::search
