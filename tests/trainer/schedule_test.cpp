// Schedules at the steps that their definitions name; tests/oracle/optimisers.py holds every step
// against torch's. Errors of `schedule:` and `optimiser:` are those of
// tests/golden/optimiser_errors.yaml (ANTIGRAD_WRITE_GOLDEN=1 writes them anew).
#include "trainer/schedule.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <set>

#include "fixtures.hpp"
#include "paths.hpp"
#include "space/error.hpp"
#include "space/yaml.hpp"

namespace antigrad::trainer {
namespace {

using Shape = ScheduleSpec::Shape;

TEST(ScheduleTest, FactorsAreThoseOfTheDefinitions) {
  const auto at = [](const ScheduleSpec& spec, int warm_up, int step) {
    return rate_factor(spec, 100, warm_up, step);
  };
  const ScheduleSpec cosine{.shape = Shape::cosine, .at = {}, .final = 0.2};
  EXPECT_DOUBLE_EQ(at(cosine, 10, 0), 0.1);
  EXPECT_DOUBLE_EQ(at(cosine, 10, 10), 1);
  EXPECT_DOUBLE_EQ(at(cosine, 10, 55), 0.6);
  EXPECT_DOUBLE_EQ(at(cosine, 10, 100), 0.2);
  EXPECT_DOUBLE_EQ(at(cosine, 10, 1000), 0.2);
  const ScheduleSpec step{.shape = Shape::step, .at = {30, 60}, .factor = 0.5};
  EXPECT_EQ(at(step, 0, 29), 1);
  EXPECT_EQ(at(step, 0, 30), 0.5);
  EXPECT_EQ(at(step, 0, 1000), 0.25);
  const ScheduleSpec wsd{.shape = Shape::wsd, .at = {}, .decay = 16};
  EXPECT_EQ(at(wsd, 0, 84), 1);
  EXPECT_EQ(at(wsd, 0, 88), 0.5);
  EXPECT_EQ(at(wsd, 0, 93), 0.25);
  EXPECT_EQ(at(wsd, 0, 1000), 0);
  const ScheduleSpec cycle{
      .shape = Shape::one_cycle, .at = {}, .rise = 0.31, .start = 0.1, .final = 0.01};
  EXPECT_DOUBLE_EQ(at(cycle, 0, 0), 0.1);
  EXPECT_DOUBLE_EQ(at(cycle, 0, 15), 0.55);
  EXPECT_DOUBLE_EQ(at(cycle, 0, 30), 1);
  EXPECT_DOUBLE_EQ(at(cycle, 0, 99), 0.01);
  EXPECT_DOUBLE_EQ(at(cycle, 0, 1000), 0.01);
}

TEST(ScheduleTest, EveryShapeIsFiniteAndAtMostOneInShortRuns) {
  for (const Shape shape :
       {Shape::constant, Shape::cosine, Shape::step, Shape::wsd, Shape::one_cycle})
    for (int steps = 1; steps <= 12; ++steps)
      for (int step = 0; step <= 2 * steps; ++step) {
        const ScheduleSpec spec{.shape = shape, .at = {1}, .decay = steps};
        const double factor = rate_factor(spec, steps, 0, step);
        EXPECT_TRUE(factor >= 0 && factor <= 1)
            << static_cast<int>(shape) << " " << steps << " " << step << ": " << factor;
      }
}

class OptimiserErrors : public testing::Test {
 protected:
  /// The tiny study with "old ==> new" done to it.
  std::string error_of(const std::string& change) const {
    std::string yaml = TinyStudy::tasks("0.02");
    const std::size_t arrow = change.find(" ==> ");
    const std::size_t at = yaml.find(change.substr(0, arrow));
    if (arrow == std::string::npos || at == std::string::npos) return "not a change: " + change;
    study_.write("study.yaml", yaml.replace(at, arrow, change.substr(arrow + 5)));
    try {
      read_tasks(study_.path());
    } catch (const space::Error& error) {
      const std::string text = error.what();
      return text.substr(text.find("study.yaml"));
    }
    return "no error";
  }

  TinyStudy study_;
};

struct Case {
  std::string change, error;
};

TEST_F(OptimiserErrors, EveryMistakeHasItsGoldenText) {
  const std::string path = std::string(ANTIGRAD_TEST_DIR) + "/golden/optimiser_errors.yaml";
  std::vector<Case> cases;
  for (const space::Yaml& item : space::Yaml::load_file(path).items()) {
    item.allow({"change", "error"});
    cases.push_back({item.at("change").text(), item.at("error").text()});
  }
  EXPECT_GE(cases.size(), 20U);
  const char* const anew = std::getenv("ANTIGRAD_WRITE_GOLDEN");
  if (anew != nullptr && std::string(anew) == "1") {
    std::ifstream old(path);
    std::string head, line;
    while (std::getline(old, line) && line.starts_with('#')) head += line + "\n";
    std::ofstream file(path);
    file << head;
    for (Case& c : cases) {
      c.error = error_of(c.change);
      file << fmt::format("- {{change: '{}',\n   error: '{}'}}\n", c.change, c.error);
    }
  }
  std::set<std::string> seen;
  for (const Case& c : cases) {
    EXPECT_EQ(error_of(c.change), c.error) << c.change;
    EXPECT_TRUE(c.error.starts_with("study.yaml:")) << c.error;
    EXPECT_TRUE(seen.insert(c.change).second) << "twice: " << c.change;
  }
}

TEST_F(OptimiserErrors, WhatIsRightIsRead) {
  for (const char* change :
       {"warm_up: 5 ==> schedule: {name: constant}", "warm_up: 5 ==> schedule: {name: one_cycle}",
        "momentum: 0.9 ==> momentum: 0.9, nesterov: true",
        "momentum: 0.9 ==> theta: {rate: 0.1, weight_decay: 0.1}",
        "momentum: 0.9 ==> interpolation: {name: rapp, updates: 3, share: 0.9}"})
    EXPECT_EQ(error_of(change), "no error") << change;
}

}  // namespace
}  // namespace antigrad::trainer
