// Densities that are densities, and the estimator built on them.
#include "search/samplers/tpe.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "search/samplers/axis.hpp"
#include "search/samplers/good_trials.hpp"
#include "search/samplers/landscapes.hpp"
#include "search/samplers/parzen.hpp"
#include "search/samplers/vector_exp.hpp"

namespace antigrad::search {
namespace {

TEST(VectorExp, IsTheLogOfTheSum) {
  space::Random random(1);
  for (const int n : {1, 2, 3, 5, 64, 1001}) {
    std::vector<double> xs;
    long double sum = 0;
    for (int i = 0; i < n; ++i) {
      xs.push_back(i % 7 == 3 ? -INFINITY : random.uniform(-60, 3));
      sum += std::exp(static_cast<long double>(xs.back()));
    }
    EXPECT_NEAR(log_sum_exp(xs), static_cast<double>(std::log(sum)), 1e-12) << n;
  }
  std::vector<double> none = {-INFINITY, -INFINITY};
  EXPECT_EQ(log_sum_exp(none), -INFINITY);
}

// Every kind of axis alone: discrete densities sum to 1, continuous ones (relative to the uniform
// one) have mean 1 over the axis.
TEST(Parzen, DensitiesSumToOne) {
  const Distribution table[] = {FloatDistribution{-1, 3},
                                FloatDistribution{1e-3, 10, true},
                                FloatDistribution{0, 1, false, 0.25},
                                IntDistribution{1, 12},
                                IntDistribution{1, 50, true},
                                CategoricalDistribution{{"a", "b", "c"}}};
  for (const Distribution& d : table) {
    for (const int n : {0, 1, 2, 9, 60, 150}) {
      const std::vector<Axis> axes = {Axis(d)};
      std::vector<std::vector<double>> columns(1);
      space::Random random(static_cast<std::uint64_t>(n));
      for (int i = 0; i < n; ++i)
        columns[0].push_back(value_at_quantile(d, random.uniform() * random.uniform()));
      const Parzen parzen(axes, columns, false);
      double sum = 0;
      if (const std::int64_t values = count(d); values > 0) {
        for (std::int64_t i = 0; i < values; ++i)
          sum += std::exp(parzen.log_density(std::vector{value_at(d, i)}));
      } else {
        constexpr int kPoints = 20000;
        for (int i = 0; i < kPoints; ++i)
          sum +=
              std::exp(parzen.log_density(std::vector{value_at_quantile(d, (i + 0.5) / kPoints)})) /
              kPoints;
      }
      EXPECT_NEAR(sum, 1, 1e-4) << to_text(d) << " of " << n;
    }
  }
}

TEST(Parzen, SamplesFollowTheDensity) {
  const std::vector<Axis> axes = {Axis(IntDistribution{0, 4}),
                                  Axis(CategoricalDistribution{{"a", "b"}})};
  const std::vector<std::vector<double>> columns = {{1, 1, 3}, {0, 1, 1}};
  const Parzen parzen(axes, columns, false);
  std::map<std::vector<double>, int> counts;
  space::Random random(5);
  constexpr int kDraws = 40000;
  for (int i = 0; i < kDraws; ++i) ++counts[parzen.sample(random)];
  for (double x = 0; x < 5; ++x) {
    for (double y = 0; y < 2; ++y) {
      const double p = std::exp(parzen.log_density(std::vector{x, y}));
      EXPECT_NEAR(counts[(std::vector{x, y})], kDraws * p, 5 * std::sqrt(kDraws * p)) << x << y;
    }
  }
}

Observation complete(int number, std::vector<double> values) {
  Observation o{.number = number, .params = {}};
  o.values = std::move(values);
  return o;
}

TEST(GoodTrials, CompleteBeforePrunedBeforeInfeasible) {
  std::vector<Observation> all = {complete(0, {5}), complete(1, {1}), complete(2, {3}),
                                  complete(3, {0}), complete(4, {2}), complete(5, {9})};
  all[3].constraints = {-1, 0.5};
  all[5].constraints = {0.1};
  all[2].state = all[4].state = TrialState::pruned;
  all[2].last_step = 7, all[2].last_value = 3;
  all[4].last_step = 7, all[4].last_value = 2;
  std::vector<const Observation*> trials;
  for (const Observation& o : all) trials.push_back(&o);
  const std::vector<std::size_t> order[] = {
      {}, {1}, {0, 1}, {0, 1, 4}, {0, 1, 2, 4}, {0, 1, 2, 4, 5}, {0, 1, 2, 3, 4, 5}};
  for (std::size_t n = 0; n <= 6; ++n) EXPECT_EQ(good_trials(trials, n), order[n]) << n;
}

TEST(GoodTrials, ACutFrontKeepsWhatDominatesMost) {
  std::vector<Observation> all = {complete(0, {0, 4}), complete(1, {2, 2}), complete(2, {4, 0}),
                                  complete(3, {3, 3}), complete(4, {1.9, 2.1})};
  std::vector<const Observation*> trials;
  for (const Observation& o : all) trials.push_back(&o);
  EXPECT_EQ(good_trials(trials, 1), (std::vector<std::size_t>{1}));
  EXPECT_EQ(good_trials(trials, 3), (std::vector<std::size_t>{0, 1, 2}));
}

TEST(Tpe, BeatsRandomSearchOnEveryFunction) {
  int all = 0;
  for (const Landscape& l : landscapes()) {
    if (l.name == "zdt1") continue;  // its first objective alone is no matter
    int wins = 0;
    for (std::uint64_t seed = 0; seed < 9; ++seed)
      wins += descend(*tpe_parameters({}), l, 80, seed).best <
              descend(*random_parameters(), l, 80, seed).best;
    EXPECT_GE(wins, 6) << l.name;
    all += wins;
  }
  EXPECT_GE(all, 70);  // of 81
}

TEST(Tpe, AsksForEveryParameterThatExists) {
  for (const bool multivariate : {false, true}) {
    for (const char* name : {"mixed", "conditional"}) {
      const Landscape& l = landscape(name);
      for (const Observation& trial :
           descend(*tpe_parameters({.multivariate = multivariate}), l, 60, 3).trials) {
        for (const SpaceParameter& p : l.space) {
          const double* const value = find(trial.params, p.name);
          ASSERT_EQ(value != nullptr, active(p, trial.params)) << p.name;
          if (value == nullptr) continue;
          EXPECT_TRUE(contains(p.distribution, *value)) << p.name << *value;
        }
      }
    }
  }
}

// Other samplers of the same kind, asked for the last trial only, give the same.
TEST(Tpe, DependsOnItsArgumentsOnly) {
  const Landscape& l = landscape("mixed");
  const auto trials = descend(*tpe_parameters({}), l, 40, 8).trials;
  std::vector<const Observation*> history;
  for (int n = 0; n < 39; ++n) history.push_back(&trials[static_cast<std::size_t>(n)]);
  space::Random random(space::child_seed(8, std::uint64_t{39}));
  EXPECT_EQ(tpe_parameters({})->ask(39, history, l.space, random), trials[39].params);
}

TEST(Tpe, RunningTrialsKeepOthersAway) {
  const SearchSpace space = {{"x", FloatDistribution{0, 1}}};
  std::vector<Observation> all;
  for (int n = 0; n < 30; ++n) {
    all.push_back(complete(n, {std::abs(n / 30.0 - 0.5)}));
    all.back().params = {{"x", n / 30.0}};
  }
  std::vector<Observation> running(30);
  for (Observation& o : running) {
    o.state = TrialState::running;
    o.params = {{"x", 0.5}};
  }
  const auto mean_distance = [&](bool busy) {
    std::vector<const Observation*> history;
    for (const Observation& o : all) history.push_back(&o);
    for (const Observation& o : running)
      if (busy) history.push_back(&o);
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      space::Random random(seed);
      sum += std::abs(*find(tpe_parameters({})->ask(30, history, space, random), "x") - 0.5) / 50;
    }
    return sum;
  };
  EXPECT_GT(mean_distance(true), 1.5 * mean_distance(false));
}

TEST(Tpe, SeveralObjectivesFindTheFront) {
  const Landscape& l = landscape("zdt1");
  const auto mean_second = [&](ParameterSampler& sampler) {
    double sum = 0;
    for (const Observation& o : descend(sampler, l, 150, 2).trials)
      if (o.number >= 100) sum += o.values[1] / 50;
    return sum;
  };
  EXPECT_LT(mean_second(*tpe_parameters({})), 0.6 * mean_second(*random_parameters()));
}

}  // namespace
}  // namespace antigrad::search
