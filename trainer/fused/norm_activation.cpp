// Blocks of 4,096 elements stay in the cache between one loop and the next. Sums within a block are
// of the elements' type, over blocks of doubles; moments are taken around the first row, so that a
// mean far from 0 costs no digits.
#include "trainer/fused/norm_activation.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "trainer/fused/channel_loops.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double kMomentum = BatchNorm::kMomentum, kEpsilon = BatchNorm::kEpsilon;

struct Statistics {
  std::vector<double> mean, variance;  // of the batch, divided by the number of rows
};

/// What the autograd function keeps besides tensors.
struct Kept : torch::CustomClassHolder {
  NormState norm;
  ActivationPointer activation;
  Statistics statistics;
};

Tensor in_rows(const Tensor& x) {
  return x.contiguous(x.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
}

template <class T>
std::span<const T> values(const Tensor& t) {
  return {t.const_data_ptr<T>(), static_cast<std::size_t>(t.numel())};
}

/// The loops over one tensor [rows, channels].
template <class T>
class Pass {
 public:
  explicit Pass(const Tensor& x)
      : channels_(x.size(1)),
        length_(pattern_length(channels_)),
        block_(std::max<std::int64_t>(4096 / length_, 1) * length_),
        count_(x.numel()) {}

  std::int64_t channels() const { return channels_; }
  std::int64_t length() const { return length_; }
  std::int64_t block() const { return block_; }
  std::int64_t rows() const { return count_ / channels_; }

  /// use(first, elements) for each block.
  template <class Use>
  void for_blocks(Use use) const {
    for (std::int64_t at = 0; at < count_; at += block_) use(at, std::min(block_, count_ - at));
  }

  /// Two sums by channel, of which add(first, elements, one, other) adds a block's share.
  template <class Add>
  std::pair<std::vector<double>, std::vector<double>> sums(Add add) const {
    const auto length = static_cast<std::size_t>(length_);
    std::vector<double> all[2] = {std::vector<double>(length), std::vector<double>(length)};
    std::vector<T> own[2] = {std::vector<T>(length), std::vector<T>(length)};
    for_blocks([&](std::int64_t at, std::int64_t n) {
      for (auto& one : own) std::fill(one.begin(), one.end(), T{0});
      add(at, n, own[0].data(), own[1].data());
      for (int k : {0, 1})
        for (std::size_t i = 0; i < length; ++i) all[k][i] += static_cast<double>(own[k][i]);
    });
    return {by_channel(all[0], channels_), by_channel(all[1], channels_)};
  }

 private:
  std::int64_t channels_, length_, block_, count_;
};

template <class T>
Statistics measure(const Tensor& x) {
  const Pass<T> pass(x);
  const T* const data = x.const_data_ptr<T>();
  const std::vector<T> middle = pattern_of<T>({data, static_cast<std::size_t>(pass.channels())});
  auto [first, second] = pass.sums([&](std::int64_t at, std::int64_t n, T* sum, T* square) {
    add_moments(data + at, middle.data(), sum, square, n, pass.length());
  });
  const auto rows = static_cast<double>(pass.rows());
  for (std::size_t c = 0; c < first.size(); ++c) {
    const double moved = first[c] / rows;
    second[c] = std::max(second[c] / rows - moved * moved, 0.0);
    first[c] = static_cast<double>(middle[c]) + moved;
  }
  return {std::move(first), std::move(second)};
}

Tensor tensor_of(const std::vector<double>& numbers, const Tensor& like) {
  return at::tensor(numbers, at::kDouble).to(like.scalar_type());
}

void move_running(const NormState& norm, const Statistics& batch, std::int64_t rows) {
  const at::NoGradGuard no_grad;
  const double unbiased = static_cast<double>(rows) / static_cast<double>(rows - 1);
  const auto move = [](Tensor running, const std::vector<double>& to, double factor) {
    running.mul_(1 - kMomentum).add_(tensor_of(to, running), kMomentum * factor);
  };
  move(norm.running_mean, batch.mean, 1);
  move(norm.running_variance, batch.variance, unbiased);
}

std::vector<double> doubles(const Tensor& t) {
  const Tensor all = t.detach().to(at::kDouble).contiguous();
  return {all.const_data_ptr<double>(), all.const_data_ptr<double>() + all.numel()};
}

/// The normalisation as y = x scale + shift, in patterns.
template <class T>
struct Line {
  std::vector<T> scale, shift;
  Line(const NormState& norm, const Statistics& at) {
    const std::vector<double> weight = doubles(norm.weight), bias = doubles(norm.bias);
    std::vector<T> a, b;
    for (std::size_t c = 0; c < weight.size(); ++c) {
      const double slope = weight[c] / std::sqrt(at.variance[c] + kEpsilon);
      a.push_back(static_cast<T>(slope));
      b.push_back(static_cast<T>(bias[c] - at.mean[c] * slope));
    }
    scale = pattern_of<T>(a);
    shift = pattern_of<T>(b);
  }
};

template <class T>
const T* data_or_null(const Tensor& t) {
  return t.defined() ? t.const_data_ptr<T>() : nullptr;
}

template <class T>
Tensor forward_pass(const Tensor& x, const Tensor& residual, const NormState& norm,
                    const Statistics& statistics, const std::vector<double>& theta,
                    const CompiledActivation& activation) {
  const Pass<T> pass(x);
  const Line<T> line(norm, statistics);
  Tensor y = at::empty_like(x);
  const T *const in = x.const_data_ptr<T>(), *const add = data_or_null<T>(residual);
  T* const out = y.mutable_data_ptr<T>();
  std::vector<T> middle(static_cast<std::size_t>(pass.block()));
  pass.for_blocks([&](std::int64_t at, std::int64_t n) {
    scale_and_shift(in + at, add == nullptr ? nullptr : add + at, line.scale.data(),
                    line.shift.data(), middle.data(), n, pass.length());
    activation.kernel->forward(middle.data(), out + at, n, theta);
  });
  return y;
}

struct Gradients {
  Tensor x, residual;  // the latter where there is one
  std::vector<double> weight, bias, theta;
};

/// Of the activation first, into what is the residual's gradient where there is one, then of the
/// normalisation: with h = (x - mean) / d, d = sqrt(variance + eps), dL/dx = w / d (g - mean g - h
/// mean(g h)).
template <class T>
Gradients backward_pass(const Tensor& x, const Tensor& residual, const Tensor& gy,
                        const NormState& norm, const Statistics& statistics,
                        const std::vector<double>& theta, const CompiledActivation& activation) {
  const Pass<T> pass(x);
  const Line<T> line(norm, statistics);
  const auto channels = static_cast<std::size_t>(pass.channels());
  Gradients result;
  result.x = at::empty_like(x);
  if (residual.defined()) result.residual = at::empty_like(x);
  const T *const in = x.const_data_ptr<T>(), *const add = data_or_null<T>(residual);
  const T* const given = gy.const_data_ptr<T>();
  T* const out = result.x.mutable_data_ptr<T>();
  T* const inner = residual.defined() ? result.residual.mutable_data_ptr<T>() : out;
  std::vector<T> middle(static_cast<std::size_t>(pass.block()));
  const std::vector<T> mean =
      pattern_of<T>(std::vector<T>(statistics.mean.begin(), statistics.mean.end()));
  std::vector<double> block_theta(theta.size());
  result.theta.resize(theta.size());

  auto [sum, product] = pass.sums([&](std::int64_t at, std::int64_t n, T* one, T* other) {
    scale_and_shift(in + at, add == nullptr ? nullptr : add + at, line.scale.data(),
                    line.shift.data(), middle.data(), n, pass.length());
    activation.kernel->backward(middle.data(), given + at, inner + at, n, theta, block_theta);
    for (std::size_t k = 0; k < theta.size(); ++k) result.theta[k] += block_theta[k];
    add_products(inner + at, in + at, mean.data(), one, other, n, pass.length());
  });

  const std::vector<double> weight = doubles(norm.weight);
  const auto rows = static_cast<double>(pass.rows());
  std::vector<T> scale, shift, slope;
  for (std::size_t c = 0; c < channels; ++c) {
    const double inverse = 1 / std::sqrt(statistics.variance[c] + kEpsilon);
    result.bias.push_back(sum[c]);
    result.weight.push_back(product[c] * inverse);
    scale.push_back(static_cast<T>(weight[c] * inverse));
    shift.push_back(static_cast<T>(sum[c] / rows));
    slope.push_back(static_cast<T>(-weight[c] * inverse * inverse * inverse * product[c] / rows));
  }
  const std::vector<T> a = pattern_of<T>(scale), b = pattern_of<T>(shift), s = pattern_of<T>(slope);
  pass.for_blocks([&](std::int64_t at, std::int64_t n) {
    gradient_of_input(inner + at, in + at, a.data(), b.data(), s.data(), mean.data(), out + at, n,
                      pass.length());
  });
  return result;
}

class NormalisedActivation : public torch::autograd::Function<NormalisedActivation> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x,
                        const std::optional<Tensor>& added, const Tensor& weight,
                        const Tensor& bias, const Tensor& theta,
                        const c10::intrusive_ptr<Kept>& kept) {
    const Tensor residual = added.value_or(Tensor());
    Statistics& statistics = kept->statistics;
    Tensor y;
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "normalised_activation", [&] {
      statistics = measure<scalar_t>(x);
      y = forward_pass<scalar_t>(x, residual, kept->norm, statistics, doubles(theta),
                                 *kept->activation);
    });
    move_running(kept->norm, statistics, x.numel() / x.size(1));
    context->save_for_backward({x, residual, weight, bias, theta});
    context->saved_data["kept"] = at::IValue::make_capsule(kept);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list cotangents) {
    const variable_list saved = context->get_saved_variables();
    const auto kept =
        c10::static_intrusive_pointer_cast<Kept>(context->saved_data.at("kept").toCapsule());
    if (at::GradMode::is_enabled()) return through_layers(saved, *kept, cotangents[0]);
    const Tensor &x = saved[0], &theta = saved[4], gy = in_rows(cotangents[0]);
    Gradients g;
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "normalised_activation_backward", [&] {
      g = backward_pass<scalar_t>(x, saved[1], gy, kept->norm, kept->statistics, doubles(theta),
                                  *kept->activation);
    });
    return {g.x,
            g.residual,
            tensor_of(g.weight, x),
            tensor_of(g.bias, x),
            tensor_of(g.theta, theta),
            Tensor()};
  }

 private:
  /// Gradients with gradients.
  static variable_list through_layers(const variable_list& saved, const Kept& kept,
                                      const Tensor& gy) {
    const NormState norm{saved[2], saved[3], {}, {}};
    const Tensor y =
        normalised_activation_plain(saved[0], saved[1], norm, saved[4], kept.activation, true);
    variable_list inputs, gradients(6);
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < 5; ++i) {
      if (!saved[i].defined() || !saved[i].requires_grad()) continue;
      inputs.push_back(saved[i]);
      which.push_back(i);
    }
    const variable_list got = torch::autograd::grad({y}, inputs, {gy}, true, true, true);
    for (std::size_t k = 0; k < which.size(); ++k) gradients[which[k]] = got[k];
    return gradients;
  }
};

}  // namespace

Tensor normalised_activation_plain(const Tensor& x, const Tensor& residual, const NormState& norm,
                                   const Tensor& theta, const ActivationPointer& activation,
                                   bool training) {
  const Tensor h = at::batch_norm(x, norm.weight, norm.bias, norm.running_mean,
                                  norm.running_variance, training, kMomentum, kEpsilon, false);
  return apply_activation(activation->kernel, residual.defined() ? h + residual : h, theta);
}

Tensor normalised_activation(const Tensor& x, const Tensor& residual, const NormState& norm,
                             const Tensor& theta, const ActivationPointer& activation,
                             bool training) {
  const bool one_row = x.numel() == x.size(1);  // has no variance: libtorch says so
  if (one_row || (!training && at::GradMode::is_enabled()))
    return normalised_activation_plain(x, residual, norm, theta, activation, training);
  const Tensor rows = in_rows(x), added = residual.defined() ? in_rows(residual) : Tensor();
  if (training) {
    auto kept = c10::make_intrusive<Kept>();
    kept->norm = norm;
    kept->activation = activation;
    const std::optional<Tensor> given = added.defined() ? std::optional(added) : std::nullopt;
    return NormalisedActivation::apply(rows, given, norm.weight, norm.bias, theta, kept);
  }
  Tensor y;
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "normalised_activation", [&] {
    y = forward_pass<scalar_t>(rows, added, norm,
                               {doubles(norm.running_mean), doubles(norm.running_variance)},
                               doubles(theta), *activation);
  });
  return y;
}

}  // namespace antigrad::trainer
