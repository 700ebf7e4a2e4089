// Worker processes that crash, hang, eat memory and talk nonsense.
#include "search/worker.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "fake.hpp"
#include "search/child.hpp"

namespace antigrad::search {
namespace {

using trainer::Outcome;

// A limit on time that a machine with much to do keeps too.
WorkerOptions fake_worker(double seconds = 60) {
  return {{"/proc/self/exe", "--fake-worker"}, {seconds, 150}, 60, {}};
}

TEST(Worker, AnswersLikeTheEvaluatorInIt) {
  const auto worker = make_process_evaluator(fake_worker());
  const trainer::Evaluation request{"relu", "images", 12345678901234567890u, 40};
  const trainer::Measurement got = worker->evaluate(request);
  fake::Evaluator here;
  const trainer::Measurement want = here.evaluate(request);
  EXPECT_EQ(got.outcome, Outcome::ok);
  ASSERT_EQ(got.curve.size(), 1u);
  EXPECT_EQ(got.curve[0].validation_loss, want.curve[0].validation_loss);
  EXPECT_EQ(got.theta, want.theta);
  EXPECT_GT(got.total_seconds, 0);
}

TEST(Worker, FailureIsAResultAndTheNextRequestIsServed) {
  struct Case {
    const char* activation;
    Outcome outcome;
    const char* reason;
  };
  const Case cases[] = {{"crash", Outcome::crashed, "SIGSEGV (Segmentation fault)"},
                        {"abort", Outcome::crashed, "SIGABRT"},
                        {"exit", Outcome::crashed, "exit status 3"},
                        {"eat", Outcome::out_of_memory, "over 150 MiB"},
                        {"garbage", Outcome::crashed, "nonsense: {\"measure"}};
  int starts = 0;
  WorkerOptions options = fake_worker();
  options.started = [&](double seconds) { starts += seconds > 0; };
  const auto worker = make_process_evaluator(options);
  for (const Case& c : cases) {
    const trainer::Measurement m = worker->evaluate({c.activation, "images", 1, 40});
    EXPECT_EQ(m.outcome, c.outcome) << c.activation;
    EXPECT_NE(m.reason.find(c.reason), std::string::npos) << m.reason;
    worker->forget();
    EXPECT_EQ(worker->evaluate({"relu", "images", 1, 40}).outcome, Outcome::ok) << c.activation;
  }
  EXPECT_EQ(starts, 6);
  const auto impatient = make_process_evaluator(fake_worker(0.5));
  const trainer::Measurement m = impatient->evaluate({"hang", "images", 1, 40});
  EXPECT_EQ(m.outcome, Outcome::timeout);
  EXPECT_NE(m.reason.find("over 0.5 s"), std::string::npos) << m.reason;
}

TEST(Worker, KeepsItsProcessBetweenRequestsThatSucceed) {
  const auto worker = make_process_evaluator(fake_worker());
  std::set<std::string> pids;
  for (int i = 0; i < 5; ++i) {
    pids.insert(worker->evaluate({"relu", "images", 1, 40}).reason);
    worker->forget();
  }
  EXPECT_EQ(pids.size(), 1u);
}

TEST(Worker, ErrorOfTheEvaluatorIsAnError) {
  const auto worker = make_process_evaluator(fake_worker());
  EXPECT_THROW(worker->evaluate({"error", "images", 1, 40}), space::Error);
  EXPECT_EQ(worker->evaluate({"relu", "images", 1, 40}).outcome, Outcome::ok);
}

TEST(Worker, ProgramThatDoesNotComeUpIsNamed) {
  struct Case {
    std::vector<std::string> argv;
    const char* expected;
    double seconds = 60;
  };
  const Case cases[] = {{{"/no/such/program"}, "No such file or directory"},
                        {{"sh", "-c", "exit 5"}, "exit status 5"},
                        {{"sh", "-c", "echo hello; exec sleep 99"}, "hello"},
                        {{"sh", "-c", "exec sleep 99"}, "not ready within 0.2 s", 0.2}};
  for (const auto& [argv, expected, seconds] : cases) {
    const auto worker = make_process_evaluator({argv, {}, seconds, {}});
    try {
      worker->evaluate({"relu", "images", 1, 40});
      ADD_FAILURE() << argv[0];
    } catch (const StartError& e) {
      EXPECT_NE(e.message().find(expected), std::string::npos) << e.what();
      EXPECT_NE(e.message().find(argv[0]), std::string::npos) << e.what();
    }
  }
}

TEST(Worker, DiesWithTheProcessThatDrivesIt) {
  int told[2];
  ASSERT_EQ(::pipe(told), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    const auto worker = make_process_evaluator(fake_worker());
    const pid_t pid = std::stoi(worker->evaluate({"relu", "images", 1, 40}).reason);
    if (::write(told[1], &pid, sizeof pid) != sizeof pid) ::_exit(1);
    worker->evaluate({"hang", "images", 1, 40});
    ::pause();
  }
  pid_t worker = 0;
  ASSERT_EQ(::read(told[0], &worker, sizeof worker), static_cast<ssize_t>(sizeof worker));
  EXPECT_GT(resident_mebibytes(worker), 0);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  for (int i = 0; i < 100 && resident_mebibytes(worker) > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  EXPECT_EQ(resident_mebibytes(worker), 0);
  ::close(told[0]);
  ::close(told[1]);
}

TEST(Pool, EverySlotRunsAtTheSameTimeWithItsOwnEvaluator) {
  constexpr int kSlots = 5;  // more than processors: they wait for each other
  Pool pool(kSlots, fake::factory());
  std::mutex mutex;
  std::condition_variable all_in;
  std::set<trainer::Evaluator*> evaluators;
  pool.run([&](trainer::Evaluator& evaluator, int) {
    std::unique_lock lock(mutex);
    evaluators.insert(&evaluator);
    all_in.notify_all();
    all_in.wait_for(lock, std::chrono::seconds{20}, [&] { return evaluators.size() == kSlots; });
  });
  EXPECT_EQ(evaluators.size(), static_cast<std::size_t>(kSlots));
}

TEST(Pool, WorkersOutliveOneRunOfThePool) {
  Pool pool(2, [](int) { return make_process_evaluator(fake_worker()); });
  std::mutex mutex;
  std::set<std::string> pids;
  for (int i = 0; i < 3; ++i) {
    pool.run([&](trainer::Evaluator& evaluator, int) {
      const std::string pid = evaluator.evaluate({"relu", "images", 1, 40}).reason;
      const std::lock_guard lock(mutex);
      pids.insert(pid);
    });
  }
  EXPECT_EQ(pids.size(), 2u);
}

TEST(Pool, ExceptionOfASlotIsThrownAgain) {
  Pool pool(2, fake::factory());
  EXPECT_THROW(pool.run([](trainer::Evaluator&, int slot) {
    if (slot == 1) throw space::Error("no");
  }),
               space::Error);
  EXPECT_THROW(Pool(0, fake::factory()), space::Error);
}

}  // namespace
}  // namespace antigrad::search
