// What pruners decide, on histories written out; Optuna's decisions are tests/oracle/pruners.py.
#include "search/pruners/pruner.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "search/pruners/extrapolation.hpp"
#include "search/pruners/wilcoxon.hpp"
#include "space/error.hpp"
#include "space/random.hpp"

namespace antigrad::search {
namespace {

using Kind = Decision::Kind;

PrunerConfig config(const std::string& name) { return pruner_defaults(name); }

Reports complete(int number, std::map<int, double> values) {
  const double final = values.rbegin()->second;
  return {number, TrialState::complete, std::move(values), {}, final};
}

TEST(Pruner, EveryNameMakesOneThatLetsAFirstTrialGoOn) {
  for (const std::string& name : pruner_names()) {
    const auto pruner = make_pruner(config(name));
    EXPECT_FALSE(pruner->decide({}, Reports{}, 1, 0.5).prune()) << name;
    EXPECT_FALSE(pruner->decide({}, Reports{}).prune()) << name << ", nothing reported";
  }
  EXPECT_THROW(make_pruner(PrunerConfig{.name = "medain"}), space::Error);
}

TEST(Pruner, DecisionsDoNotDependOnTheOrderOfTheHistory) {
  space::Random random(3);
  for (const std::string& name : pruner_names()) {
    PrunerConfig c = config(name);
    c.max_resource = name == "hyperband" ? 9 : 0;
    c.p = 0.2;  // of three values
    const auto pruner = make_pruner(c);
    int pruned = 0;
    for (int round = 0; round < 60; ++round) {
      std::vector<Reports> history;
      for (int n = 0; n < 12; ++n) {
        Reports r = complete(n, {{1, random.normal()}, {2, random.normal()}, {3, random.normal()}});
        r.rungs = {r.values[1]};
        history.push_back(r);
      }
      const Reports own{12, TrialState::running, {{1, 2.5}, {2, 2.4}, {3, 2 + random.normal()}}};
      const Decision decision = pruner->decide(history, own);
      std::ranges::reverse(history);
      EXPECT_EQ(pruner->decide(history, own).kind, decision.kind) << name;
      history.push_back(complete(12, {{1, -9}, {2, -9}, {3, -9}}));  // the trial itself
      EXPECT_EQ(pruner->decide(history, own).kind, decision.kind) << name;
      pruned += decision.prune();
    }
    const bool never = name == "none" || name == "synchronous";
    EXPECT_EQ(pruned == 0, never) << name;
  }
}

TEST(Pruner, SynchronousHalvingWaitsForItsCohortAndKeepsTheBestThird) {
  PrunerConfig c = config("synchronous");
  c.cohort = 6;
  c.reduction = 3;
  const auto pruner = make_pruner(c);
  std::vector<Reports> trials;
  for (int n = 0; n < 6; ++n) trials.push_back({n, TrialState::running, {{1, double(n % 4)}}});
  const auto ask = [&](int n) {
    const Decision d = pruner->decide(trials, trials[std::size_t(n)]);
    auto& rungs = trials[std::size_t(n)].rungs;
    rungs.insert(rungs.end(), d.rungs.begin(), d.rungs.end());
    return d.kind;
  };
  for (int n = 0; n < 5; ++n) EXPECT_EQ(ask(n), Kind::wait) << n;
  EXPECT_EQ(ask(5), Kind::prune);  // 1 against 0, 0 of trials 0 and 4
  const Kind expected[] = {Kind::go_on, Kind::prune, Kind::prune, Kind::prune, Kind::go_on};
  for (int n = 0; n < 5; ++n) EXPECT_EQ(ask(n), expected[n]) << n;
  for (const Reports& trial : trials) EXPECT_EQ(trial.rungs.size(), 1u) << trial.number;
  trials[3].state = TrialState::pruned;
  trials[0].values[3] = 7;
  EXPECT_EQ(ask(0), Kind::wait) << "the next rung";
  trials[4].state = TrialState::fail;
  for (const int n : {1, 2, 5}) trials[std::size_t(n)].state = TrialState::pruned;
  EXPECT_EQ(ask(0), Kind::go_on) << "alone at its rung";
}

// Seeds 0..seeds-1 shared by all; the difference of means is `gap` deviations of one difference.
int dropped(double gap, int seeds, int races) {
  PrunerConfig c = config("racing");
  c.seeds = seeds;
  const auto pruner = make_pruner(c);
  int drops = 0;
  for (int race = 0; race < races; ++race) {
    space::Random random(space::child_seed(11, static_cast<std::uint64_t>(race)));
    Reports incumbent{0, TrialState::complete}, own{1, TrialState::running};
    for (int s = 0; s < seeds; ++s) incumbent.values[s] = 10 * random.normal();
    incumbent.final = 0;
    for (int s = 0; s < seeds; ++s) {
      own.values[s] = incumbent.values[s] + gap + random.normal();
      const Decision d = pruner->decide(std::vector{incumbent}, own);
      if (d.kind == Kind::replicate) continue;
      drops += d.prune();
      break;
    }
  }
  return drops;
}

TEST(Pruner, RacingDropsEqualsSeldomAndWorseOnesMostly) {
  constexpr int kRaces = 1000;
  // At most half of 5 % over all looks; 2.5 standard errors of 1,000 races above.
  EXPECT_LE(dropped(0, 10, kRaces), 25 + 13);
  EXPECT_GE(dropped(2, 10, kRaces), 900);
}

TEST(Pruner, WilcoxonAgreesWithCountingAllSigns) {
  space::Random random(5);
  for (int n = 1; n <= 10; ++n) {
    for (int round = 0; round < 40; ++round) {
      std::vector<double> d;
      for (int i = 0; i < n; ++i)
        d.push_back(round % 2 == 0 ? random.normal() : random.below(5) - 2);
      if (std::ranges::all_of(d, [](double x) { return x == 0; })) continue;
      const auto statistic = [&](unsigned signs, bool own) {
        double sum = 0;
        for (int i = 0; i < n; ++i) {
          double rank = 0.5;
          for (const double other : d) {
            const double mine = std::abs(d[std::size_t(i)]);
            rank += std::abs(other) < mine ? 1 : std::abs(other) == mine ? 0.5 : 0;
          }
          if (d[std::size_t(i)] == 0) {
            sum += rank / 2;
          } else if (own ? d[std::size_t(i)] > 0 : (signs >> i & 1u) != 0) {
            sum += rank;
          }
        }
        return sum;
      };
      int at_least = 0;
      for (unsigned signs = 0; signs < 1u << n; ++signs)
        at_least += statistic(signs, false) >= statistic(0, true) - 1e-9;
      EXPECT_NEAR(wilcoxon_greater(d), at_least / std::pow(2.0, n), 1e-12) << n << " " << round;
    }
  }
}

TEST(Pruner, ExtrapolationPredictsWithTheCoverageItStates) {
  std::vector<Reports> history;
  space::Random random(9);
  for (int n = 0; n < 400; ++n) {
    const double level = random.normal();
    history.push_back(
        complete(n, {{5, 2 + level + 0.3 * random.normal()}, {50, level + 0.2 * random.normal()}}));
  }
  const Calibration c = calibration(history, 5);
  EXPECT_EQ(c.trials, 400);
  EXPECT_NEAR(c.within_50, 0.5, 0.075);  // three standard errors
  EXPECT_NEAR(c.within_80, 0.8, 0.06);
  EXPECT_NEAR(c.within_95, 0.95, 0.033);
  EXPECT_LT(c.error, 0.4);
  const auto pruner = make_pruner(config("extrapolation"));
  EXPECT_TRUE(pruner->decide(history, Reports{400, TrialState::running}, 5, 3.0).prune());
  EXPECT_FALSE(pruner->decide(history, Reports{400, TrialState::running}, 5, -1.5).prune());
  history.resize(7);
  EXPECT_FALSE(pruner->decide(history, Reports{400, TrialState::running}, 5, 9.0).prune())
      << "fewer than startup";
}

}  // namespace
}  // namespace antigrad::search
