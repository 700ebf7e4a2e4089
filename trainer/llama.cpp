// Llama (arXiv 2302.13971) with an ungated feed-forward network, as in the language models of xIELU
// (arXiv 2411.13010). Shapes: n windows, t tokens, d width, h heads, k key-value heads, e = d / h.
#include <cmath>
#include <string>
#include <vector>

#include "trainer/layers.hpp"
#include "trainer/model.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

/// Cosines and sines of position * base^(-2 i / e), i < e / 2, each [t, e / 2] (arXiv 2104.09864).
struct Rotation {
  Tensor cosine, sine;

  Rotation(int positions, int width) {
    constexpr double kBase = 10'000;
    const Tensor i = at::arange(width / 2, at::kDouble);
    const Tensor angle =
        at::outer(at::arange(positions, at::kDouble), at::pow(kBase, i * (-2. / width)));
    cosine = angle.cos().to(at::kFloat);
    sine = angle.sin().to(at::kFloat);
  }

  /// [n, t, heads, e] -> the same, pairs (i, i + e / 2) turned by their position.
  Tensor turn(const Tensor& x) const {
    const std::vector<Tensor> half = x.chunk(2, -1);
    const Tensor c = cosine.narrow(0, 0, x.size(1)).unsqueeze(1),
                 s = sine.narrow(0, 0, x.size(1)).unsqueeze(1);
    return at::cat({half[0] * c - half[1] * s, half[1] * c + half[0] * s}, -1);
  }
};

/// Causal attention; query heads in groups of h / k share a key-value head.
class Attention : public torch::nn::Module {
 public:
  Attention(Initialiser& initialiser, const ModelSpec& spec, double residual_scale)
      : heads_(spec.heads),
        kv_heads_(spec.kv_heads),
        head_width_(spec.width / spec.heads),
        rotation_(spec.context, head_width_) {
    const double deviation = std::sqrt(1. / spec.width);
    const int out = (heads_ + 2 * kv_heads_) * head_width_;
    in_ = register_module("in",
                          std::make_shared<Linear>(initialiser, spec.width, out, false, deviation));
    out_ = register_module("out", std::make_shared<Linear>(initialiser, spec.width, spec.width,
                                                           false, deviation * residual_scale));
  }

  Tensor forward(const Tensor& x) const {
    const auto n = x.size(0), t = x.size(1);
    const std::vector<Tensor> qkv = in_->forward(x)
                                        .view({n, t, heads_ + 2 * kv_heads_, head_width_})
                                        .split_with_sizes({heads_, kv_heads_, kv_heads_}, 2);
    const Tensor q = rotation_.turn(qkv[0]).transpose(1, 2);
    const Tensor k = repeated(rotation_.turn(qkv[1])), v = repeated(qkv[2]);
    const Tensor mixed = at::scaled_dot_product_attention(q, k, v, {}, 0, true);
    return out_->forward(mixed.transpose(1, 2).reshape({n, t, heads_ * head_width_}));
  }

 private:
  /// [n, t, k, e] -> [n, h, t, e].
  Tensor repeated(const Tensor& x) const {
    const Tensor each = heads_ == kv_heads_ ? x : x.repeat_interleave(heads_ / kv_heads_, 2);
    return each.transpose(1, 2);
  }

  int heads_, kv_heads_, head_width_;
  Rotation rotation_;
  std::shared_ptr<Linear> in_, out_;
};

/// x + attention(norm(x)), then x + W2 f(W1 norm(x)).
class Layer : public torch::nn::Module {
 public:
  Layer(Initialiser& initialiser, const ModelSpec& spec, const SharedActivation& activation) {
    const double residual_scale = std::sqrt(1. / (2 * spec.layers));
    norm1_ = register_module("norm1", std::make_shared<RmsNorm>(spec.width));
    attention_ = register_module("attention",
                                 std::make_shared<Attention>(initialiser, spec, residual_scale));
    norm2_ = register_module("norm2", std::make_shared<RmsNorm>(spec.width));
    up_ = register_module("up", std::make_shared<Linear>(initialiser, spec.width, spec.ffn, false,
                                                         std::sqrt(1. / spec.width)));
    activation_ = register_module("activation", std::make_shared<ActivationModule>(activation));
    down_ = register_module("down",
                            std::make_shared<Linear>(initialiser, spec.ffn, spec.width, false,
                                                     std::sqrt(1. / spec.ffn) * residual_scale));
  }

  Tensor forward(const Tensor& x) const {
    const Tensor h = x + attention_->forward(norm1_->forward(x));
    return h + down_->forward(activation_->forward(up_->forward(norm2_->forward(h))));
  }

 private:
  std::shared_ptr<RmsNorm> norm1_, norm2_;
  std::shared_ptr<Attention> attention_;
  std::shared_ptr<Linear> up_, down_;
  std::shared_ptr<ActivationModule> activation_;
};

class Llama : public Model {
 public:
  Llama(const ModelSpec& spec, int vocabulary, const SharedActivation& activation,
        std::uint64_t key) {
    constexpr double kEmbeddingDeviation = 0.02;
    Initialiser initialiser(key);
    embedding_ = register_parameter(
        "embedding", initialiser.normal({vocabulary, spec.width}, kEmbeddingDeviation));
    for (int i = 0; i < spec.layers; ++i)
      layers_.push_back(register_module("layer" + std::to_string(i),
                                        std::make_shared<Layer>(initialiser, spec, activation)));
    norm_ = register_module("norm", std::make_shared<RmsNorm>(spec.width));
  }

  Tensor forward(const Tensor& tokens) override {
    Tensor h = at::embedding(embedding_, tokens);
    for (const auto& layer : layers_) h = layer->forward(h);
    return at::linear(norm_->forward(h), embedding_);
  }

 private:
  Tensor embedding_;
  std::vector<std::shared_ptr<Layer>> layers_;
  std::shared_ptr<RmsNorm> norm_;
};

}  // namespace

std::shared_ptr<Model> make_llama(const ModelSpec& spec, int vocabulary,
                                  const SharedActivation& activation, std::uint64_t key) {
  return std::make_shared<Llama>(spec, vocabulary, activation, key);
}

}  // namespace antigrad::trainer
