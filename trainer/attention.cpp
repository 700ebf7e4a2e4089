// Angles are computed in double and rounded once.
#include "trainer/attention.hpp"

#include <vector>

namespace antigrad::trainer {

using at::Tensor;

Rotation::Rotation(int positions, int width, double base, at::ScalarType type) {
  const Tensor i = at::arange(width / 2, at::kDouble);
  const Tensor angle =
      at::outer(at::arange(positions, at::kDouble), at::pow(base, i * (-2. / width)));
  cosine = angle.cos().to(type);
  sine = angle.sin().to(type);
}

Tensor Rotation::turn(const Tensor& x) const {
  const std::vector<Tensor> half = x.chunk(2, -1);
  const Tensor c = cosine.narrow(0, 0, x.size(1)).unsqueeze(1),
               s = sine.narrow(0, 0, x.size(1)).unsqueeze(1);
  return at::cat({half[0] * c - half[1] * s, half[1] * c + half[0] * s}, -1);
}

Attention::Attention(const Layer& layer, at::ScalarType type)
    : heads_(layer.heads), head_width_(layer.shape.channels / layer.heads.heads) {
  if (heads_.rope_base > 0)
    rotation_ = Rotation(layer.shape.height, head_width_, heads_.rope_base, type);
}

Tensor Attention::forward(const Tensor& x) const {
  const auto n = x.size(0), t = x.size(1);
  const std::vector<Tensor> qkv =
      x.view({n, t, heads_.heads + 2 * heads_.kv_heads, head_width_})
          .split_with_sizes({heads_.heads, heads_.kv_heads, heads_.kv_heads}, 2);
  const Tensor q = turned(qkv[0]).transpose(1, 2);
  const Tensor k = repeated(turned(qkv[1])), v = repeated(qkv[2]);
  const Tensor mixed = at::scaled_dot_product_attention(q, k, v, {}, 0, heads_.causal);
  return mixed.transpose(1, 2).reshape({n, t, heads_.heads * head_width_});
}

Tensor Attention::turned(const Tensor& x) const {
  return heads_.rope_base > 0 ? rotation_.turn(x) : x;
}

/// [n, t, k, e] -> [n, h, t, e].
Tensor Attention::repeated(const Tensor& x) const {
  const Tensor each =
      heads_.heads == heads_.kv_heads ? x : x.repeat_interleave(heads_.heads / heads_.kv_heads, 2);
  return each.transpose(1, 2);
}

}  // namespace antigrad::trainer
