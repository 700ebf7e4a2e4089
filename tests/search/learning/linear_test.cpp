// Factorisations multiply back.
#include "search/learning/linear.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "space/random.hpp"

namespace antigrad::search {
namespace {

Matrix random_symmetric(std::size_t n, double shift, std::uint64_t seed) {
  space::Random random(seed);
  Matrix a(n, n), s(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) a(i, j) = random.normal();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      s(i, j) = i == j ? shift : 0;
      for (std::size_t k = 0; k < n; ++k) s(i, j) += a(i, k) * a(j, k);
    }
  return s;
}

TEST(Linear, CholeskySolvesAndMultipliesBack) {
  for (const std::size_t n : {1, 2, 3, 7, 30}) {
    const Matrix a = random_symmetric(n, 0.1, n);
    const Matrix l = cholesky(a);
    ASSERT_EQ(l.rows(), n);
    std::vector<double> x(n), b(n, 0);
    for (std::size_t i = 0; i < n; ++i) x[i] = 1 + static_cast<double>(i);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        double sum = 0;
        for (std::size_t k = 0; k < n; ++k) sum += l(i, k) * l(j, k);
        EXPECT_NEAR(sum, a(i, j), 1e-12 * a(i, i) + 1e-12 * a(j, j));
        b[i] += a(i, j) * x[j];
      }
    }
    const auto solved = solve_upper(l, solve_lower(l, b));
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(solved[i], x[i], 1e-8 * x[i]);
  }
  Matrix indefinite = Matrix::identity(2);
  indefinite(0, 1) = indefinite(1, 0) = 2;
  EXPECT_EQ(cholesky(indefinite).rows(), 0u);
}

TEST(Linear, EigenMultipliesBackWithOrthonormalVectors) {
  for (const std::size_t n : {1, 2, 5, 12}) {
    const Matrix a = random_symmetric(n, -3, 100 + n);
    const Eigen e = eigen(a);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        double back = 0, inner = 0;
        for (std::size_t k = 0; k < n; ++k) {
          back += e.vectors(i, k) * e.values[k] * e.vectors(j, k);
          inner += e.vectors(k, i) * e.vectors(k, j);
        }
        EXPECT_NEAR(back, a(i, j), 1e-12 * static_cast<double>(20 * n));
        EXPECT_NEAR(inner, i == j ? 1 : 0, 1e-13 * static_cast<double>(n));
      }
    }
  }
}

}  // namespace
}  // namespace antigrad::search
