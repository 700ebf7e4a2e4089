// Distributions against the text that Optuna 5.0 writes.
#include "search/samplers/distribution.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "search/samplers/decimal.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

TEST(Distribution, ReadsAndWritesOptunasTextByteForByte) {
  for (
      const char* text : {
          R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}})",
          R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}})",
          R"({"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}})",
          R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 1e+16, "high": 1.2345678901234568e+17, "log": false}})",
          R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-07, "high": 0.0001, "log": false}})",
          R"({"name": "FloatDistribution", "attributes": {"step": null, "low": -Infinity, "high": 1e+22, "log": false}})",
          R"({"name": "IntDistribution", "attributes": {"log": false, "step": 3, "low": -2, "high": 7}})",
          R"({"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 1, "high": 1024}})",
          R"({"name": "CategoricalDistribution", "attributes": {"choices": [true, null, "a", 1, 2.5, 1.0, "\u00e9\"\\\n\u007f"]}})",
      }) {
    EXPECT_EQ(to_text(parse_distribution(text)), text);
  }
}

TEST(Distribution, HighIsLoweredToTheGridInDecimals) {
  EXPECT_EQ(last_on_grid(-1.5, 1.05, 0.1), 1.0);
  EXPECT_EQ(last_on_grid(0, 0.35, 0.1), 0.3);  // not 0.30000000000000004
  EXPECT_EQ(last_on_grid(0, 0.3, 0.1), 0.3);
  EXPECT_EQ(last_on_grid(0.1, 0.1, 5), 0.1);
  EXPECT_EQ(last_on_grid(-1e-7, 2.5e-7, 1e-7), 2e-7);
  EXPECT_EQ(last_on_grid(1, 1e20, 3), 1e20);
  EXPECT_THROW(last_on_grid(0, 1e300, 1e-300), space::Error);
  const auto d = std::get<IntDistribution>(checked(IntDistribution{0, 10, false, 3}));
  EXPECT_EQ(d.high, 9);
  EXPECT_EQ(
      std::get<IntDistribution>(checked(IntDistribution{INT64_MIN, INT64_MAX, false, 2})).high,
      INT64_MAX - 1);
}

TEST(Distribution, OldNamesAndTheShortFormAreRead) {
  const std::pair<const char*, Distribution> table[] = {
      {R"({"name":"UniformDistribution","attributes":{"low":0,"high":1}})",
       FloatDistribution{0, 1}},
      {R"({"name":"LogUniformDistribution","attributes":{"low":0.5,"high":1}})",
       FloatDistribution{0.5, 1, true}},
      {R"({"name":"DiscreteUniformDistribution","attributes":{"low":0,"high":1,"q":0.5}})",
       FloatDistribution{0, 1, false, 0.5}},
      {R"({"name":"IntUniformDistribution","attributes":{"low":0,"high":4,"step":2}})",
       IntDistribution{0, 4, false, 2}},
      {R"({"name":"IntLogUniformDistribution","attributes":{"low":1,"high":4,"step":1}})",
       IntDistribution{1, 4, true}},
      {R"({"type":"float","low":0,"high":1})", FloatDistribution{0, 1}},
      {R"({"type":"int","low":1,"high":3,"log":true})", IntDistribution{1, 3, true}},
      {R"({"type":"categorical","choices":["a"]})", CategoricalDistribution{{"a"}}},
  };
  for (const auto& [text, expected] : table)
    EXPECT_EQ(to_text(parse_distribution(text)), to_text(expected)) << text;
}

TEST(Distribution, RefusesWhatOptunaRefuses) {
  const std::pair<const char*, const char*> table[] = {
      {R"({"type":"float","low":2,"high":1})", "expected low <= high, got low 2 and high 1"},
      {R"({"type":"float","low":0,"high":1,"log":true})", "log wants low > 0, got 0"},
      {R"({"type":"float","low":1,"high":2,"log":true,"step":1})",
       "a step and log exclude each other; leave one out"},
      {R"({"type":"float","low":1,"high":2,"step":0})", "expected a step > 0, got 0"},
      {R"({"type":"int","low":1,"high":2,"step":-1})", "expected a step > 0, got -1"},
      {R"({"type":"int","low":0,"high":2,"log":true})", "log wants low >= 1, got 0"},
      {R"({"type":"int","low":1,"high":2,"step":2,"log":true})", "log wants step 1, got 2"},
      {R"({"type":"categorical","choices":[]})", "expected at least one choice, got none"},
      {R"({"type":"categorical","choices":3})", "expected a list of choices, got 3"},
      {R"({"type":"int","low":"a","high":2})", "expected a number, got \"a\""},
      {R"({"type":"int","high":2})",
       "a distribution without \"low\": {\"high\":2,\"type\":\"int\"}"},
      {R"({"name":"X","attributes":{}})",
       "unknown distribution \"X\"; FloatDistribution, IntDistribution and "
       "CategoricalDistribution are known"},
      {"[]", "a distribution without \"type\": []"},
  };
  for (const auto& [text, expected] : table) {
    try {
      parse_distribution(text);
      ADD_FAILURE() << "accepted " << text;
    } catch (const space::Error& e) {
      EXPECT_STREQ(e.what(), expected);
    }
  }
}

TEST(Distribution, InternalNumbersAreOptunas) {
  const Distribution choice = CategoricalDistribution{{"a", true, 1, nullptr, 2.5}};
  EXPECT_EQ(internal(choice, "a"), 0);
  EXPECT_EQ(internal(choice, true), 1);
  EXPECT_EQ(internal(choice, 1), 2);
  EXPECT_EQ(internal(choice, 1.0), 1);  // Python: 1.0 == True, the first of those
  EXPECT_EQ(external(choice, 3), nullptr);
  EXPECT_THROW(internal(choice, "b"), space::Error);
  EXPECT_THROW(external(choice, 5), space::Error);
  EXPECT_EQ(to_text(external(IntDistribution{1, 9}, 4)), "4");
  EXPECT_EQ(to_text(external(FloatDistribution{1, 9}, 4)), "4.0");
  EXPECT_EQ(internal(FloatDistribution{0, 1}, 7), 7);  // outside is the caller's to judge
  EXPECT_THROW(internal(FloatDistribution{0, 1}, "NaN"), space::Error);
  EXPECT_THROW(internal(FloatDistribution{1, 2, true}, 0), space::Error);
}

TEST(Distribution, KnowsItsValues) {
  const Distribution grid = FloatDistribution{-0.3, 0.3, false, 0.1};
  EXPECT_EQ(count(grid), 7);
  for (std::int64_t i = 0; i < 7; ++i) EXPECT_TRUE(contains(grid, value_at(grid, i))) << i;
  EXPECT_FALSE(contains(grid, 0.05));
  EXPECT_FALSE(contains(grid, 0.4));
  EXPECT_EQ(count(IntDistribution{1, 9, false, 4}), 3);
  EXPECT_TRUE(contains(IntDistribution{1, 9, false, 4}, 5));
  EXPECT_FALSE(contains(IntDistribution{1, 9, false, 4}, 6));
  EXPECT_EQ(count(FloatDistribution{0, 1}), 0);
  EXPECT_TRUE(single(FloatDistribution{2, 2}));
  EXPECT_TRUE(single(CategoricalDistribution{{"a"}}));
  EXPECT_FALSE(single(FloatDistribution{0, 1}));
  EXPECT_EQ(count(IntDistribution{INT64_MIN, INT64_MAX}), INT64_MAX);
}

TEST(Distribution, ChangedChoicesAndLogAreIncompatible) {
  EXPECT_EQ(incompatible(FloatDistribution{0, 1}, FloatDistribution{0, 2}), "");
  EXPECT_NE(incompatible(FloatDistribution{1, 2}, FloatDistribution{1, 2, true}), "");
  EXPECT_NE(incompatible(FloatDistribution{1, 2}, IntDistribution{1, 2}), "");
  EXPECT_NE(incompatible(CategoricalDistribution{{"a"}}, CategoricalDistribution{{"b"}}), "");
}

}  // namespace
}  // namespace antigrad::search
