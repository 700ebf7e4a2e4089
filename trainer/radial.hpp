// Functions of the distance from trained centres.
#pragma once
#include "trainer/layers.hpp"

namespace antigrad::trainer {

/// y_j = exp(-r_j) (Gaussian) or sqrt(1 + r_j) (multiquadric), r_j = s_j^2 |x - c_j|^2: [n, in] ->
/// [n, centres]. Centres from N(0, 1), s_j = 1 / sqrt(2 in): inputs of N(0, 1) begin at r near 1.
/// Distances come from |x|^2 - 2 x.c + |c|^2: absolute error of some ulp of |x|^2 + |c|^2.
class Radial : public torch::nn::Module {
 public:
  Radial(Initialiser& initialiser, const Layer& layer, int in);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  bool gaussian_;
  at::Tensor centres_, scale_;
};

}  // namespace antigrad::trainer
