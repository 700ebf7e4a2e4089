// Gradients with respect to all weights of a network, which may be differentiated again.
#pragma once
#include <torch/csrc/autograd/autograd.h>

#include "trainer/torch.hpp"

namespace antigrad::trainer {

/// Of a scalar; 0 where it does not depend on a weight. twice: the result can be differentiated.
inline torch::autograd::variable_list gradients_of(const at::Tensor& value,
                                                   const torch::autograd::variable_list& weights,
                                                   bool twice) {
  torch::autograd::variable_list all =
      torch::autograd::grad({value}, weights, {}, std::nullopt, twice, true);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!all[i].defined()) all[i] = at::zeros_like(weights[i]);
  return all;
}

}  // namespace antigrad::trainer
