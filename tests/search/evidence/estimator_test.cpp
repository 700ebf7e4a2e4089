// Estimators of curves that are written out, and their figures on tables whose truth is known.
#include "search/evidence/estimator.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "../fake.hpp"
#include "search/evidence/estimator_bench.hpp"
#include "search/summary.hpp"
#include "space/random.hpp"

namespace antigrad::search {
namespace {

TEST(Estimator, IsWhatItsNameSays) {
  //                                          training, averaged, accuracy, current
  const std::vector<trainer::CurvePoint> curve{
      {10, 4, 3, 0.2, 3.5}, {20, 3, 2, 0.4, 2.5}, {40, 2, 1, 0.5, 1.5}};
  const auto value = [&](const char* name) { return estimator(name).value(curve, 80); };
  EXPECT_EQ(value("averaged"), 1);
  EXPECT_EQ(value("current"), 1.5);
  EXPECT_EQ(value("error"), 0.5);
  EXPECT_EQ(value("training"), 2);
  EXPECT_EQ(value("training_half"), 2);
  EXPECT_EQ(value("training_area"), (10 * 4 + 10 * 3 + 20 * 2) / 40.0);
  EXPECT_EQ(value("averaged_half"), 1);
  EXPECT_LT(value("fit"), 1);
  EXPECT_THROW(estimator("avrage"), space::Error);
}

TEST(Estimator, APowerLawIsFoundAgain) {
  std::vector<std::pair<double, double>> points;
  for (const double step : {10., 20., 40., 80.})
    points.emplace_back(step, 1.5 + 3 / std::sqrt(step));
  EXPECT_NEAR(power_law_end(points, 1000), 1.5 + 3 / std::sqrt(1000.), 1e-12);
  for (auto& point : points) point.second = point.first;  // a rising one is a constant
  EXPECT_NEAR(power_law_end(points, 1000), 37.5, 1e-12);
}

TEST(Estimator, AStudyIsSearchedByItsEstimatorsAndConfirmedByLosses) {
  const fake::Folder folder;
  const StudyConfig config =
      parse_study(fake::study_text(4, "estimator: {words: current}\n"), "toy.yaml");
  fake::run(config, folder / "j.log", 1);
  const Summary s = summarise(config, folder / "j.log");
  int searched = 0, confirmed = 0;
  for (const std::vector<Trial>* trials : {&s.trials, &s.confirmation}) {
    for (const Trial& trial : *trials) {
      for (const search::Run& run : trial.runs) {
        if (run.measurement.outcome != trainer::Outcome::ok) continue;
        const trainer::CurvePoint& last = run.measurement.curve.back();
        const bool by_current = run.task == "words" && trials == &s.trials;
        EXPECT_EQ(run.losses.rbegin()->second,
                  by_current ? last.current_loss : last.validation_loss);
        ++(by_current ? searched : confirmed);
      }
    }
  }
  EXPECT_GT(searched, 5);
  EXPECT_GT(confirmed, 10);
}

// A run's figure is held against the losses of the other seeds: where seeds have nothing in common,
// its own end, which is the same number, must not count.
TEST(Estimator, ARunIsNotRankedAgainstItself) {
  CurveTable table;
  space::Random random(3);
  for (int a = 0; a < 60; ++a)
    for (std::uint64_t seed = 0; seed < 2; ++seed) {
      const double loss = random.normal();
      table[fmt::format("a{}", a)][seed] = {{100, loss, loss, 0, loss}};
    }
  int measured = 0;
  for (const EstimatorFigures& f : measure_estimators(table, 100, false)) {
    if (f.estimator != "averaged") continue;
    EXPECT_LT(std::abs(f.rank), 0.35);  // 2.7 standard errors
    ++measured;
  }
  EXPECT_EQ(measured, 1);
}

TEST(Estimator, FiguresFindTheSignalThatWasPutIn) {
  // Worth 1 apart by deviation 1, seeds 2, noise 0.5 in training loss and 1 in the averaged one.
  CurveTable table;
  space::Random random(8);
  std::vector<double> seeds;
  for (int s = 0; s < 12; ++s) seeds.push_back(2 * random.normal());
  for (int a = 0; a < 60; ++a) {
    const double worth = random.normal();
    for (std::size_t s = 0; s < seeds.size(); ++s) {
      const double training = worth + seeds[s] + 0.5 * random.normal();
      const double averaged = worth + seeds[s] + random.normal();
      table[fmt::format("a{}", a)][s] = {{50, training, averaged, 0, averaged},
                                         {100, training, averaged, 0, averaged}};
    }
  }
  table["torn"][3] = {{50, 0, 0, 0, 0}, {100, 0, 0, 0, 0}};
  const auto find = [&](const char* name, double fraction) {
    for (const EstimatorFigures& f : measure_estimators(table, 100, false))
      if (f.estimator == name && f.fraction == fraction) return f;
    ADD_FAILURE() << name;
    return EstimatorFigures{};
  };
  const EstimatorFigures training = find("training", 0.5), averaged = find("averaged", 1);
  EXPECT_EQ(training.activations, 60);
  EXPECT_EQ(training.seeds, 12);
  EXPECT_NEAR(training.paired, 2, 0.5);
  EXPECT_NEAR(averaged.paired, 1, 0.3);
  EXPECT_LT(averaged.signal_noise, averaged.paired);
  const EstimatorFigures usual = find("averaged", 0.5);
  EXPECT_GT(training.to_averaged, 0.05);
  EXPECT_NEAR(training.to_averaged, training.rank - usual.rank, 1e-12);
  EXPECT_GT(training.to_averaged, 3 * training.deviation);
  EXPECT_GT(training.deviation, 0.001);
  EXPECT_EQ(find("current", 0.5).deviation, 0) << "the same number as the averaged one here";
  EXPECT_EQ(usual.to_averaged, 0);
  EXPECT_GT(training.rank, averaged.rank);
  EXPECT_LT(training.rank, training.ceiling);
  EXPECT_NEAR(averaged.ceiling, std::sqrt(11 * 0.5 / (1 + 10 * 0.5)), 0.03);

  // The same table twice is itself; of two tables, what both have is compared.
  const auto transfer = [&](const CurveTable& longer) {
    for (const TransferFigures& f : measure_transfer(table, 50, 100, longer, 100, false))
      if (f.estimator == "training") return f;
    return TransferFigures{};
  };
  const TransferFigures own = transfer(table);
  EXPECT_EQ(own.rank, training.rank);
  EXPECT_EQ(own.ceiling, training.ceiling);
  EXPECT_LT(own.low, own.rank);
  EXPECT_GT(own.high, own.rank);
  EXPECT_GT(own.low, training.rank - 0.25);
  CurveTable some;
  for (const auto& [name, runs] : table)
    if (name < "a3")
      for (const std::uint64_t seed : {2, 5}) some[name][seed] = runs.begin()->second;
  EXPECT_EQ(transfer(some).activations, 23);  // a0, a1, a10 .. a19, a2, a20 .. a29
  EXPECT_EQ(transfer(some).seeds, 2);
  EXPECT_EQ(transfer({}).activations, 0);
}

}  // namespace
}  // namespace antigrad::search
