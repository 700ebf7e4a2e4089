// A study from end to end with a fake evaluator: determinism, resumption, failures.
#include "search/engine.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <set>

#include "fake.hpp"
#include "search/summary.hpp"
#include "search/worker.hpp"
#include "space/properties.hpp"

namespace antigrad::search {
namespace {

TEST(Engine, JournalIsEqualForOneTwoAndFourWorkers) {
  const fake::Folder folder;
  const StudyConfig config = fake::study(30);
  const std::string one = fake::run(config, folder / "1.log", 1);
  EXPECT_EQ(fake::run(config, folder / "2.log", 2), one);
  EXPECT_EQ(fake::run(config, folder / "4.log", 4), one);
  EXPECT_GT(one.size(), 10000u);
}

TEST(Engine, AnotherSeedGivesAnotherJournal) {
  const fake::Folder folder;
  StudyConfig config = fake::study();
  const std::string one = fake::run(config, folder / "1.log", 1);
  config.seed = 8;
  EXPECT_NE(fake::run(config, folder / "2.log", 1), one);
}

TEST(Engine, EvolutionOverRealGradientsIsEqualForOneAndTwoWorkers) {
  const fake::Folder folder;
  std::string text = fake::study_text(30);
  const std::string random = "name: random, lag: 4";
  text.replace(text.find(random), random.size(), "name: evolution, lag: 6, random_trials: 8");
  const StudyConfig config = parse_study(text, "toy.yaml");
  fake::expect_equal_with_more_workers(config, folder);
  std::set<std::string> operations, fingerprints;
  for (const Trial& trial : summarise(config, folder / "1.log").trials) {
    operations.insert(trial.candidate.operation);
    fingerprints.insert(trial.candidate.fingerprint);
  }
  EXPECT_EQ(operations, (std::set<std::string>{"baseline", "random", "mutate", "crossover"}));
  EXPECT_EQ(fingerprints.size(), 33u);
}

TEST(Engine, CandidatesHaveWhatTheStudyDemandsAndRefusalsKeepTheirReason) {
  const fake::Folder folder;
  const StudyConfig config =
      parse_study(fake::study_text(12, "constraints: [monotone, lipschitz]\n"), "toy.yaml");
  fake::expect_equal_with_more_workers(config, folder);
  const auto wanted = space::demanded(config.constraints);
  int refused = 0, candidates = 0;
  for (const Trial& trial : summarise(config, folder / "1.log").trials) {
    if (trial.candidate.baseline) continue;
    ++candidates;
    const space::Activation a = space::parse_activation(trial.candidate.activation);
    EXPECT_FALSE(space::violated(a, wanted).has_value()) << a.text;
    for (const auto& [property, refusal] : trial.candidate.refused) {
      refused += refusal.count;
      EXPECT_NE(refusal.reason, "") << property;
      const auto claim =
          space::violated(space::parse_activation(refusal.activation), space::demanded({property}));
      EXPECT_TRUE(claim.has_value()) << refusal.activation;
    }
  }
  EXPECT_EQ(candidates, 12);
  EXPECT_GT(refused, 0);
}

TEST(Engine, ASpaceWithoutWhatIsDemandedGivesTrialsThatFailWithTheReason) {
  const fake::Folder folder;
  std::string text = fake::study_text(2, "constraints: [bounded]\n");
  StudyConfig config = parse_study(text, "toy.yaml");
  config.grammar = {};
  config.grammar.primitives = {"exp"};  // nothing bounded can be made of it
  config.grammar.max_pieces = 1;
  config.grammar.max_terms = 1;
  SearchOptions options;
  options.config = config;
  options.journal = folder / "none.log";
  Pool pool(1, fake::factory());
  EXPECT_TRUE(run_search(options, pool).complete);
  for (const Trial& trial : summarise(config, folder / "none.log").trials) {
    if (trial.candidate.baseline) continue;
    EXPECT_EQ(trial.outcome, trainer::Outcome::rejected);
    EXPECT_NE(trial.reason.find("not proved to be bounded"), std::string::npos) << trial.reason;
  }
}

pid_t start_study(const std::string& journal, int workers) {
  const std::string count = std::to_string(workers);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::execl("/proc/self/exe", "search_test", "--fake-study", journal.c_str(), count.c_str(),
            nullptr);
    ::_exit(127);
  }
  return pid;
}

TEST(Engine, KilledAtAnyMomentAndResumedGivesTheJournalOfAnUnbrokenRun) {
  const fake::Folder folder;
  const std::string unbroken = fake::run(fake::study(), folder / "whole.log", 1);
  space::Random random(1);
  const std::string journal = folder / "broken.log";
  int kills = 0;
  int status = -1;
  for (int attempt = 0; attempt < 60; ++attempt) {
    const pid_t pid = start_study(journal, 1 + attempt % 2);
    std::this_thread::sleep_for(std::chrono::milliseconds(5 + random.below(25)));
    if (attempt < 25) ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
    if (!WIFSIGNALED(status)) break;
    ++kills;
  }
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_GE(kills, 5);
  EXPECT_EQ(fake::canonical(journal), unbroken) << "after " << kills << " kills";
}

TEST(Engine, EveryPrefixOfAJournalResumesToTheSameJournal) {
  const fake::Folder folder;
  const std::string unbroken = fake::run(fake::study(2), folder / "whole.log", 2);
  std::ifstream in(folder / "whole.log", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  int prefixes = 0;
  for (std::size_t end = 0; end != std::string::npos; end = text.find('\n', end + 1)) {
    for (const std::size_t length : {end + 1, std::min(end + 40, text.size())}) {  // whole and torn
      const std::string journal = folder / "part.log";
      std::ofstream(journal, std::ios::binary) << text.substr(0, length);
      ASSERT_EQ(fake::run(fake::study(2), journal, 2), unbroken) << "cut at " << length;
      ++prefixes;
    }
  }
  EXPECT_GT(prefixes, 30);
}

/// Where the last three lines of a journal begin, and the journal.
std::pair<std::size_t, std::string> last_three(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::size_t begin = text.size() - 1;
  for (int line = 0; line < 3; ++line) begin = text.rfind('\n', begin - 1);
  return {begin + 1, text};
}

TEST(Engine, JournalCutAtEveryByteOfItsLastThreeRecordsIsRepairedAndLosesNothingBeforeTheCut) {
  const fake::Folder folder;
  fake::run(fake::study(2), folder / "whole.log", 1);
  const auto [begin, text] = last_three(folder / "whole.log");
  const std::vector<Json> whole = read_journal(folder / "whole.log");
  const std::string journal = folder / "cut.log";
  for (std::size_t cut = begin; cut <= text.size(); ++cut) {
    std::ofstream(journal, std::ios::binary) << text.substr(0, cut);
    const auto complete =
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(cut), '\n');
    const std::vector<Json> read = read_journal(journal);
    ASSERT_TRUE(std::equal(read.begin(), read.end(), whole.begin(), whole.begin() + complete))
        << cut;
    const Journal writer(journal);
    const std::size_t kept = text.rfind('\n', cut == 0 ? 0 : cut - 1) + 1;
    ASSERT_EQ(std::filesystem::file_size(journal), kept) << cut;
  }
}

TEST(Engine, JournalCutInItsLastThreeRecordsResumesToTheUnbrokenOne) {
  const fake::Folder folder;
  const std::string unbroken = fake::run(fake::study(2), folder / "whole.log", 2);
  const auto [begin, text] = last_three(folder / "whole.log");
  const bool full = std::getenv("ANTIGRAD_FULL") != nullptr;
  for (std::size_t cut = begin; cut <= text.size(); cut += full ? 1 : 61) {
    const std::string journal = folder / "cut.log";
    std::ofstream(journal, std::ios::binary) << text.substr(0, cut);
    ASSERT_EQ(fake::run(fake::study(2), journal, 2), unbroken) << cut;
  }
}

TEST(Engine, CandidatesAreDistinctAndAllRecorded) {
  const fake::Folder folder;
  const StudyConfig config = fake::study(25);
  fake::run(config, folder / "j.log", 2);
  const Summary s = summarise(config, folder / "j.log");
  EXPECT_EQ(s.phase, Phase::done);
  ASSERT_EQ(s.trials.size(), 28u);
  std::set<std::string> seen;
  for (const Trial& trial : s.trials) EXPECT_TRUE(seen.insert(trial.candidate.fingerprint).second);
  EXPECT_EQ(s.table.rows.size(), 6u);
}

TEST(Engine, UsedUpSpaceRepeatsRatherThanHangs) {
  class Constant : public Sampler {
    Proposal ask(int, std::span<const Trial* const>, space::Random&) override {
      return {"same", {}, "fake"};
    }
  };
  const fake::Folder folder;
  Constant sampler;
  Pool pool(1, fake::factory());
  EXPECT_TRUE(run_search(fake::options(fake::study(3), folder / "j.log", sampler), pool).complete);
}

TEST(Engine, StopDrainsAndResumeGoesOn) {
  class StopAfterFive : public Listener {
   public:
    std::atomic<bool> stop{false};
    void trial_finished(const Trial& trial, const Progress&) override {
      if (trial.number >= 5) stop = true;
    }
  };
  const fake::Folder folder;
  const std::string unbroken = fake::run(fake::study(), folder / "whole.log", 1);
  fake::Sampler sampler;
  StopAfterFive listener;
  SearchOptions options = fake::options(fake::study(), folder / "j.log", sampler);
  options.listener = &listener;
  options.stop = &listener.stop;
  Pool pool(2, fake::factory());
  const SearchResult stopped = run_search(options, pool);
  EXPECT_FALSE(stopped.complete);
  EXPECT_EQ(stopped.phase, Phase::candidates);
  const Summary s = summarise(options.config, folder / "j.log");
  EXPECT_GE(s.trials.size(), 6u);
  EXPECT_LE(s.trials.size(), 6u + 2u);
  EXPECT_EQ(s.counts.count("running"), 0u);
  EXPECT_EQ(fake::run(options.config, folder / "j.log", 1), unbroken);
}

TEST(Engine, DivergedCandidateIsAFailedTrialWithItsReason) {
  class Bad : public Sampler {
    Proposal ask(int nth, std::span<const Trial* const>, space::Random&) override {
      return {fmt::format("bad{}", nth), {}, "fake"};
    }
  };
  const fake::Folder folder;
  Bad sampler;
  Pool pool(1, fake::factory());
  const SearchOptions options = fake::options(fake::study(2), folder / "j.log", sampler);
  EXPECT_TRUE(run_search(options, pool).complete);
  const Trial trial = summarise(options.config, folder / "j.log").trials[3];
  EXPECT_EQ(trial.state, TrialState::fail);
  EXPECT_EQ(trial.outcome, trainer::Outcome::diverged);
  EXPECT_EQ(trial.reason, "task images, seed 7000: the loss is not finite");
  EXPECT_EQ(trial.runs[0].measurement.curve[0].validation_loss, INFINITY);
}

TEST(Engine, CrashingHangingAndGreedyCandidatesAreResultsAndTheStudyGoesOn) {
  class Nasty : public Sampler {
    Proposal ask(int nth, std::span<const Trial* const>, space::Random&) override {
      const char* texts[] = {"crash", "hang", "eat", "garbage", "error", "exit", "fine-0"};
      return {texts[nth], {}, "fake"};
    }
  };
  const fake::Folder folder;
  Nasty sampler;
  Pool pool(2, [](int) {
    return make_process_evaluator({{"/proc/self/exe", "--fake-worker"}, {4, 200}, 60, {}});
  });
  const SearchOptions options = fake::options(fake::study(7), folder / "j.log", sampler);
  EXPECT_TRUE(run_search(options, pool).complete);
  const Summary s = summarise(options.config, folder / "j.log");
  using enum trainer::Outcome;
  const std::vector<std::pair<trainer::Outcome, std::string>> expected = {
      {crashed, "SIGSEGV"},  {timeout, "over 4 s"},      {out_of_memory, "over 200 MiB"},
      {crashed, "nonsense"}, {rejected, "no such task"}, {crashed, "exit status 3"}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Trial& trial = s.trials[3 + i];
    EXPECT_EQ(trial.outcome, expected[i].first) << trial.candidate.activation;
    EXPECT_NE(trial.reason.find(expected[i].second), std::string::npos) << trial.reason;
    EXPECT_EQ(trial.state, TrialState::fail);
  }
  EXPECT_EQ(s.trials[9].outcome, ok);
}

TEST(Engine, StudyWithoutABaselineThatTrainsIsAnError) {
  class Hopeless : public fake::Evaluator {
    trainer::Measurement evaluate(const trainer::Evaluation&) override {
      trainer::Measurement m;
      m.outcome = trainer::Outcome::diverged;
      m.reason = "hopeless";
      return m;
    }
  };
  const fake::Folder folder;
  fake::Sampler sampler;
  Pool pool(2, [](int) { return std::make_unique<Hopeless>(); });
  try {
    run_search(fake::options(fake::study(), folder / "j.log", sampler), pool);
    FAIL() << "expected an error";
  } catch (const space::Error& e) {
    EXPECT_NE(e.message().find("no baseline could be trained"), std::string::npos) << e.what();
    EXPECT_NE(e.message().find("hopeless"), std::string::npos) << e.what();
  }
}

TEST(Engine, JournalOfAnotherStudyIsRefused) {
  const fake::Folder folder;
  fake::run(fake::study(3), folder / "j.log", 1);
  EXPECT_THROW(fake::run(fake::study(4), folder / "j.log", 1), space::Error);
}

TEST(Engine, WorkerThatCannotStartStopsTheStudy) {
  const fake::Folder folder;
  fake::Sampler sampler;
  Pool pool(2, [](int) { return make_process_evaluator({{"/no/such/program"}, {}, 60, {}}); });
  EXPECT_THROW(run_search(fake::options(fake::study(3), folder / "j.log", sampler), pool),
               StartError);
}

TEST(Engine, ProgressCountsEveryTrialOfEveryPhase) {
  class Counter : public Listener {
   public:
    std::map<Phase, int> finished;
    double remaining = -1;
    void trial_finished(const Trial&, const Progress& p) override {
      ++finished[p.phase];
      EXPECT_EQ(p.finished, finished[p.phase]);
      EXPECT_LE(p.finished, p.total);
      remaining = p.remaining_seconds;
    }
  };
  const fake::Folder folder;
  fake::Sampler sampler;
  Counter listener;
  SearchOptions options = fake::options(fake::study(9), folder / "j.log", sampler);
  options.listener = &listener;
  Pool pool(2, fake::factory());
  const SearchResult result = run_search(options, pool);
  EXPECT_EQ(listener.finished[Phase::baselines], 3);
  EXPECT_EQ(listener.finished[Phase::candidates], 9);
  EXPECT_EQ(listener.finished[Phase::confirmation], 6);
  EXPECT_EQ(listener.remaining, 0);
  EXPECT_GT(result.accounting.training, 0);
  EXPECT_GE(result.accounting.requests, result.accounting.evaluation / 2);
  EXPECT_GT(result.accounting.storage, 0);
}

}  // namespace
}  // namespace antigrad::search
