// Quality beside Optuna 5.0's samplers: the best of 100 trials (NSGA-II: of 300, the hypervolume,
// negative) of 30 studies each, its numbers kept in tests/golden; `antigrad bench samplers` runs it
// again. Not significantly worse by the rank sum (Mann and Whitney 1947).
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>

#include "paths.hpp"
#include "search/samplers/cma_es.hpp"
#include "search/samplers/comparison.hpp"
#include "search/samplers/landscapes.hpp"
#include "search/samplers/nsga2.hpp"
#include "search/samplers/pareto.hpp"
#include "search/samplers/tpe.hpp"
#include "search/statistics.hpp"

namespace antigrad::search {
namespace {

Json golden() {
  std::ifstream in(ANTIGRAD_TEST_DIR "/golden/optuna_samplers.json");
  return parse_json(std::string{std::istreambuf_iterator<char>(in), {}});
}

std::unique_ptr<ParameterSampler> make(const std::string& name) {
  if (name == "tpe") return tpe_parameters({});
  if (name == "tpe_univariate") return tpe_parameters({.multivariate = false});
  if (name == "cma_es") return cma_es_parameters({});
  return nsga2_parameters({});
}

double result(const std::string& sampler, const std::string& function, std::uint64_t seed) {
  const auto ours = make(sampler);
  if (function != "zdt1") return descend(*ours, landscape(function), 100, seed).best;
  std::vector<Point> points;
  for (const Observation& o : descend(*ours, landscape(function), 300, seed).trials)
    points.push_back(o.values);
  return -hypervolume(points, Point{1.1, 6});
}

TEST(Optuna, IsNotBetterOnTestFunctions) {
  int compared = 0;
  const Json all = golden();
  for (const auto& [sampler, functions] : all.items()) {
    for (const auto& [function, theirs] : functions.items()) {
      std::vector<double> ours;
      for (std::uint64_t seed = 0; seed < 30; ++seed)
        ours.push_back(result(sampler, function, seed));
      EXPECT_GT(rank_sum_p(ours, theirs.get<std::vector<double>>()), 0.05)
          << sampler << " on " << function << ": median " << median(ours) << ", Optuna's "
          << median(theirs.get<std::vector<double>>());
      ++compared;
    }
  }
  EXPECT_EQ(compared, 21);
}

TEST(Optuna, RandomSearchWouldBeFoundOut) {
  const auto theirs = golden()["tpe"]["sphere"].get<std::vector<double>>();
  std::vector<double> ours;
  for (std::uint64_t seed = 0; seed < 30; ++seed)
    ours.push_back(descend(*random_parameters(), landscape("sphere"), 100, seed).best);
  EXPECT_LT(rank_sum_p(ours, theirs), 1e-6);
}

}  // namespace
}  // namespace antigrad::search
