// Normalisation by the root of the mean square, one pass forward and one backward.
#pragma once
#include "trainer/torch.hpp"

namespace antigrad::trainer {

/// x / sqrt(mean(x^2) + eps) * w over the last dimension: x [.., c], w [c], float or double.
/// Differs from at::rms_norm by rounding; second derivatives are taken through that. On one thread.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon);

}  // namespace antigrad::trainer
