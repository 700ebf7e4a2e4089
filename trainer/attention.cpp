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
    : heads_(layer.heads),
      kv_heads_(layer.kv_heads),
      head_width_(layer.shape.channels / layer.heads),
      rotation_(layer.shape.height, head_width_, layer.rope_base, type) {}

Tensor Attention::forward(const Tensor& x) const {
  const auto n = x.size(0), t = x.size(1);
  const std::vector<Tensor> qkv = x.view({n, t, heads_ + 2 * kv_heads_, head_width_})
                                      .split_with_sizes({heads_, kv_heads_, kv_heads_}, 2);
  const Tensor q = rotation_.turn(qkv[0]).transpose(1, 2);
  const Tensor k = repeated(rotation_.turn(qkv[1])), v = repeated(qkv[2]);
  const Tensor mixed = at::scaled_dot_product_attention(q, k, v, {}, 0, true);
  return mixed.transpose(1, 2).reshape({n, t, heads_ * head_width_});
}

/// [n, t, k, e] -> [n, h, t, e].
Tensor Attention::repeated(const Tensor& x) const {
  const Tensor each = heads_ == kv_heads_ ? x : x.repeat_interleave(heads_ / kv_heads_, 2);
  return each.transpose(1, 2);
}

}  // namespace antigrad::trainer
