// The evaluator behind the shared library: paired and bit-equal from every thread, errors as
// outcomes.
#include "trainer/evaluator.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>

#include "fixtures.hpp"
#include "numbers.hpp"
#include "paths.hpp"
#include "space/error.hpp"

namespace antigrad::trainer {
namespace {

using Opened = std::unique_ptr<Evaluator>;

Opened open(const TinyStudy& study) {
  return Opened(antigrad_open_evaluator(study.path().c_str()));
}

const std::vector<Evaluation> kRequests = {
    {"gelu", "images", 1, 20},  {"gelu", "text", 1, 20},  {"gelu", "images", 2, 20},
    {"xielu", "images", 1, 12}, {"xielu", "text", 5, 20}, {"xielu", "images", 1, 20},
};

std::vector<std::vector<double>> evaluate_all(const TinyStudy& study) {
  std::vector<std::vector<double>> results;
  const Opened evaluator = open(study);
  for (const Evaluation& request : kRequests)
    results.push_back(numbers(evaluator->evaluate(request)));
  return results;
}

TEST(EvaluatorTest, TwoThreadsGiveWhatOneGivesBitForBit) {
  const TinyStudy study;
  const auto serial = evaluate_all(study);
  std::vector<std::vector<double>> first, second;
  std::thread a([&] { first = evaluate_all(study); }), b([&] { second = evaluate_all(study); });
  a.join();
  b.join();
  EXPECT_EQ(first, serial);
  EXPECT_EQ(second, serial);
}

TEST(EvaluatorTest, ASecondRequestGoesOnAndGivesWhatOneLongRunGives) {
  const TinyStudy study;
  const Opened pieces = open(study), whole = open(study);
  const Measurement short_run = pieces->evaluate({"mish", "images", 1, 10});
  const Measurement gone_on = pieces->evaluate({"mish", "images", 1, 30});
  EXPECT_EQ(numbers(gone_on), numbers(whole->evaluate({"mish", "images", 1, 30})));
  EXPECT_EQ(numbers(pieces->evaluate({"mish", "images", 1, 10})), numbers(short_run))
      << "backwards";
  pieces->forget();
  EXPECT_EQ(numbers(pieces->evaluate({"mish", "images", 1, 30})), numbers(gone_on));
}

TEST(EvaluatorTest, MeasuresWhatARequestCosts) {
  const TinyStudy study;
  const Measurement m = open(study)->evaluate({"relu", "images", 1, 10});
  EXPECT_EQ(m.outcome, Outcome::ok);
  EXPECT_GT(m.training_seconds, 0);
  EXPECT_GE(m.total_seconds, m.training_seconds);
  EXPECT_GT(m.peak_mebibytes, 10);
}

TEST(EvaluatorTest, DivergenceIsAnOutcomeWithAReason) {
  const TinyStudy study;
  study.write("study.yaml", TinyStudy::tasks("100"));
  const Measurement m = open(study)->evaluate({"relu2", "images", 1, 30});
  EXPECT_EQ(m.outcome, Outcome::diverged);
  EXPECT_NE(m.reason, "");
}

TEST(EvaluatorTest, WhatTheCallerGetsWrongIsAnErrorThatSaysSo) {
  const TinyStudy study;
  const Opened evaluator = open(study);
  const auto error = [&](const Evaluation& request) -> std::string {
    try {
      evaluator->evaluate(request);
    } catch (const space::Error& caught) {
      return caught.what();
    }
    return "";
  };
  EXPECT_NE(error({"relu", "image", 1, 10}).find("did you mean \"images\"?"), std::string::npos);
  EXPECT_NE(error({"relu", "images", 1, 0}).find("at least 1 step"), std::string::npos);
  EXPECT_NE(error({"tanhh(x)", "images", 1, 10}).find("tanhh"), std::string::npos);
  EXPECT_EQ(evaluator->evaluate({"relu", "images", 1, 1}).outcome, Outcome::ok);
}

TEST(EvaluatorTest, AMissingFileIsAnErrorAtTheRequest) {
  const TinyStudy study;
  std::string yaml = TinyStudy::tasks("0.1");
  yaml.replace(yaml.find("digits.csv"), 10, "absent.csv");
  study.write("study.yaml", yaml);
  const Opened evaluator = open(study);
  EXPECT_THROW(evaluator->evaluate({"relu", "images", 1, 10}), space::Error);
  EXPECT_EQ(evaluator->evaluate({"relu", "text", 1, 1}).outcome, Outcome::ok);
}

/// Restores the limit of the address space at the end.
class AddressSpaceLimit {
 public:
  explicit AddressSpaceLimit(rlim_t bytes) {
    getrlimit(RLIMIT_AS, &before_);
    const rlimit limited{bytes, before_.rlim_max};
    setrlimit(RLIMIT_AS, &limited);
  }
  ~AddressSpaceLimit() { setrlimit(RLIMIT_AS, &before_); }
  AddressSpaceLimit(const AddressSpaceLimit&) = delete;
  AddressSpaceLimit& operator=(const AddressSpaceLimit&) = delete;

 private:
  rlimit before_{};
};

TEST(EvaluatorTest, ANetworkThatDoesNotFitIntoMemoryIsAnOutcome) {
  const TinyStudy study;
  std::string yaml = TinyStudy::tasks("0.1");
  yaml.replace(yaml.find("width: 16"), 9, "width: 65536");
  yaml.replace(yaml.find("ffn: 32"), 7, "ffn: 1048576");
  study.write("study.yaml", yaml);
  const Opened evaluator = open(study);
  const AddressSpaceLimit limit(rlim_t{64} << 30);  // the network has 256 GiB in one matrix
  const Measurement m = evaluator->evaluate({"relu", "text", 1, 1});
  EXPECT_EQ(m.outcome, Outcome::out_of_memory) << m.reason;
  EXPECT_NE(m.reason, "");
  EXPECT_EQ(evaluator->evaluate({"relu", "images", 1, 1}).outcome, Outcome::ok);
}

/// Three steps of every task of a study that comes with the program.
void expect_to_start(const std::string& name) {
  const std::string path = std::string(ANTIGRAD_SOURCE_DIR) + "/experiments/" + name;
  const Opened evaluator(antigrad_open_evaluator(path.c_str()));
  for (const Task& task : read_tasks(path)) {
    const Measurement m = evaluator->evaluate({"gelu", task.name, 1, 3});
    EXPECT_EQ(m.outcome, Outcome::ok) << m.reason;
    EXPECT_EQ(m.steps, 3);
  }
}

TEST(RealDataTest, TheQuickstartStarts) {
  const std::string data = std::string(ANTIGRAD_SOURCE_DIR) + "/.deps/data";
  if (!std::filesystem::exists(data)) GTEST_SKIP() << "no " << data << "; ./scripts/setup makes it";
  expect_to_start("quickstart.yaml");
}

TEST(RealDataTest, CifarAndTokensStart) {
  const char* data = std::getenv("ANTIGRAD_DATA");
  if (data == nullptr) GTEST_SKIP() << "ANTIGRAD_DATA does not name a folder with cifar10 and text";
  expect_to_start("cifar_text.yaml");
}

TEST(KernelCostTest, IsAPositiveTimeOfTheTierThatRan) {
  const std::unique_ptr<KernelCost> cost(antigrad_kernel_cost("gelu"));
  EXPECT_GT(cost->forward_ns, 0.01);
  EXPECT_LT(cost->forward_ns, 1000);
  EXPECT_GT(cost->backward_ns, 0.01);
  EXPECT_TRUE(cost->tier == "table" || cost->tier == "llvm" || cost->tier == "interpreter")
      << cost->tier;
}

}  // namespace
}  // namespace antigrad::trainer
