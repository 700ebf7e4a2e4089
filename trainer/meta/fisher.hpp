// The empirical Fisher information of a network by the gradients of single examples.
#pragma once
#include "trainer/dataset.hpp"
#include "trainer/model.hpp"

namespace antigrad::trainer {

/// Gradients of the loss of each of the first `examples` of a batch, by rows [n, trainable numbers
/// of the network]; the network computes the batch once. The loss of an example is its
/// cross-entropy without smoothing, of a text the mean over its tokens; of a graph an example is a
/// node that is asked for.
at::Tensor example_gradients(Model& model, const Batch& batch, int examples);

/// Of (1/n) G^T G by those of (1/n) G G^T, in float64: [n], largest first.
at::Tensor fisher_eigenvalues(const at::Tensor& gradients);

}  // namespace antigrad::trainer
