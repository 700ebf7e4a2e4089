// Candidates that train together: the same proposals, decisions and records as one by one, in
// groups that do not depend on workers or interruptions.
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "fake.hpp"
#include "search/trial_list.hpp"
#include "search/worker.hpp"

namespace antigrad::search {
namespace {

StudyConfig stacked_study(int count, int trials = 20) {
  std::string text = fake::study_text(trials, fmt::format("stacked: {}\n", count));
  return parse_study(text, "toy.yaml");
}

/// Which activations were trained together, on what.
struct Asked {
  std::mutex mutex;
  std::vector<std::vector<trainer::Evaluation>> groups;
};

class Grouping : public fake::Evaluator {
 public:
  explicit Grouping(Asked& asked) : asked_(asked) {}
  std::vector<trainer::Measurement> evaluate_together(
      const std::vector<trainer::Evaluation>& requests) override {
    {
      const std::lock_guard lock(asked_.mutex);
      asked_.groups.push_back(requests);
    }
    return fake::Evaluator::evaluate_together(requests);
  }

 private:
  Asked& asked_;
};

std::string run_grouped(const StudyConfig& config, const std::string& journal, int workers,
                        Asked& asked) {
  fake::Sampler sampler;
  Pool pool(workers, [&](int) { return std::make_unique<Grouping>(asked); });
  EXPECT_TRUE(run_search(fake::options(config, journal, sampler), pool).complete);
  return fake::canonical(journal);
}

std::set<std::string> texts(const Asked& asked) {
  std::set<std::string> all;
  for (const auto& group : asked.groups) {
    std::string text = fmt::format("{} {} {}:", group[0].task, group[0].seed, group[0].steps);
    for (const trainer::Evaluation& one : group) text += " " + one.activation;
    all.insert(text);
  }
  return all;
}

TEST(Stacked, TheJournalIsThatOfCandidatesOneByOneButForItsText) {
  const fake::Folder folder;
  Asked asked;
  std::string together = run_grouped(stacked_study(3), folder / "3.log", 2, asked);
  for (auto at = together.find("stacked: 3\\n"); at != std::string::npos;
       at = together.find("stacked: 3\\n"))
    together.erase(at, 12);
  EXPECT_EQ(together, fake::run(fake::study(), folder / "1.log", 1));
}

TEST(Stacked, GroupsShareTaskSeedAndStepsAndAreTheSameForAnyNumberOfWorkers) {
  const fake::Folder folder;
  Asked one, four;
  const std::string journal = run_grouped(stacked_study(4), folder / "1.log", 1, one);
  EXPECT_EQ(run_grouped(stacked_study(4), folder / "4.log", 4, four), journal);
  EXPECT_EQ(texts(one), texts(four));
  std::size_t largest = 0;
  for (const auto& group : one.groups) {
    largest = std::max(largest, group.size());
    for (const trainer::Evaluation& request : group) {
      EXPECT_EQ(request.task, group[0].task);
      EXPECT_EQ(request.seed, group[0].seed);
      EXPECT_EQ(request.steps, group[0].steps);
    }
  }
  EXPECT_EQ(largest, 4u);
  EXPECT_GT(one.groups.size(), 20u);
}

TEST(Stacked, GroupsAreCountedFromTheFirst) {
  EXPECT_EQ(end_of_group(0, 4, 10), 4);
  EXPECT_EQ(end_of_group(5, 4, 10), 8) << "what is left of a group that was begun";
  EXPECT_EQ(end_of_group(8, 4, 10), 10);
  EXPECT_EQ(end_of_group(3, 1, 10), 4);
}

TEST(Stacked, EveryPrefixOfAJournalResumesToTheSameJournal) {
  const fake::Folder folder;
  const StudyConfig config = stacked_study(3, 4);
  const std::string unbroken = fake::run(config, folder / "whole.log", 2);
  std::ifstream in(folder / "whole.log", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t end = 0; end != std::string::npos; end = text.find('\n', end + 1)) {
    const std::string journal = folder / "part.log";
    std::ofstream(journal, std::ios::binary) << text.substr(0, end + 1);
    ASSERT_EQ(fake::run(config, journal, 2), unbroken) << "cut at " << end;
  }
}

TEST(Stacked, ACandidateThatBreaksTheWorkerIsFoundAndTheOthersAreMeasured) {
  const auto evaluator = [](double seconds) {
    return make_process_evaluator({{"/proc/self/exe", "--fake-worker"}, {seconds, 150}, 60, {}});
  };
  auto worker = evaluator(60);
  const auto ask = [&](const std::vector<std::string>& activations) {
    std::vector<trainer::Evaluation> requests;
    for (const std::string& text : activations) requests.push_back({text, "images", 1, 40});
    return worker->evaluate_together(requests);
  };
  using enum trainer::Outcome;
  const auto good = ask({"relu", "gelu"});
  EXPECT_EQ(good[0].outcome, ok);
  EXPECT_EQ(good[0].reason, good[1].reason) << "one process";
  for (const auto& [broken, outcome] :
       {std::pair{"crash", crashed}, {"eat", out_of_memory}, {"hang", timeout}}) {
    if (outcome == timeout) worker = evaluator(2);
    const auto answers = ask({"relu", broken, "gelu"});
    ASSERT_EQ(answers.size(), 3u);
    EXPECT_EQ(answers[0].outcome, ok) << broken;
    EXPECT_EQ(answers[1].outcome, outcome) << broken;
    EXPECT_EQ(answers[2].outcome, ok) << broken;
  }
  EXPECT_THROW(ask({"relu", "error"}), space::Error);
}

TEST(Stacked, ACandidateThatIsRefusedFailsAloneInTheStudy) {
  class WithError : public Sampler {
    Proposal ask(int nth, std::span<const Trial* const>, space::Random&) override {
      return {nth == 1 ? "error" : fmt::format("fine{}", nth), {}, "fake"};
    }
  };
  const fake::Folder folder;
  WithError sampler;
  Pool pool(1, [](int) {
    return make_process_evaluator({{"/proc/self/exe", "--fake-worker"}, {5, 500}, 60, {}});
  });
  const SearchOptions options = fake::options(stacked_study(3, 3), folder / "j.log", sampler);
  EXPECT_TRUE(run_search(options, pool).complete);
  const Replay all = replay(read_journal(folder / "j.log"));
  const std::vector<StoredTrial>& trials = all.find("toy")->trials;
  EXPECT_EQ(from_stored(trials[3]).outcome, trainer::Outcome::ok);
  EXPECT_EQ(from_stored(trials[4]).outcome, trainer::Outcome::rejected);
  EXPECT_EQ(from_stored(trials[4]).reason, "no such task");
}

TEST(Stacked, StudiesThatCannotSayWhere) {
  const auto error = [](const std::string& extra) -> std::string {
    try {
      parse_study(fake::study_text(20, extra), "toy.yaml");
    } catch (const space::Error& caught) {
      return caught.what();
    }
    return "";
  };
  EXPECT_NE(error("stacked: 8\n").find("toy.yaml:17:10: 8 candidates train together"),
            std::string::npos)
      << error("stacked: 8\n");
  EXPECT_NE(error("stacked: {count: 0}\n").find("toy.yaml:17:18"), std::string::npos);
  EXPECT_NE(error("evaluator: {command: [python3]}\nstacked: 2\n").find("one candidate at a time"),
            std::string::npos);
  EXPECT_EQ(error("stacked: {count: 4, checked: 10}\n"), "");
}

}  // namespace
}  // namespace antigrad::search
