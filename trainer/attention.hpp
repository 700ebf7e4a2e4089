// Attention between the tokens of a window. Shapes: n windows, t tokens, h heads, k key-value
// heads, e the width of a head.
#pragma once
#include <memory>
#include <tuple>

#include "trainer/models/plan.hpp"
#include "trainer/torch.hpp"

namespace antigrad::trainer {

/// Cosines and sines of position * base^(-2 i / e), i < e / 2, each [t, e / 2] (arXiv 2104.09864).
struct Rotation {
  at::Tensor cosine, sine;
  Rotation() = default;
  Rotation(int positions, int width, double base, at::ScalarType type);
};

/// Query heads in groups of h / k share a key-value head. Without weights.
class Attention {
 public:
  Attention(const Layer& layer, at::ScalarType type);
  /// [n, t, (h + 2 k) e], queries, keys and values side by side -> [n, t, h e]; t up to the
  /// layer's.
  at::Tensor forward(const at::Tensor& x) const;

 private:
  std::tuple<at::Tensor, at::Tensor, at::Tensor> parts(const at::Tensor& x) const;
  at::Tensor repeated(const at::Tensor& x) const;

  /// On the device where x is; moved there once.
  const Rotation& rotation_at(const at::Device& device) const;

  Heads heads_;
  int head_width_;
  std::shared_ptr<Rotation> rotation_;  // none without rotary positions
};

}  // namespace antigrad::trainer
