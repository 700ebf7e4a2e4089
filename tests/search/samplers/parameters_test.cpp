// Random, grid and quasi-random search in spaces of parameters.
#include "search/samplers/parameters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

Parameters ask(ParameterSampler& sampler, int n, const SearchSpace& space) {
  space::Random random(space::child_seed(3, static_cast<std::uint64_t>(n)));
  return sampler.ask(n, {}, space, random);
}

const SearchSpace kMixed = {
    {"x", FloatDistribution{-1, 3}},
    {"rate", FloatDistribution{1e-5, 1e-1, true}},
    {"grid", FloatDistribution{0, 1, false, 0.25}},
    {"n", IntDistribution{2, 10, false, 2}},
    {"width", IntDistribution{1, 100, true}},
    {"kind", CategoricalDistribution{{"a", "b", "c"}}},
};

TEST(Parameters, EveryValueIsOneOfItsDistribution) {
  const auto samplers = {random_parameters().release(), grid_parameters(4, 1).release(),
                         quasi_random_parameters(1).release()};
  for (ParameterSampler* raw : samplers) {
    const std::unique_ptr<ParameterSampler> sampler(raw);
    for (int n = 0; n < 300; ++n) {
      const Parameters values = ask(*sampler, n, kMixed);
      ASSERT_EQ(values.size(), kMixed.size());
      EXPECT_TRUE(std::ranges::is_sorted(values));
      for (const SpaceParameter& p : kMixed) {
        ASSERT_NE(find(values, p.name), nullptr);
        EXPECT_TRUE(contains(p.distribution, *find(values, p.name))) << p.name << " " << n;
      }
    }
  }
  EXPECT_EQ(find(ask(*random_parameters(), 0, kMixed), "none"), nullptr);
}

TEST(Parameters, DiscreteValuesHaveEqualShares) {
  std::map<double, int> kinds, grid;
  int below_one_percent = 0;
  for (int n = 0; n < 3000; ++n) {
    const Parameters values = ask(*random_parameters(), n, kMixed);
    ++kinds[*find(values, "kind")];
    ++grid[*find(values, "grid")];
    below_one_percent += *find(values, "rate") < 1e-3;
  }
  for (const auto& [kind, times] : kinds) EXPECT_NEAR(times, 1000, 120) << kind;
  for (const auto& [value, times] : grid) EXPECT_NEAR(times, 600, 100) << value;
  EXPECT_NEAR(below_one_percent, 1500, 120);
}

TEST(Parameters, ChildrenExistBesideTheirParentsValue) {
  const SearchSpace space = {
      {"kind", CategoricalDistribution{{"a", "b", "c"}}},
      {"of_a", FloatDistribution{0, 1}, Condition{"kind", {0}}},
      {"of_ab", IntDistribution{0, 1}, Condition{"kind", {0, 1}}},
      {"of_one", IntDistribution{5, 6}, Condition{"of_ab", {1}}},
  };
  check(space);
  EXPECT_EQ(grid_size(space, 4), 4 * 3 + 3 + 1);
  const auto grid = grid_parameters(4, 9);
  std::set<Parameters> seen;
  for (int n = 0; n < 16; ++n) {
    const Parameters values = ask(*grid, n, space);
    for (const SpaceParameter& p : space)
      EXPECT_EQ(find(values, p.name) != nullptr, active(p, values));
    seen.insert(values);
  }
  EXPECT_EQ(seen.size(), 16u);
  EXPECT_TRUE(seen.contains(ask(*grid, 16, space)));  // once more from the start
}

TEST(Parameters, GridsOfEverySizeAreVisitedOnce) {
  for (int size = 1; size <= 60; ++size) {
    const SearchSpace space = {{"n", IntDistribution{1, size}}};
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      const auto grid = grid_parameters(1, seed);
      std::set<double> seen;
      for (int n = 0; n < size; ++n) seen.insert(*find(ask(*grid, n, space), "n"));
      EXPECT_EQ(std::ssize(seen), size) << seed;
    }
  }
  const SearchSpace huge(3, {"n", IntDistribution{1, 1 << 30}});
  EXPECT_THROW(ask(*grid_parameters(1, 0), 0, huge), space::Error);
  EXPECT_THROW(grid_parameters(0, 0), space::Error);
}

// The largest gap between sorted points in one dimension, and empty cells in two.
TEST(Parameters, QuasiRandomPointsFillTheSpaceEvenly) {
  const SearchSpace space = {{"x", FloatDistribution{0, 1}},
                             {"y", FloatDistribution{0, 1}},
                             {"z", FloatDistribution{0, 1}}};
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto quasi = quasi_random_parameters(seed);
    std::set<int> halves, cells;
    double mean = 0;
    for (int n = 0; n < 72; ++n) {
      const Parameters p = ask(*quasi, n, space);
      const double x = *find(p, "x"), y = *find(p, "y");
      if (n < 64) halves.insert(static_cast<int>(64 * x));
      cells.insert(static_cast<int>(8 * x) * 9 + static_cast<int>(9 * y));
      mean += *find(p, "z") / 72;
    }
    EXPECT_EQ(halves.size(), 64u);  // base 2
    EXPECT_EQ(cells.size(), 72u);   // bases 2 and 3 together: each cell once
    EXPECT_NEAR(mean, 0.5, 0.03);
  }
  EXPECT_NE(ask(*quasi_random_parameters(1), 0, space), ask(*quasi_random_parameters(2), 0, space));
}

TEST(Parameters, SpacesAreChecked) {
  EXPECT_THROW(check({{"a", IntDistribution{}}, {"a", IntDistribution{}}}), space::Error);
  EXPECT_THROW(check({{"a", IntDistribution{}, Condition{"b", {0}}}, {"b", IntDistribution{}}}),
               space::Error);
}

}  // namespace
}  // namespace antigrad::search
