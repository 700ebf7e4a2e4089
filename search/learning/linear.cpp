// Cholesky's factorisation and Jacobi's rotations.
#include "search/learning/linear.hpp"

#include <cmath>

namespace antigrad::search {
namespace {

// In four sums, so that compilers may use vectors; the order is fixed.
double dot(const double* a, const double* b, std::size_t n) {
  double sums[4] = {0, 0, 0, 0};
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (std::size_t j = 0; j < 4; ++j) sums[j] += a[i + j] * b[i + j];
  for (; i < n; ++i) sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// The rotation of rows and columns p and q that makes a(p, q) zero.
void rotate(Matrix& a, Matrix& v, std::size_t p, std::size_t q) {
  const double theta = (a(q, q) - a(p, p)) / (2 * a(p, q));
  const double t = std::copysign(1 / (std::abs(theta) + std::hypot(theta, 1)), theta);
  const double c = 1 / std::hypot(t, 1), s = t * c;
  const std::size_t n = a.rows();
  for (std::size_t i = 0; i < n; ++i) {
    const double aip = a(i, p), aiq = a(i, q);
    a(i, p) = c * aip - s * aiq;
    a(i, q) = s * aip + c * aiq;
    const double vip = v(i, p), viq = v(i, q);
    v(i, p) = c * vip - s * viq;
    v(i, q) = s * vip + c * viq;
  }
  for (std::size_t i = 0; i < n; ++i) {
    const double api = a(p, i), aqi = a(q, i);
    a(p, i) = c * api - s * aqi;
    a(q, i) = s * api + c * aqi;
  }
}

}  // namespace

Matrix Matrix::identity(std::size_t n) {
  Matrix m(n, n);
  for (std::size_t i = 0; i < n; ++i) m(i, i) = 1;
  return m;
}

Matrix cholesky(const Matrix& a) {
  const std::size_t n = a.rows();
  Matrix l(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      const double rest = a(i, j) - dot(l.row(i).data(), l.row(j).data(), j);
      if (i != j) {
        l(i, j) = rest / l(j, j);
      } else {
        if (!(rest > 0)) return {};
        l(i, i) = std::sqrt(rest);
      }
    }
  }
  return l;
}

std::vector<double> solve_lower(const Matrix& l, std::span<const double> b) {
  std::vector<double> x(b.begin(), b.end());
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = (x[i] - dot(l.row(i).data(), x.data(), i)) / l(i, i);
  return x;
}

std::vector<double> solve_upper(const Matrix& l, std::span<const double> b) {
  std::vector<double> x(b.begin(), b.end());
  for (std::size_t i = x.size(); i-- > 0;) {
    x[i] /= l(i, i);
    for (std::size_t j = 0; j < i; ++j) x[j] -= l(i, j) * x[i];
  }
  return x;
}

Eigen eigen(Matrix a) {
  const std::size_t n = a.rows();
  Matrix v = Matrix::identity(n);
  constexpr int kSweeps = 50;  // convergence is quadratic: ten are many
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    double off = 0, all = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) (i == j ? all : off) += a(i, j) * a(i, j);
    if (off <= 1e-32 * all) break;
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q)
        if (a(p, q) != 0) rotate(a, v, p, q);
  }
  Eigen e{{}, std::move(v)};
  for (std::size_t i = 0; i < n; ++i) e.values.push_back(a(i, i));
  return e;
}

}  // namespace antigrad::search
