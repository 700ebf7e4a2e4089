// Angles are computed in double and rounded once.
#include "trainer/attention.hpp"

#include <vector>

#include "trainer/fused/rotation.hpp"

namespace antigrad::trainer {

using at::Tensor;

Rotation::Rotation(int positions, int width, double base, at::ScalarType type) {
  const Tensor i = at::arange(width / 2, at::kDouble);
  const Tensor angle =
      at::outer(at::arange(positions, at::kDouble), at::pow(base, i * (-2. / width)));
  cosine = angle.cos().to(type);
  sine = angle.sin().to(type);
}

Attention::Attention(const Layer& layer, at::ScalarType type)
    : heads_(layer.heads), head_width_(layer.shape.channels / layer.heads.heads) {
  if (heads_.rope_base > 0)
    rotation_ = std::make_shared<Rotation>(layer.shape.height, head_width_, heads_.rope_base, type);
}

Tensor Attention::forward(const Tensor& x) const {
  const auto n = x.size(0), t = x.size(1);
  const auto [queries, keys, values] = parts(x);
  const Tensor q = queries.transpose(1, 2), k = repeated(keys), v = repeated(values);
  const Tensor mixed = at::scaled_dot_product_attention(q, k, v, {}, 0, heads_.causal);
  return mixed.transpose(1, 2).reshape({n, t, heads_.heads * head_width_});
}

/// Queries, keys and values [n, t, .., e], turned where the layer turns them.
std::tuple<Tensor, Tensor, Tensor> Attention::parts(const Tensor& x) const {
  if (rotation_) {
    const Rotation& rotation = rotation_at(x.device());
    return split_and_turn(x, {heads_.heads, heads_.kv_heads, head_width_}, rotation.cosine,
                          rotation.sine);
  }
  const std::vector<Tensor> qkv =
      x.view({x.size(0), x.size(1), heads_.heads + 2 * heads_.kv_heads, head_width_})
          .split_with_sizes({heads_.heads, heads_.kv_heads, heads_.kv_heads}, 2);
  return {qkv[0], qkv[1], qkv[2]};
}

const Rotation& Attention::rotation_at(const at::Device& device) const {
  if (rotation_->cosine.device() != device) {
    rotation_->cosine = rotation_->cosine.to(device);
    rotation_->sine = rotation_->sine.to(device);
  }
  return *rotation_;
}

/// [n, t, k, e] -> [n, h, t, e].
Tensor Attention::repeated(const Tensor& x) const {
  const Tensor each =
      heads_.heads == heads_.kv_heads ? x : x.repeat_interleave(heads_.heads / heads_.kv_heads, 2);
  return each.transpose(1, 2);
}

}  // namespace antigrad::trainer
