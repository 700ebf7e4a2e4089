// Dense linear algebra of small matrices, by rows: what Gaussian models need.
#pragma once
#include <span>
#include <vector>

namespace antigrad::search {

class Matrix {
 public:
  Matrix() = default;
  Matrix(std::size_t rows, std::size_t columns, double fill = 0)
      : columns_(columns), data_(rows * columns, fill) {}
  static Matrix identity(std::size_t n);

  std::size_t rows() const { return columns_ == 0 ? 0 : data_.size() / columns_; }
  std::size_t columns() const { return columns_; }
  double& operator()(std::size_t i, std::size_t j) { return data_[i * columns_ + j]; }
  double operator()(std::size_t i, std::size_t j) const { return data_[i * columns_ + j]; }
  std::span<double> row(std::size_t i) { return {data_.data() + i * columns_, columns_}; }
  std::span<const double> row(std::size_t i) const {
    return {data_.data() + i * columns_, columns_};
  }

 private:
  std::size_t columns_ = 0;
  std::vector<double> data_;
};

/// The lower triangle L with L L^T = a, a symmetric; rows() == 0 when a is not positive definite
/// to rounding.
Matrix cholesky(const Matrix& a);

/// x with L x = b, and x with L^T x = b.
std::vector<double> solve_lower(const Matrix& l, std::span<const double> b);
std::vector<double> solve_upper(const Matrix& l, std::span<const double> b);

/// a = V diag(values) V^T of a symmetric matrix by Jacobi's rotations, to rounding; column j of
/// `vectors` belongs to value j, in no order.
struct Eigen {
  std::vector<double> values;
  Matrix vectors;
};
Eigen eigen(Matrix a);

}  // namespace antigrad::search
