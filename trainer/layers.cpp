// Layers as one call of libtorch each, around weights that are drawn here.
#include "trainer/layers.hpp"

#include <vector>

#include "trainer/fused/rms_norm.hpp"

namespace antigrad::trainer {

using at::Tensor;

Initialiser::Initialiser(std::uint64_t key)
    : generator_(at::make_generator<at::CPUGeneratorImpl>(key)) {}

Tensor Initialiser::normal(at::IntArrayRef shape, double deviation) {
  return at::empty(shape, at::kFloat).normal_(0, deviation, generator_);
}

Convolution::Convolution(Initialiser& initialiser, const Layer& layer, int in)
    : stride_(layer.stride), padding_(layer.padding), groups_(layer.groups) {
  const Tensor drawn = initialiser.normal(
      {layer.shape.channels, in / layer.groups, layer.size, layer.size}, layer.deviation);
  weight_ = register_parameter("weight", drawn.contiguous(at::MemoryFormat::ChannelsLast));
}

Tensor Convolution::forward(const Tensor& x) const { return convolve(x, weight_, {}); }

Tensor Convolution::folded(const Tensor& x, const NormState& norm) const {
  const Tensor scale = norm.weight * (norm.running_variance + BatchNorm::kEpsilon).rsqrt();
  return convolve(x, weight_ * scale.view({-1, 1, 1, 1}), norm.bias - norm.running_mean * scale);
}

Tensor Convolution::convolve(const Tensor& x, const Tensor& weight, const Tensor& bias) const {
  // The same values, bit for bit, and around a fault of oneDNN in libtorch 2.11: the gradient of
  // the weights of a 1x1 convolution with a stride writes past its buffer where there are fewer
  // channels than a vector has numbers, and they come last (oneDNN issue 6035).
  if (stride_ > 1 && weight.size(2) == 1 && groups_ == 1)
    return at::conv2d(x.slice(2, 0, x.size(2), stride_).slice(3, 0, x.size(3), stride_), weight,
                      bias);
  return at::conv2d(x, weight, bias, {stride_, stride_}, {padding_, padding_}, {1, 1}, groups_);
}

BatchNorm::BatchNorm(int channels)
    : weight_(register_parameter("weight", at::ones({channels}))),
      bias_(register_parameter("bias", at::zeros({channels}))),
      mean_(register_buffer("mean", at::zeros({channels}))),
      variance_(register_buffer("variance", at::ones({channels}))) {}

Tensor BatchNorm::forward(const Tensor& x) const {
  return at::batch_norm(x, weight_, bias_, mean_, variance_, is_training(), kMomentum, kEpsilon,
                        false);
}

Linear::Linear(Initialiser& initialiser, int in, int out, bool bias, double deviation)
    : weight_(register_parameter("weight", initialiser.normal({out, in}, deviation))) {
  if (bias) bias_ = register_parameter("bias", at::zeros({out}));
}

Tensor Linear::forward(const Tensor& x) const { return at::linear(x, weight_, bias_); }

Embedding::Embedding(Initialiser& initialiser, int rows, int width, double deviation)
    : weight_(register_parameter("weight", initialiser.normal({rows, width}, deviation))) {}

Tensor Embedding::forward(const Tensor& tokens) const { return at::embedding(weight_, tokens); }

Tensor Embedding::products(const Tensor& x) const { return at::linear(x, weight_); }

Tensor recent_tokens(const Tensor& x, int count) {
  const Tensor padded = at::constant_pad_nd(x, {0, 0, count - 1, 0});
  std::vector<Tensor> shifted;
  for (int k = 0; k < count; ++k) shifted.push_back(padded.narrow(-2, k, x.size(-2)));
  return at::cat(shifted, -1);
}

Affine::Affine(int channels)
    : weight_(register_parameter("weight", at::ones({channels}))),
      bias_(register_parameter("bias", at::zeros({channels}))) {}

Tensor Affine::forward(const Tensor& x) const {
  return at::addcmul(bias_.view({1, -1, 1, 1}), x, weight_.view({1, -1, 1, 1}));
}

Positions::Positions(Initialiser& initialiser, int count, int width, double deviation)
    : weight_(register_parameter("weight", initialiser.normal({count, width}, deviation))) {}

Tensor Positions::forward(const Tensor& x) const { return x + weight_.narrow(0, 0, x.size(1)); }

LayerNorm::LayerNorm(int width)
    : weight_(register_parameter("weight", at::ones({width}))),
      bias_(register_parameter("bias", at::zeros({width}))) {}

Tensor LayerNorm::forward(const Tensor& x) const {
  return at::layer_norm(x, {x.size(-1)}, weight_, bias_);
}

RmsNorm::RmsNorm(int width) : weight_(register_parameter("weight", at::ones({width}))) {}

Tensor RmsNorm::forward(const Tensor& x) const { return rms_norm(x, weight_, kEpsilon); }

}  // namespace antigrad::trainer
