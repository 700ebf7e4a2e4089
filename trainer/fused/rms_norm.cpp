// Sums run in 16 lanes, added up in a fixed order.
#include "trainer/fused/rms_norm.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <vector>

#include "trainer/fused/machines.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kLanes = 16;

/// Sum over i of term(i).
template <class T, class Term>
ANTIGRAD_INLINE T sum_in_lanes(std::int64_t n, Term term) {
  T lanes[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (std::int64_t k = 0; k < kLanes; ++k) lanes[k] += term(i + k);
  T sum = 0;
  for (; i < n; ++i) sum += term(i);
  for (const T lane : lanes) sum += lane;
  return sum;
}

/// Rows of `c` numbers; inverse: of each row.
template <class T>
ANTIGRAD_INLINE void forward_rows(const T* x, const T* __restrict weight, T* y, T* inverse,
                                  std::int64_t rows, std::int64_t c, double epsilon) {
  for (std::int64_t r = 0; r < rows; ++r, x += c, y += c) {
    const T square = sum_in_lanes<T>(
        c, [&](std::int64_t i) __attribute__((always_inline)) { return x[i] * x[i]; });
    const T scale = T{1} / std::sqrt(square / static_cast<T>(c) + static_cast<T>(epsilon));
    ANTIGRAD_ANY_ORDER
    for (std::int64_t i = 0; i < c; ++i) y[i] = x[i] * scale * weight[i];
    inverse[r] = scale;
  }
}

/// With s = 1 / sqrt(mean(x^2) + eps): gx = s (w g - x s^2 mean(w g x)), gw += g x s.
template <class T>
ANTIGRAD_INLINE void backward_rows(const T* x, const T* __restrict weight, const T* g,
                                   const T* inverse, T* gx, T* __restrict gw, std::int64_t rows,
                                   std::int64_t c) {
  for (std::int64_t r = 0; r < rows; ++r, x += c, g += c, gx += c) {
    const T scale = inverse[r];
    const T product = sum_in_lanes<T>(
        c, [&](std::int64_t i) __attribute__((always_inline)) { return weight[i] * g[i] * x[i]; });
    const T back = scale * scale * scale * product / static_cast<T>(c);
    ANTIGRAD_ANY_ORDER
    for (std::int64_t i = 0; i < c; ++i) {
      gx[i] = scale * weight[i] * g[i] - back * x[i];
      gw[i] += scale * g[i] * x[i];
    }
  }
}

ANTIGRAD_EACH_MACHINE void forward_pass(const float* x, const float* weight, float* y,
                                        float* inverse, std::int64_t rows, std::int64_t c,
                                        double epsilon) {
  forward_rows(x, weight, y, inverse, rows, c, epsilon);
}
void forward_pass(const double* x, const double* weight, double* y, double* inverse,
                  std::int64_t rows, std::int64_t c, double epsilon) {
  forward_rows(x, weight, y, inverse, rows, c, epsilon);
}
ANTIGRAD_EACH_MACHINE void backward_pass(const float* x, const float* weight, const float* g,
                                         const float* inverse, float* gx, float* gw,
                                         std::int64_t rows, std::int64_t c) {
  backward_rows(x, weight, g, inverse, gx, gw, rows, c);
}
void backward_pass(const double* x, const double* weight, const double* g, const double* inverse,
                   double* gx, double* gw, std::int64_t rows, std::int64_t c) {
  backward_rows(x, weight, g, inverse, gx, gw, rows, c);
}

/// The weight's gradient is added up over as many rows in the type of the elements, then in double.
constexpr std::int64_t kRows = 64;

template <class T>
Tensor backward_of(const Tensor& x, const Tensor& weight, const Tensor& g, const Tensor& inverse,
                   Tensor& gx) {
  const std::int64_t c = x.size(-1), rows = x.numel() / c;
  std::vector<double> all(static_cast<std::size_t>(c));
  std::vector<T> some(all.size());
  for (std::int64_t r = 0; r < rows; r += kRows) {
    std::fill(some.begin(), some.end(), T{0});
    const std::int64_t at = r * c;
    backward_pass(x.const_data_ptr<T>() + at, weight.const_data_ptr<T>(),
                  g.const_data_ptr<T>() + at, inverse.const_data_ptr<T>() + r,
                  gx.mutable_data_ptr<T>() + at, some.data(), std::min(kRows, rows - r), c);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] += static_cast<double>(some[i]);
  }
  return at::tensor(all, at::kDouble).to(x.scalar_type());
}

class RmsNormFunction : public torch::autograd::Function<RmsNormFunction> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight,
                        double epsilon) {
    const std::int64_t c = x.size(-1), rows = x.numel() / c;
    Tensor y = at::empty_like(x), inverse = at::empty({rows}, x.options());
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "rms_norm", [&] {
      forward_pass(x.const_data_ptr<scalar_t>(), weight.const_data_ptr<scalar_t>(),
                   y.mutable_data_ptr<scalar_t>(), inverse.mutable_data_ptr<scalar_t>(), rows, c,
                   epsilon);
    });
    context->save_for_backward({x, weight, inverse});
    context->saved_data["epsilon"] = epsilon;
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list cotangents) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1], g = cotangents[0].contiguous();
    if (at::GradMode::is_enabled()) {
      const double epsilon = context->saved_data.at("epsilon").toDouble();
      const Tensor y = at::rms_norm(x, {x.size(-1)}, weight, epsilon);
      const variable_list both = torch::autograd::grad({y}, {x, weight}, {g}, true, true, true);
      return {both[0], both[1], Tensor()};
    }
    Tensor gx = at::empty_like(x), gweight;
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "rms_norm_backward", [&] {
      gweight = backward_of<scalar_t>(x, weight, g, saved[2], gx);
    });
    return {gx, gweight, Tensor()};
  }
};

}  // namespace

Tensor rms_norm(const Tensor& x, const Tensor& weight, double epsilon) {
  if (!x.is_cpu() || x.scalar_type() != weight.scalar_type())
    return at::rms_norm(x, {x.size(-1)}, {}, epsilon) * weight;
  return RmsNormFunction::apply(x.contiguous(), weight, epsilon);
}

}  // namespace antigrad::trainer
