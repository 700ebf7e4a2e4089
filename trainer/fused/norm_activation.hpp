// Batch normalisation, the sum with a residual and the activation as one: what lies between is
// never written to memory, and the backward pass computes it again from the input. Two passes over
// the input forward, two backward.
#pragma once
#include <memory>

#include "trainer/activation_module.hpp"
#include "trainer/layers.hpp"

namespace antigrad::trainer {

using ActivationPointer = std::shared_ptr<const CompiledActivation>;

/// f(batch_norm(x) + residual; theta) of [n, c, h, w] or [n, c], float or double; residual may
/// be undefined. Batch statistics and their gradients while training; else the running ones,
/// without a gradient (asked for one, libtorch's layers one after the other answer). Differs from
/// those by rounding; differentiable as often as they are: second derivatives are taken through
/// them. On one thread; bits depend on the machine's vectors alone. y is channels_last.
at::Tensor normalised_activation(const at::Tensor& x, const at::Tensor& residual,
                                 const NormState& norm, const at::Tensor& theta,
                                 const ActivationPointer& activation, bool training);

/// The same as layers one after the other: the reference.
at::Tensor normalised_activation_plain(const at::Tensor& x, const at::Tensor& residual,
                                       const NormState& norm, const at::Tensor& theta,
                                       const ActivationPointer& activation, bool training);

}  // namespace antigrad::trainer
