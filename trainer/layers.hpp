// The layers with weights that the models share. They differ from torch::nn's in one thing: initial
// weights come from a generator of the run's own, in the order of construction, never from
// libtorch's global one.
#pragma once
#include <cstdint>

#include "trainer/models/plan.hpp"
#include "trainer/torch.hpp"

namespace antigrad::trainer {

/// Draws initial weights; a pure function of its key and of the calls before.
class Initialiser {
 public:
  explicit Initialiser(std::uint64_t key);
  /// float32 of the given shape from N(0, deviation^2).
  at::Tensor normal(at::IntArrayRef shape, double deviation);

 private:
  at::Generator generator_;
};

/// What a batch normalisation holds, [c] each.
struct NormState {
  at::Tensor weight, bias, running_mean, running_variance;
};

/// A square convolution without bias and with zero padding, as the plan's layer says: weights [out,
/// in / groups, size, size], channels_last, from N(0, deviation^2).
class Convolution : public torch::nn::Module {
 public:
  Convolution(Initialiser& initialiser, const Layer& layer, int in);
  at::Tensor forward(const at::Tensor& x) const;  // [n, in, h, w] -> [n, out, .., ..]
  /// batch_norm(forward(x)) by running statistics as one convolution with a bias: the form that is
  /// deployed, equal but for rounding.
  at::Tensor folded(const at::Tensor& x, const NormState& norm) const;

 private:
  at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) const;

  at::Tensor weight_;
  int stride_, padding_, groups_;
};

/// Batch normalisation of [n, channels, h, w] or [n, channels]: batch statistics while training,
/// running ones (momentum 0.1) otherwise.
class BatchNorm : public torch::nn::Module {
 public:
  static constexpr double kMomentum = 0.1, kEpsilon = 1e-5;

  explicit BatchNorm(int channels);
  at::Tensor forward(const at::Tensor& x) const;
  NormState state() const { return {weight_, bias_, mean_, variance_}; }

 private:
  at::Tensor weight_, bias_, mean_, variance_;
};

/// x W^T (+ b): [.., in] -> [.., out], W [out, in] from N(0, deviation^2), b = 0.
class Linear : public torch::nn::Module {
 public:
  Linear(Initialiser& initialiser, int in, int out, bool bias, double deviation);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
};

/// A table [rows, width] from N(0, deviation^2); tokens take rows of it.
class Embedding : public torch::nn::Module {
 public:
  Embedding(Initialiser& initialiser, int rows, int width, double deviation);
  at::Tensor forward(const at::Tensor& tokens) const;  // [..] -> [.., width]
  at::Tensor products(const at::Tensor& x) const;      // [.., width] -> [.., rows]: x E^T

 private:
  at::Tensor weight_;
};

/// A scale (1 at the start) and a shift (0) each channel of [n, channels, h, w].
class Affine : public torch::nn::Module {
 public:
  explicit Affine(int channels);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
};

/// Trained vectors [t, width] from N(0, deviation^2), added to the first tokens of a window.
class Positions : public torch::nn::Module {
 public:
  Positions(Initialiser& initialiser, int count, int width, double deviation);
  at::Tensor forward(const at::Tensor& x) const;  // [n, up to t, width]

 private:
  at::Tensor weight_;
};

/// [.., t, width] -> [.., t, count width]: the last `count` tokens up to each side by side, its own
/// at the end, zeros before the first.
at::Tensor recent_tokens(const at::Tensor& x, int count);

/// (x - mean) / sqrt(variance + 1e-5) * w + b over the last dimension.
class LayerNorm : public torch::nn::Module {
 public:
  explicit LayerNorm(int width);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
};

/// x / sqrt(mean(x^2) + 1e-6) * w over the last dimension.
class RmsNorm : public torch::nn::Module {
 public:
  static constexpr double kEpsilon = 1e-6;

  explicit RmsNorm(int width);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor weight_;
};

}  // namespace antigrad::trainer
