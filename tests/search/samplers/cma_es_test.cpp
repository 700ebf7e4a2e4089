// The evolution strategies over parameters.
#include "search/samplers/cma_es.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "search/samplers/landscapes.hpp"
#include "search/samplers/nsga2.hpp"
#include "search/samplers/pareto.hpp"

namespace antigrad::search {
namespace {

TEST(CmaEs, ConvergesOnAnIllConditionedFunction) {
  EXPECT_LT(descend(*cma_es_parameters({}), landscape("sphere"), 1000, 1).best, 1e-5);
  EXPECT_LT(descend(*cma_es_parameters({}), landscape("ellipsoid"), 1800, 1).best, 1e-4);
  EXPECT_LT(descend(*cma_es_parameters({}), landscape("rosenbrock"), 1500, 2).best, 1e-4);
}

TEST(CmaEs, TheFoldOfTheHistoryIsTheSameFromScratch) {
  for (const char* name : {"rosenbrock", "mixed", "conditional"}) {
    const Landscape& l = landscape(name);
    const auto trials = descend(*cma_es_parameters({}), l, 60, 4).trials;
    std::vector<const Observation*> history;
    for (int n = 0; n < 59; ++n) history.push_back(&trials[static_cast<std::size_t>(n)]);
    space::Random random(space::child_seed(4, std::uint64_t{59}));
    EXPECT_EQ(cma_es_parameters({})->ask(59, history, l.space, random), trials[59].params) << name;
  }
}

TEST(CmaEs, AKeptFoldIsOfNoUseForAnotherHistory) {
  const Landscape& l = landscape("rosenbrock");
  const auto sampler = cma_es_parameters({});
  for (std::uint64_t seed = 0; seed < 4; ++seed) {  // by turns
    const auto mixed = descend(*sampler, l, 40, seed).trials;
    const auto alone = descend(*cma_es_parameters({}), l, 40, seed).trials;
    EXPECT_EQ(mixed.back().params, alone.back().params);
  }
}

// A descent that has ended begins again, far from there, with twice the population. Until then
// nothing differs, and the fold is the same from scratch.
TEST(CmaEs, BeginsAgainWhenItHasConverged) {
  const Landscape& l = landscape("branin");
  constexpr std::size_t kTrials = 1500;
  const auto far = [](const Descent& d) {  // late trials away from the best one
    const auto best =
        std::ranges::min_element(d.trials, {}, [](const Observation& o) { return o.values[0]; });
    return std::ranges::count_if(std::span(d.trials).last(kTrials / 2), [&](const Observation& o) {
      return std::abs(*find(o.params, "x0") - *find(best->params, "x0")) > 0.5;
    });
  };
  const Descent again = descend(*cma_es_parameters({}), l, kTrials, 1);
  const Descent once = descend(*cma_es_parameters({.restarts = false}), l, kTrials, 1);
  EXPECT_EQ(far(once), 0);
  EXPECT_GT(far(again), 20);
  EXPECT_LE(again.best, once.best + 1e-6);
  for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ(again.trials[i].params, once.trials[i].params);
  std::vector<const Observation*> history;
  for (std::size_t n = 0; n + 1 < kTrials; ++n) history.push_back(&again.trials[n]);
  space::Random random(space::child_seed(1, static_cast<std::uint64_t>(kTrials - 1)));
  EXPECT_EQ(cma_es_parameters({})->ask(kTrials - 1, history, l.space, random),
            again.trials.back().params);
}

TEST(CmaEs, StartsWhereItIsTold) {
  const Landscape& l = landscape("sphere");
  CmaEsConfig config;
  config.width = 0.01;
  config.start = Parameters{};
  for (int i = 0; i < 8; ++i) insert(*config.start, "x" + std::to_string(i), 2);
  for (const Observation& o : descend(*cma_es_parameters(config), l, 10, 0).trials)
    for (const auto& [name, value] : o.params) EXPECT_NEAR(value, 2, 0.5) << name;
}

TEST(CmaEs, DiscreteValuesStayReachable) {
  const Landscape& l = landscape("mixed");
  int found = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (const Observation& o : descend(*cma_es_parameters({}), l, 120, seed).trials)
      for (const SpaceParameter& p : l.space)
        EXPECT_TRUE(contains(p.distribution, *find(o.params, p.name))) << p.name;
    found += descend(*cma_es_parameters({}), l, 120, seed).best < 0.01;
  }
  EXPECT_GE(found, 8);
}

double volume(const std::vector<Observation>& trials) {
  std::vector<Point> points;
  for (const Observation& o : trials) points.push_back(o.values);
  return hypervolume(points, Point{1.1, 6});
}

TEST(Nsga2, DominatesMoreThanRandomSearch) {
  const Landscape& l = landscape("zdt1");
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const double ours = volume(descend(*nsga2_parameters({}), l, 300, seed).trials);
    const double random = volume(descend(*random_parameters(), l, 300, seed).trials);
    EXPECT_GT(ours, random + 0.5) << seed;  // of 6.27
  }
}

TEST(Nsga2, TheEliteViolatesNothingAndIsLeastCrowded) {
  const double values[][2] = {{0, 4}, {1, 3}, {1.1, 2.9}, {4, 0}, {-9, -9}, {5, 5}};
  std::vector<Observation> all;
  for (const auto& v : values) {
    Observation& o = all.emplace_back();
    o.number = static_cast<int>(all.size()) - 1;
    o.values = {v[0], v[1]};
  }
  all[4].constraints = {3};
  std::vector<const Observation*> trials;
  for (const Observation& o : all) trials.push_back(&o);
  EXPECT_EQ(elite(trials, 6), (std::vector<std::size_t>{0, 3, 2, 1, 5, 4}));
}

TEST(Nsga2, VariesInsideOfTheSpace) {
  for (const char* name : {"mixed", "conditional"}) {
    const Landscape& l = landscape(name);
    for (const Observation& o : descend(*nsga2_parameters({.population = 10}), l, 80, 1).trials) {
      for (const SpaceParameter& p : l.space) {
        const double* const value = find(o.params, p.name);
        ASSERT_EQ(value != nullptr, active(p, o.params)) << p.name;
        if (value == nullptr) continue;
        EXPECT_TRUE(contains(p.distribution, *value)) << p.name;
      }
    }
  }
}

}  // namespace
}  // namespace antigrad::search
