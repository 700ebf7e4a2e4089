// Fronts and hypervolumes against slow definitions.
#include "search/samplers/pareto.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "space/random.hpp"

namespace antigrad::search {
namespace {

// On a small grid, so that ties and repetitions are there.
std::vector<Point> random_points(int n, int dimensions, int steps, std::uint64_t seed) {
  space::Random random(seed);
  std::vector<Point> points;
  for (int i = 0; i < n; ++i) {
    Point& p = points.emplace_back();
    for (int m = 0; m < dimensions; ++m) p.push_back(random.below(steps));
  }
  return points;
}

TEST(Pareto, RanksAreThoseOfPeelingFrontByFront) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const auto points = random_points(40, 2 + static_cast<int>(seed % 3), 8, seed);
    const std::vector<int> ranks = front_ranks(points);
    std::set<std::size_t> left;
    for (std::size_t i = 0; i < points.size(); ++i) left.insert(i);
    for (int rank = 0; !left.empty(); ++rank) {
      std::vector<std::size_t> front;
      for (const std::size_t i : left) {
        bool dominated = false;
        for (const std::size_t j : left) dominated = dominated || dominates(points[j], points[i]);
        if (!dominated) front.push_back(i);
      }
      for (const std::size_t i : front) {
        EXPECT_EQ(ranks[i], rank) << "seed " << seed << " point " << i;
        left.erase(i);
      }
    }
  }
}

TEST(Pareto, NanIsWorstOfAll) {
  EXPECT_TRUE(dominates(Point{1, 1e300}, Point{1, NAN}));
  EXPECT_FALSE(dominates(Point{NAN, 0}, Point{1, 0}));
  EXPECT_FALSE(dominates(Point{NAN, 0}, Point{NAN, 0}));
}

// Counts the unit cells that some point dominates.
double cells(const std::vector<Point>& points, int steps, std::size_t dimensions) {
  double count = 0;
  std::vector<int> cell(dimensions, 0);
  while (true) {
    for (const Point& p : points) {
      bool in = true;
      for (std::size_t m = 0; m < dimensions; ++m) in = in && p[m] <= cell[m];
      if (!in) continue;
      ++count;
      break;
    }
    std::size_t m = 0;
    while (m < dimensions && ++cell[m] == steps) cell[m++] = 0;
    if (m == dimensions) return count;
  }
}

TEST(Pareto, HypervolumeCountsTheCellsThatAreDominated) {
  for (std::size_t dimensions = 1; dimensions <= 5; ++dimensions) {
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      const auto points = random_points(12, static_cast<int>(dimensions), 6, seed);
      EXPECT_EQ(hypervolume(points, Point(dimensions, 6)), cells(points, 6, dimensions))
          << dimensions << " dimensions, seed " << seed;
    }
  }
  EXPECT_EQ(hypervolume({}, Point{1, 1}), 0);
  EXPECT_EQ(hypervolume(std::vector<Point>{{2, 0}, {0, 1}, {NAN, 0}}, Point{1, 1}), 0);
}

TEST(Pareto, GreedyChoiceTakesTheLargestGainEachTime) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto points = random_points(10, 3, 7, seed);
    const Point reference(3, 7);
    std::vector<Point> chosen;
    for (const std::size_t i : most_volume(points, reference, 5)) {
      double most = 0;
      for (const Point& p : points) {
        auto with = chosen;
        with.push_back(p);
        most = std::max(most, hypervolume(with, reference));
      }
      chosen.push_back(points[i]);
      EXPECT_EQ(hypervolume(chosen, reference), most) << seed;
    }
    EXPECT_EQ(chosen.size(), 5u);
  }
}

TEST(Pareto, CrowdingIsTheBoxThatNeighboursLeave) {
  const std::vector<Point> front = {{0, 4}, {1, 2}, {2, 1.5}, {4, 0}};
  const std::vector<double> room = crowding(front);
  EXPECT_TRUE(std::isinf(room[0]));
  EXPECT_TRUE(std::isinf(room[3]));
  EXPECT_DOUBLE_EQ(room[1], 2 / 4.0 + 2.5 / 4.0);
  EXPECT_DOUBLE_EQ(room[2], 3 / 4.0 + 2 / 4.0);
}

}  // namespace
}  // namespace antigrad::search
