// Statistics against values from the literature and closed forms.
#include "search/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "space/error.hpp"
#include "space/random.hpp"

namespace antigrad::search {
namespace {

TEST(Statistics, StudentQuantilesAgreeWithTheTables) {
  struct Row {
    double level, freedom, t;
  };
  const Row rows[] = {{0.95, 1, 12.706204736174694}, {0.95, 2, 4.302652729749462},
                      {0.95, 4, 2.7764451051977934}, {0.95, 9, 2.262157162798205},
                      {0.99, 2, 9.924843200918287},  {0.95, 1000, 1.9623390808264078},
                      {0.5, 3, 0.7648923284043444}};
  for (const Row& row : rows) {
    EXPECT_NEAR(student_quantile(row.level, row.freedom) / row.t, 1, 1e-10) << row.freedom;
    EXPECT_NEAR(student_p(row.t, row.freedom), 1 - row.level, 1e-11) << row.freedom;
  }
}

TEST(Statistics, StudentWithOneAndTwoDegreesIsClosedForm) {
  for (const double t : {0.0, 1e-3, 0.5, 1.0, 3.0, 50.0, 1e4}) {
    EXPECT_NEAR(student_p(t, 1), 1 - 2 / M_PI * std::atan(t), 1e-12) << t;
    EXPECT_NEAR(student_p(t, 2), 1 - t / std::sqrt(2 + t * t), 1e-12) << t;
    EXPECT_EQ(student_p(-t, 2), student_p(t, 2));
  }
  EXPECT_EQ(student_p(INFINITY, 3), 0);
  EXPECT_TRUE(std::isnan(student_p(NAN, 3)));
}

TEST(Statistics, IncompleteBetaIsSymmetricAndClosedFormWhereItHasOne) {
  space::Random random(1);
  for (int i = 0; i < 200; ++i) {
    const double a = random.uniform(0.1, 50), b = random.uniform(0.1, 50), x = random.uniform();
    EXPECT_NEAR(incomplete_beta(a, b, x) + incomplete_beta(b, a, 1 - x), 1, 1e-12);
    EXPECT_NEAR(incomplete_beta(a, 1, x), std::pow(x, a), 1e-12);
  }
}

TEST(Statistics, IntervalAndPOfASmallSample) {
  const std::vector<double> v = {1, 2, 4};
  EXPECT_NEAR(mean(v), 7.0 / 3, 1e-15);
  EXPECT_EQ(median(v), 2);
  EXPECT_EQ(median(std::vector<double>{4, 1, 3, 2}), 2.5);
  EXPECT_NEAR(standard_deviation(v), std::sqrt(7.0 / 3), 1e-15);
  EXPECT_NEAR(half_width(v), 4.302652729749462 * std::sqrt(7.0 / 9), 1e-10);
  EXPECT_NEAR(mean_p(v), 0.11808289631180308, 1e-12);
}

TEST(Statistics, DegenerateSamplesHaveHonestAnswers) {
  EXPECT_TRUE(std::isnan(mean({})));
  EXPECT_TRUE(std::isnan(median({})));
  EXPECT_TRUE(std::isinf(half_width(std::vector<double>{1})));
  EXPECT_EQ(mean_p(std::vector<double>{1}), 1);
  EXPECT_EQ(mean_p(std::vector<double>{0, 0, 0}), 1);
  EXPECT_EQ(mean_p(std::vector<double>{2, 2, 2}), 0);
}

TEST(Statistics, HolmStepsDown) {
  const std::vector<double> p = {0.01, 0.04, 0.03, 0.005};
  const std::vector<double> want = {0.03, 0.06, 0.06, 0.02};
  const std::vector<double> got = holm(p);
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-15);
  EXPECT_EQ(holm(std::vector<double>{0.9, NAN}), (std::vector<double>{1, 1}));
  EXPECT_TRUE(holm({}).empty());
}

TEST(Statistics, SpearmanUsesMidRanks) {
  const std::vector<double> a = {1, 2, 3, 4, 5};
  EXPECT_NEAR(spearman(a, std::vector<double>{1, 4, 9, 16, 25}), 1, 1e-15);
  EXPECT_NEAR(spearman(a, std::vector<double>{5, 4, 3, 2, 1}), -1, 1e-15);
  EXPECT_NEAR(spearman(a, std::vector<double>{1, 1, 2, 2, 3}), 0.9486832980505138, 1e-12);
  EXPECT_TRUE(std::isnan(spearman(a, std::vector<double>{1, 1, 1, 1, 1})));
  EXPECT_THROW(spearman(a, std::vector<double>{1}), space::Error);
}

}  // namespace
}  // namespace antigrad::search
