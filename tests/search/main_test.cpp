// The test program is its own helper: a worker that misbehaves on demand, and a study to be killed.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <vector>

#include "fake.hpp"
#include "search/summary.hpp"
#include "search/worker.hpp"

namespace {

using namespace antigrad;

class Misbehaving : public search::fake::Evaluator {
 public:
  trainer::Measurement evaluate(const trainer::Evaluation& e) override {
    if (e.activation == "crash") {
      ::signal(SIGSEGV, SIG_DFL);  // a sanitizer would end the program in its own way
      ::raise(SIGSEGV);
    }
    if (e.activation == "abort") ::abort();
    if (e.activation == "exit") ::_exit(3);
    if (e.activation == "hang") std::this_thread::sleep_for(std::chrono::hours{1});
    if (e.activation == "eat") eat();
    if (e.activation == "garbage" && ::write(1, "{\"measure\n", 10) != 10) ::abort();
    if (e.activation == "error") throw space::Error("no such task");
    trainer::Measurement m = search::fake::Evaluator::evaluate(e);
    m.reason = std::to_string(::getpid());
    return m;
  }

 private:
  static void eat() {
    std::vector<std::vector<char>> memory;
    while (true) {
      memory.emplace_back(1 << 22, 'x');
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
  }
};

// argv: --fake-study JOURNAL WORKERS; prints number and score of the best trial.
int run_study(char** argv) {
  const search::StudyConfig config = search::fake::study();
  search::fake::run(config, argv[2], std::stoi(argv[3]));
  const search::Summary summary = search::summarise(config, argv[2]);
  const search::Trial& best = *summary.leaderboard()[0];
  fmt::print("{} {}\n", best.number, best.score());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "--fake-worker") {
    Misbehaving evaluator;
    return search::serve_worker(0, 1, evaluator);
  }
  if (mode == "--fake-study") return run_study(argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
