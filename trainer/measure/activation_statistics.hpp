// What the values of a layer say about it: are its units alive, and how many directions do they
// use?
#pragma once
#include "trainer/torch.hpp"

namespace antigrad::trainer {

struct ActivationStatistics {
  double mean = 0, variance = 0;  // over all elements; of the population
  /// Share of dead units: those whose values over all rows differ by at most 1e-6 of the layer's
  /// largest magnitude. A unit of ReLU below 0 is one, and so is a saturated sigmoid.
  double dead = 0;
  /// exp(-sum p ln p) of the singular values over their sum (Roy and Vetterli 2007), of the matrix
  /// [rows, units] as it is, not centred, of at most 512 rows that lie evenly. Between 1 and the
  /// smaller side; 0 where all values are 0.
  double effective_rank = 0;
};

/// The values of a layer as [rows, units] in float64, at most so many rows, lying evenly. values:
/// [n, units] or [n, t, units] of a text; [n, units, h, w] of images, where every place is
/// a row.
at::Tensor rows_of(const at::Tensor& values, std::int64_t most);

/// Of the values of a layer, shapes as above. NaN wherever a value is not finite.
ActivationStatistics statistics_of(const at::Tensor& values);

}  // namespace antigrad::trainer
