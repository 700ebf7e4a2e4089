// Promotion on simulated studies: null, power, interruptions, more seeds, the test part, the
// ledger.
#include "search/evidence/promote.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "../fake.hpp"
#include "search/evidence/ledger.hpp"
#include "search/evidence/objective.hpp"
#include "search/evidence/simulation.hpp"
#include "search/summary.hpp"

namespace antigrad::search {
namespace {

/// 200 studies with ANTIGRAD_FULL=1, a sample of them without.
int studies() {
  const char* const full = std::getenv("ANTIGRAD_FULL");
  return full != nullptr && std::string(full) == "1" ? 200 : 15;
}

TEST(Promote, OfStudiesWhereAllAreEqualFewNameAWinner) {
  const fake::Folder folder;
  const NullResult null = run_null_studies({.studies = studies()}, folder.path());
  EXPECT_LE(null.named, null.studies == 200 ? 15 : 2);
}

TEST(Promote, AGapOfTwoDeviationsIsFound) {
  const fake::Folder folder;
  const NullResult power = run_null_studies({.studies = studies(), .gap = 2}, folder.path());
  EXPECT_GE(power.right, power.studies == 200 ? 160 : 10) << "of " << power.studies;
  EXPECT_EQ(power.named, power.right) << "named ones that are no better";
}

struct Simulated {
  fake::Folder folder;
  PromoteOptions options;

  explicit Simulated(double gap = 0.3) : gap_(gap) {
    const auto sampler = naming_sampler();
    SearchOptions search;
    search.config = parse_study(fake::study_text(9), "toy.yaml");
    search.journal = folder / "journal.log";
    search.sampler = sampler.get();
    search.describe = describe_name;
    Pool pool(1, factory());
    run_search(search, pool);
    options.config = search.config;
    options.promote.seeds = 4;
    options.journal = search.journal;
  }

  EvaluatorFactory factory() const {
    return [gap = gap_](int) {
      return simulated_evaluator({},
                                 [gap](const std::string& a) { return a == "c4" ? -gap : 0.0; });
    };
  }

  bool run(int workers = 1) {
    Pool pool(workers, factory());
    return run_promotion(options, pool);
  }

 private:
  double gap_;
};

TEST(Promote, FreshSeedsInOrderForAnyNumberOfWorkersAndMoreOfThemLater) {
  Simulated one, two;
  EXPECT_TRUE(one.run(1));
  two.options.promote.seeds = 2;
  EXPECT_TRUE(two.run(2));
  EXPECT_EQ(promote_table(two.options).seeds, 2);
  two.options.promote.seeds = 4;
  EXPECT_TRUE(two.run(2));
  EXPECT_EQ(fake::canonical(one.options.journal), fake::canonical(two.options.journal));
  const Replay now = replay(read_journal(one.options.journal));
  const int seen = one.options.config.search_seeds() + one.options.config.confirm.seeds;
  const auto& trials = now.find(promote_name("toy"))->trials;
  EXPECT_EQ(trials.size(), 6u * 4u);
  for (const StoredTrial& stored : trials) {
    for (const search::Run& run : from_stored(stored).runs) {
      EXPECT_GE(run.index, seen);
      EXPECT_EQ(run.measurement.steps, run.task == "images" ? 40 : 60);
    }
  }
}

TEST(Promote, EveryPrefixOfItsJournalGoesOnToTheSameJournal) {
  Simulated whole;
  whole.options.promote.seeds = 2;
  const auto before = std::filesystem::file_size(whole.options.journal);
  whole.run();
  const std::string unbroken = fake::canonical(whole.options.journal);
  std::ifstream in(whole.options.journal, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  int prefixes = 0;
  for (std::size_t end = before - 1; end != std::string::npos; end = text.find('\n', end + 1)) {
    std::ofstream(whole.options.journal, std::ios::binary) << text.substr(0, end + 1) << "{\"op_";
    ASSERT_TRUE(whole.run(2));
    ASSERT_EQ(fake::canonical(whole.options.journal), unbroken) << "cut at " << end;
    ++prefixes;
  }
  EXPECT_GT(prefixes, 12);
}

TEST(Promote, OtherTasksCountAndCannotChangeUnderWay) {
  Simulated s;
  s.options.other_tasks = {{"elsewhere", 30}};
  EXPECT_TRUE(s.run());
  const PromoteTable table = promote_table(s.options);
  EXPECT_EQ(table.tasks, (std::vector<std::string>{"images", "words", "elsewhere"}));
  EXPECT_EQ(table.searched, 2u);
  ASSERT_NE(table.winner(), nullptr);
  EXPECT_EQ(table.winner()->candidate.activation, "c4");
  EXPECT_LT(table.winner()->differences[2], 0);
  s.options.other_tasks.clear();
  EXPECT_THROW(s.run(), space::Error);
}

/// Adds to the losses of one activation on one task.
class Worse : public trainer::Evaluator {
 public:
  Worse(std::unique_ptr<trainer::Evaluator> inner, double by) : inner_(std::move(inner)), by_(by) {}
  trainer::Measurement evaluate(const trainer::Evaluation& e) override {
    trainer::Measurement m = inner_->evaluate(e);
    if (e.activation == "c4" && e.task == "words")
      for (trainer::CurvePoint& point : m.curve) point.validation_loss += by_;
    return m;
  }
  void forget() override {}

 private:
  std::unique_ptr<trainer::Evaluator> inner_;
  double by_;
};

TEST(Promote, WhatIsWorseOnATaskIsNoWinner) {
  for (const double by : {0.3, 0.5}) {
    Simulated s(0.4);
    const EvaluatorFactory plain = s.factory();
    Pool pool(1, [&](int slot) { return std::make_unique<Worse>(plain(slot), by); });
    s.options.promote.seeds = 6;
    ASSERT_TRUE(run_promotion(s.options, pool));
    const PromoteTable table = promote_table(s.options);
    const auto row = std::ranges::find(table.rows, "c4",
                                       [](const PromoteRow& r) { return r.candidate.activation; });
    ASSERT_NE(row, table.rows.end());
    EXPECT_LT(row->judgement.high, 0) << "better by the score";
    EXPECT_LT(row->differences[0], -0.3);
    const bool worse = by > 0.4;
    EXPECT_EQ(row->judgement.finding, worse ? Finding::mixed : Finding::better);
    EXPECT_EQ(row->worse_on,
              worse ? std::vector<std::string>{"words"} : std::vector<std::string>{});
    EXPECT_EQ(table.winner(), worse ? nullptr : &*row);
  }
}

// Where a study has several objectives, whoever is on its front is trained again.
TEST(Promote, OfSeveralObjectivesTheFrontIsPromoted) {
  const fake::Folder folder;
  PromoteOptions o;
  o.config = parse_study(fake::study_text(14, "objectives: [quality, cost]\n"), "toy.yaml");
  o.journal = folder / "journal.log";
  SearchOptions search;
  search.config = o.config;
  search.journal = o.journal;
  Pool pool(1, fake::factory());
  ASSERT_TRUE(run_search(search, pool).complete);
  const Summary s = summarise(o.config, o.journal);
  std::vector<int> front, best;
  for (const Trial* trial : pareto_front(o.config, s.trials))
    if (!trial->candidate.baseline) front.push_back(trial->number);
  for (const ConfirmRow& row : s.table.rows)
    if (!row.candidate.baseline) best.push_back(row.search_trial);
  ASSERT_FALSE(front.empty());
  ASSERT_NE(front, best) << "choose a study whose front is not its confirmed ones";
  o.promote = {.candidates = 9, .seeds = 2};
  ASSERT_TRUE(run_promotion(o, pool));
  std::vector<int> promoted;
  for (const PromoteRow& row : promote_table(o).rows)
    if (!row.candidate.baseline) promoted.push_back(row.search_trial);
  EXPECT_EQ(promoted, front);
}

/// A simulated evaluator that also knows a test part.
class Tested : public trainer::Evaluator {
 public:
  explicit Tested(std::unique_ptr<trainer::Evaluator> inner) : inner_(std::move(inner)) {}
  trainer::Measurement evaluate(const trainer::Evaluation& e) override {
    trainer::Measurement m = inner_->evaluate(e);
    m.shifts.push_back({"test", m.curve.back().validation_loss + 1, 0.5});
    return m;
  }
  void forget() override {}

 private:
  std::unique_ptr<trainer::Evaluator> inner_;
};

TEST(Promote, TheTestPartIsForAWinnerOnceAndItsPairStays) {
  Simulated s;
  s.run();
  PromoteTable table = promote_table(s.options);
  ASSERT_NE(table.winner(), nullptr);
  EXPECT_TRUE(test_rows(s.options, table).empty());
  EXPECT_FALSE(test_pair(s.options, table).begun);
  const EvaluatorFactory plain = s.factory();
  Pool pool(2, [&](int slot) { return std::make_unique<Tested>(plain(slot)); });
  EXPECT_TRUE(run_test(s.options, table, pool));
  const auto rows = test_rows(s.options, table);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].seeds, 4);
  EXPECT_LT(rows[0].difference, 0);
  EXPECT_GT(rows[0].winner, 1.5) << "not the validation part's";
  const std::string journal = fake::canonical(s.options.journal);
  s.options.promote.seeds = 6;
  s.run();
  table = promote_table(s.options);
  EXPECT_TRUE(test_pair(s.options, table).begun);
  EXPECT_EQ(test_pair(s.options, table).seeds, 4);
  const std::string more = fake::canonical(s.options.journal);
  EXPECT_TRUE(run_test(s.options, table, pool));
  EXPECT_EQ(fake::canonical(s.options.journal), more) << "measured a second time";
  EXPECT_NE(journal, more);
}

TEST(Promote, WithoutAWinnerThereIsNobodyToTest) {
  Simulated s(0);
  s.run();
  EXPECT_EQ(test_pair(s.options, promote_table(s.options)).winner, -1);
}

TEST(Promote, AStudyBeforeItsCandidatesIsAnErrorWithTheWayOut) {
  Simulated s;
  std::filesystem::remove(s.options.journal);
  try {
    s.run();
    ADD_FAILURE();
  } catch (const space::Error& e) {
    EXPECT_NE(std::string(e.what()).find("antigrad resume"), std::string::npos) << e.what();
  }
}

TEST(Ledger, KeepsWhatWasReadByWhom) {
  const fake::Folder folder;
  const Ledger ledger(folder / "deep/er/ledger");
  EXPECT_TRUE(ledger.entries().empty());
  ledger.append({"now", "cifar10 /data", "/runs/a", "x", ""});
  ledger.append({"now", "cifar10 /data", "/runs/a", "x", "loss 1"});
  ledger.append({"now", "cifar10 /data", "/runs/b", "y\n\"", ""});
  ASSERT_EQ(ledger.entries().size(), 3u);
  EXPECT_EQ(ledger.entries()[2].activation, "y\n\"");
  EXPECT_EQ(ledger.other_readers("cifar10 /data", "/runs/b"), std::vector<std::string>{"/runs/a"});
  EXPECT_TRUE(ledger.other_readers("stl10 /data", "/runs/b").empty());
  std::ofstream(ledger.path(), std::ios::app) << "{oops\n";
  try {
    ledger.entries();
    ADD_FAILURE();
  } catch (const space::Error& e) {
    EXPECT_NE(std::string(e.what()).find("ledger:4"), std::string::npos) << e.what();
  }
  EXPECT_THROW(Ledger("/proc/nowhere/ledger").append({}), space::Error);
}

}  // namespace
}  // namespace antigrad::search
