// All in float64.
#include "trainer/measure/activation_statistics.hpp"

#include <algorithm>
#include <limits>

namespace antigrad::trainer {
namespace {

using at::Tensor;

/// [rows, units] in float64.
Tensor matrix_of(const Tensor& values) {
  const Tensor last = values.dim() == 4 ? values.permute({0, 2, 3, 1}) : values;
  return last.reshape({-1, last.size(-1)}).cpu().to(at::kDouble);
}

double share_of_dead(const Tensor& matrix) {
  constexpr double kStill = 1e-6;
  const Tensor spread = std::get<0>(matrix.max(0)) - std::get<0>(matrix.min(0));
  const double largest = matrix.abs().max().item<double>();
  return spread.le(kStill * largest).to(at::kDouble).mean().item<double>();
}

/// From the eigenvalues of the smaller of the two products of the matrix with itself; what their
/// rounding cannot tell from 0 is 0.
double effective_rank(const Tensor& matrix) {
  const bool wide = matrix.size(1) > matrix.size(0);
  const Tensor product = wide ? at::matmul(matrix, matrix.t()) : at::matmul(matrix.t(), matrix);
  const Tensor squares = at::linalg_eigvalsh(product).contiguous();
  const double* const first = squares.const_data_ptr<double>();
  const double largest = *std::max_element(first, first + squares.numel());
  const double least =
      largest * static_cast<double>(squares.numel()) * std::numeric_limits<double>::epsilon();
  double sum = 0, weighted = 0;  // of s, of s ln s
  for (const double* square = first; square != first + squares.numel(); ++square) {
    if (*square <= least) continue;
    const double value = std::sqrt(*square);
    sum += value;
    weighted += value * std::log(value);
  }
  return sum > 0 ? std::exp(std::log(sum) - weighted / sum) : 0;
}

}  // namespace

Tensor rows_of(const Tensor& values, std::int64_t most) {
  const Tensor matrix = matrix_of(values.detach());
  const std::int64_t rows = matrix.size(0);
  if (rows <= most) return matrix;
  const Tensor chosen = at::arange(most, at::kLong).mul(rows).div(most, "floor");
  return matrix.index_select(0, chosen);
}

ActivationStatistics statistics_of(const Tensor& values) {
  constexpr std::int64_t kRows = 512;
  const at::NoGradGuard no_grad;
  const Tensor matrix = matrix_of(values.detach());
  if (!at::isfinite(matrix).all().item<bool>()) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    return {none, none, none, none};
  }
  return {matrix.mean().item<double>(), matrix.var(false).item<double>(), share_of_dead(matrix),
          effective_rank(rows_of(values, kRows))};
}

}  // namespace antigrad::trainer
