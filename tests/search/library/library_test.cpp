// Past studies as files, what they teach, and studies that begin with them.
#include "search/library/library.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <filesystem>
#include <fstream>
#include <set>

#include "../fake.hpp"
#include "../learning/planted.hpp"
#include "search/candidate.hpp"
#include "search/library/warm_start.hpp"
#include "search/statistics.hpp"
#include "search/summary.hpp"
#include "space/activation.hpp"
#include "space/fingerprint.hpp"
#include "space/zoo.hpp"

namespace antigrad::search {
namespace {

PastStudy example(const std::string& name = "first") {
  PastStudy study{name, 7, {{{"name", "images"}, {"model.type", "resnet"}, {"steps", "40"}}}, {}};
  study.trials = {{"relu", true, false, {0.5, 0}, 60},
                  {"tanh(x)", false, false, {-1.25}, 20},
                  {"0.1*x \"quoted\"", false, true, {}, 3}};
  return study;
}

TEST(PastStudy, ComesBackFromItsText) {
  const std::string text = to_text(example()) + to_text(example("second"));
  const std::vector<PastStudy> back = read_past(text, "l.study");
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0], example());
  EXPECT_EQ(back[1], example("second"));
  EXPECT_NE(back[0].hash(), back[1].hash());
}

std::string error_of(const std::string& text) {
  try {
    read_past(text, "l.study");
  } catch (const space::Error& e) {
    return e.what();
  }
  return "none";
}

TEST(PastStudy, EveryTornOrChangedFileIsRefusedWithTheLine) {
  const std::string text = to_text(example());
  for (std::size_t size = 1; size < text.size(); ++size)
    EXPECT_NE(error_of(text.substr(0, size)).find("the file is torn"), std::string::npos) << size;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::string changed = text;
    changed[i] = changed[i] == '7' ? '8' : '7';
    EXPECT_NE(error_of(changed), "none") << i;
  }
  std::string other = text;
  other.replace(other.find("\"antigrad_library\":1"), 20, "\"antigrad_library\":2");
  EXPECT_NE(error_of(other).find("l.study:1"), std::string::npos);
  EXPECT_NE(error_of(other).find("version 2, this program reads version 1"), std::string::npos);
  std::string score = text;
  score.replace(score.find("-1.25"), 5, "-9.25");
  EXPECT_NE(error_of(score).find("\"first\" above was changed"), std::string::npos)
      << error_of(score);
  EXPECT_NE(error_of("{}\n").find("expected the head"), std::string::npos);
}

TEST(Library, HoldsEachStudyOnceWhateverTheOrder) {
  const fake::Folder folder;
  const Library one(folder / "one"), two(folder / "two");
  EXPECT_TRUE(one.studies().empty());
  EXPECT_TRUE(one.add(example("a")));
  one.add(example("b"));
  one.add(example("a"));
  two.add(example("b"));
  two.add(example("a"));
  ASSERT_EQ(one.studies().size(), 2u);
  EXPECT_EQ(one.studies(), two.studies());
  EXPECT_EQ(hash_of(one.studies()), hash_of(two.studies()));
  EXPECT_NE(hash_of(one.studies()), hash_of({example("a")}));
  export_library(one.studies(), folder / "all.study");
  EXPECT_EQ(Library(folder / "all.study").studies(), one.studies());
  EXPECT_THROW(Library(folder / "all.study").add(example()), space::Error);
  EXPECT_FALSE(Library("off").add(example()));
  std::ofstream(folder / "one" + "/torn.study") << "{\"antigrad_library\":1";
  EXPECT_THROW(one.studies(), space::Error);
}

// Files of two people may hold the same study, under any name.
TEST(Library, AStudyThatIsThereTwiceCountsOnce) {
  const fake::Folder folder;
  export_library({example("a"), example("b"), example("a")}, folder / "all.study");
  EXPECT_EQ(Library(folder / "all.study").studies().size(), 2u);
  const Library one(folder / "one");
  one.add(example("a"));
  std::filesystem::copy_file(folder / "all.study", folder / "one" + "/copied.study");
  EXPECT_EQ(one.studies(), Library(folder / "all.study").studies());
}

TEST(Likeness, CountsEqualKeysAndRatiosOfNumbers) {
  const TaskFacts a{{"name", "x"}, {"model.type", "resnet"}, {"steps", "100"}, {"batch", "64"}};
  TaskFacts b = a;
  b["name"] = "y";
  EXPECT_EQ(likeness(a, b), 1);
  b["steps"] = "200";
  EXPECT_NEAR(likeness(a, b), 2.5 / 3, 1e-12);
  b["model.type"] = "llama";
  EXPECT_NEAR(likeness(a, b), 1.5 / 3, 1e-12);
  b["more"] = "1";
  EXPECT_NEAR(likeness(a, b), 1.5 / 4, 1e-12);
  EXPECT_NEAR(likeness(std::vector<TaskFacts>{a, b}, std::vector<TaskFacts>{a}), (1 + 1.5 / 4) / 2,
              1e-12);
}

std::vector<std::string> zoo_texts() {
  std::vector<std::string> texts;
  std::set<std::uint64_t> known;
  for (const space::ZooEntry& entry : space::zoo())
    if (entry.kind != space::ZooEntry::Kind::gate && !features_of(entry.text).empty() &&
        known.insert(space::fingerprint(space::parse_activation(entry.text))).second)
      texts.push_back(entry.text);
  return texts;
}

PastStudy taught_by(const Planted& planted, const std::vector<std::string>& texts) {
  PastStudy study = example("teacher");
  study.trials.clear();
  for (const std::string& text : texts)
    study.trials.push_back({text, false, false, {3 + 10 * planted.measured(text, 9)}, 100});
  return study;
}

TEST(Experience, ExpectsWhatThePastFound) {
  const Planted planted("gelu");
  const std::vector<std::string> texts = zoo_texts();
  std::vector<std::string> half;
  for (std::size_t i = 0; i < texts.size(); i += 2) half.push_back(texts[i]);
  const PastStudy study = taught_by(planted, half);
  const Experience past({study}, study.tasks);
  std::vector<double> expected, truth;
  for (std::size_t i = 1; i < texts.size(); i += 2) {
    expected.push_back(past.expected(features_of(texts[i])));
    truth.push_back(planted.truth(texts[i]));
  }
  EXPECT_GT(spearman(expected, truth), 0.6);
  ASSERT_FALSE(past.first().empty());
  std::vector<double> all;
  for (const std::string& text : half) all.push_back(planted.truth(text));
  EXPECT_LT(planted.truth(past.first()[0]), 0.7 * median(all));
  EXPECT_TRUE(Experience({}, study.tasks).empty());
  EXPECT_EQ(Experience({}, study.tasks).expected(features_of(std::string("relu"))), 0);
}

TEST(Experience, WeighsPrimitivesByHowOftenTheyAreGood) {
  PastStudy study = example();
  study.trials.clear();
  for (int i = 0; i < 40; ++i) {
    const bool good = i < 10;
    study.trials.push_back({fmt::format("{}(x) | 0 | {}", good ? "tanh" : "sin", 1 + 0.1 * i),
                            false,
                            false,
                            {good ? -2.0 - 0.01 * i : 1.0 + 0.01 * i},
                            100});
  }
  const auto weights = Experience({study}, study.tasks).primitive_weights();
  EXPECT_EQ(weights.at("tanh"), 2);
  EXPECT_EQ(weights.at("sin"), 0.5);
}

// On a task like the past one, with noise of its own, the best of a finite list is found sooner.
TEST(WarmStart, NeedsFewerTrialsThanAColdOne) {
  const fake::Folder folder;
  const std::vector<std::string> texts = zoo_texts();
  const Library library(folder / "library");
  library.add(taught_by(Planted("mish"), texts));
  const Planted planted("mish");
  double least = INFINITY;
  for (const std::string& text : texts) least = std::min(least, planted.truth(text));
  const auto trials_of = [&](bool warm, std::uint64_t seed) {
    const std::string line = warm ? fmt::format("warm_start: {}\n", folder / "library") : "";
    StudyConfig config = parse_study(fake::study_text(40, line), "toy.yaml");
    config.sampler.name = "surrogate";
    config.sampler.library = texts;
    config.sampler.random_trials = 6;
    config.seed = seed;
    const auto sampler = warm_sampler(config, experience_of(config, folder / "none.log"));
    std::deque<Trial> all;
    std::vector<const Trial*> history;
    const auto measure = [&](const std::string& text, bool baseline) {
      Trial& trial = all.emplace_back();
      trial.number = static_cast<int>(all.size()) - 1;
      trial.candidate = describe_activation(text);
      trial.candidate.baseline = baseline;
      trial.state = TrialState::complete;
      trial.scores = {planted.measured(text, seed)};
      history.push_back(&trial);
    };
    for (const char* baseline : {"relu", "tanh", "softplus"}) measure(baseline, true);
    for (int n = 0; n < 40; ++n) {
      space::Random random(space::child_seed(seed, static_cast<std::uint64_t>(n)));
      const std::string text = sampler->ask(n, history, random).activation;
      if (planted.truth(text) <= least) return n + 1.0;
      measure(text, false);
    }
    return 41.0;
  };
  std::vector<double> warm, cold;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    warm.push_back(trials_of(true, seed));
    cold.push_back(trials_of(false, seed));
  }
  EXPECT_LE(2 * mean(warm), mean(cold));
}

void run_real(const StudyConfig& config, const std::string& journal, int workers) {
  SearchOptions options;
  options.config = config;
  options.journal = journal;
  Pool pool(workers, fake::factory());
  run_search(options, pool);
}

TEST(WarmStart, AJournalIsAFunctionOfTheStudyAndTheLibrary) {
  const fake::Folder folder;
  const Library library(folder / "library");
  library.add(taught_by(Planted("gelu"), zoo_texts()));
  for (const char* name : {"surrogate", "evolution"}) {
    std::string text = fake::study_text(8, fmt::format("warm_start: {}\n", folder / "library"));
    const auto at = text.find("name: random");
    text.replace(at, 12, fmt::format("name: {}, random_trials: 4", name));
    const StudyConfig config = parse_study(text, "toy.yaml");
    std::string journals[3];
    for (int i = 0; i < 3; ++i) {
      const std::string path = folder / fmt::format("{}{}.log", name, i);
      run_real(config, path, 1 << i);
      journals[i] = fake::canonical(path);
    }
    EXPECT_EQ(journals[0], journals[1]) << name;
    EXPECT_EQ(journals[0], journals[2]) << name;
    const Replay now = replay(read_journal(folder / fmt::format("{}0.log", name)));
    EXPECT_EQ(now.find("toy")->user_attrs.at("antigrad:library"), hash_of(library.studies()));
    const Summary s = summarise(config, folder / fmt::format("{}0.log", name));
    const auto from_past = std::ranges::count_if(
        s.trials, [](const Trial& trial) { return trial.candidate.operation == "library"; });
    EXPECT_EQ(from_past, 2) << name;
  }
}

TEST(WarmStart, AStudyDoesNotGoOnWithAnotherLibrary) {
  const fake::Folder folder;
  const Library library(folder / "library");
  library.add(taught_by(Planted("gelu"), zoo_texts()));
  const StudyConfig config = parse_study(
      fake::study_text(3, fmt::format("warm_start: {}\n", folder / "library")), "toy.yaml");
  run_real(config, folder / "j.log", 1);
  run_real(config, folder / "j.log", 1);
  library.add(example());
  EXPECT_THROW(run_real(config, folder / "j.log", 1), space::Error);
}

// What is kept beside the journal counts, however the library grows.
TEST(WarmStart, GoesOnWithTheLibraryThatItKeeps) {
  const fake::Folder folder;
  const Library library(folder / "library");
  library.add(taught_by(Planted("gelu"), zoo_texts()));
  const StudyConfig config = parse_study(
      fake::study_text(4, fmt::format("warm_start: {}\n", folder / "library")), "toy.yaml");
  run_real(config, folder / "whole.log", 1);
  std::filesystem::create_directory(folder / "run");
  keep_library(config, folder / "run/journal.log");
  library.add(example());
  keep_library(config, folder / "run/journal.log");
  std::filesystem::remove_all(folder / "library");
  run_real(config, folder / "run/journal.log", 1);
  EXPECT_EQ(fake::canonical(folder / "run/journal.log"), fake::canonical(folder / "whole.log"));
}

TEST(WarmStart, IsReadWithItsPlace) {
  const auto error = [](const std::string& value) {
    try {
      const fake::Folder folder;
      experience_of(parse_study(fake::study_text(2, "warm_start: " + value + "\n"), "toy.yaml"),
                    folder / "j.log");
    } catch (const space::Error& e) {
      return std::string(e.what());
    }
    return std::string("none");
  };
  EXPECT_NE(error("nowhere.study").find("toy.yaml:17:13: there is no library"), std::string::npos)
      << error("nowhere.study");
  EXPECT_NE(error("[a]").find("toy.yaml:17:13"), std::string::npos);
  EXPECT_EQ(error("false"), "none");
  EXPECT_TRUE(
      warm_config_of(parse_study(fake::study_text(2, "warm_start: true\n"), "toy.yaml")).wanted);
  EXPECT_FALSE(warm_config_of(parse_study(fake::study_text(2), "toy.yaml")).wanted);
}

// A study's own measurements go in without what is not finished, and its tasks without folders.
TEST(PastStudy, IsWhatAStudyMeasured) {
  const fake::Folder folder;
  std::string text = fake::study_text(5);
  text.replace(text.find("steps: 40"), 9, "steps: 40, data: {format: idx, path: /a/b/digits}");
  const StudyConfig config = parse_study(text, "toy.yaml");
  run_real(config, folder / "j.log", 1);
  const Summary s = summarise(config, folder / "j.log");
  const PastStudy past = past_study(config, s.trials);
  EXPECT_EQ(past.trials.size(), 8u);
  EXPECT_EQ(past.tasks.at(0).at("data.path"), "digits");
  EXPECT_EQ(past.tasks.at(0).at("data.format"), "idx");
  EXPECT_EQ(past.tasks.at(1).at("steps"), "60");
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(past.trials[i].scores, s.trials[i].scores);
    EXPECT_EQ(past.trials[i].activation, s.trials[i].candidate.activation);
  }
}

}  // namespace
}  // namespace antigrad::search
