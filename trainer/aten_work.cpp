// ATen's kernels by the zoo's names, called with given buffers where ATen has such a variant.
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "trainer/bench_work.hpp"
#include "trainer/torch.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

/// What a formula may use: t is a buffer, y = f(x) was computed before backward is timed.
struct Tensors {
  Tensor x, gy, out, t, y;
};
using Formula = std::function<void(Tensors&)>;
struct Pair {
  Formula forward, backward{};
};

constexpr double kAlpha = 1.6732632423543772, kScale = 1.0507009873554805;  // of SELU

/// The same function of torch under its own name.
std::map<std::string, Pair> own_kernels() {
  return {
      {"relu",
       {[](Tensors& a) { at::clamp_min_out(a.out, a.x, 0); },
        [](Tensors& a) { at::threshold_backward_out(a.out, a.gy, a.x, 0); }}},
      {"leaky_relu",
       {[](Tensors& a) { at::leaky_relu_out(a.out, a.x, 0.01); },
        [](Tensors& a) { at::leaky_relu_backward_out(a.out, a.gy, a.x, 0.01, false); }}},
      {"rrelu",
       {[](Tensors& a) { at::leaky_relu_out(a.out, a.x, 11. / 48); },
        [](Tensors& a) { at::leaky_relu_backward_out(a.out, a.gy, a.x, 11. / 48, false); }}},
      {"relu6",
       {[](Tensors& a) { at::hardtanh_out(a.out, a.x, 0, 6); },
        [](Tensors& a) { at::hardtanh_backward_out(a.out, a.gy, a.x, 0, 6); }}},
      {"threshold",
       {[](Tensors& a) { at::threshold_out(a.out, a.x, 1, 0); },
        [](Tensors& a) { at::threshold_backward_out(a.out, a.gy, a.x, 1); }}},
      {"hardshrink",
       {[](Tensors& a) { at::hardshrink_out(a.out, a.x, 0.5); },
        [](Tensors& a) { at::hardshrink_backward_out(a.out, a.gy, a.x, 0.5); }}},
      {"softshrink",
       {[](Tensors& a) { at::softshrink_out(a.out, a.x, 0.5); },
        [](Tensors& a) { at::softshrink_backward_out(a.out, a.gy, a.x, 0.5); }}},
      {"elu",
       {[](Tensors& a) { at::elu_out(a.out, a.x); },
        [](Tensors& a) { at::elu_backward_out(a.out, a.gy, 1, 1, 1, false, a.x); }}},
      {"selu",
       {[](Tensors& a) { at::elu_out(a.out, a.x, kAlpha, kScale); },
        [](Tensors& a) { at::elu_backward_out(a.out, a.gy, kAlpha, kScale, 1, false, a.x); }}},
      {"softplus",
       {[](Tensors& a) { at::softplus_out(a.out, a.x); },
        [](Tensors& a) { at::softplus_backward_out(a.out, a.gy, a.x, 1, 20); }}},
      {"log_sigmoid", {[](Tensors& a) { at::log_sigmoid_out(a.out, a.x); }}},
      {"sigmoid",
       {[](Tensors& a) { at::sigmoid_out(a.out, a.x); },
        [](Tensors& a) { at::sigmoid_backward_out(a.out, a.gy, a.y); }}},
      {"tanh",
       {[](Tensors& a) { at::tanh_out(a.out, a.x); },
        [](Tensors& a) { at::tanh_backward_out(a.out, a.gy, a.y); }}},
      {"hardtanh",
       {[](Tensors& a) { at::hardtanh_out(a.out, a.x); },
        [](Tensors& a) { at::hardtanh_backward_out(a.out, a.gy, a.x, -1, 1); }}},
      {"hardsigmoid",
       {[](Tensors& a) { at::hardsigmoid_out(a.out, a.x); },
        [](Tensors& a) { at::hardsigmoid_backward_out(a.out, a.gy, a.x); }}},
      {"hardswish",
       {[](Tensors& a) { at::hardswish_out(a.out, a.x); },
        [](Tensors& a) { at::hardswish_backward_out(a.out, a.gy, a.x); }}},
      {"silu",
       {[](Tensors& a) { at::silu_out(a.out, a.x); },
        [](Tensors& a) { at::silu_backward_out(a.out, a.gy, a.x); }}},
      {"gelu",
       {[](Tensors& a) { at::gelu_out(a.out, a.x); },
        [](Tensors& a) { at::gelu_backward_out(a.out, a.gy, a.x); }}},
      {"gelu_tanh",
       {[](Tensors& a) { at::gelu_out(a.out, a.x, "tanh"); },
        [](Tensors& a) { at::gelu_backward_out(a.out, a.gy, a.x, "tanh"); }}},
      {"mish",
       {[](Tensors& a) { at::mish_out(a.out, a.x); },
        [](Tensors& a) { at::mish_backward(a.gy, a.x); }}},
      {"sine", {[](Tensors& a) { at::sin_out(a.out, a.x); }}},
  };
}

/// Compositions, forward only.
std::map<std::string, Pair> compositions() {
  const auto times = [](Tensors& a) { at::mul_out(a.out, a.x, a.t); };
  return {
      {"relu2", {[](Tensors& a) {
         at::clamp_min_out(a.t, a.x, 0);
         at::mul_out(a.out, a.t, a.t);
       }}},
      {"softsign", {[](Tensors& a) {
         at::abs_out(a.t, a.x).add_(1);
         at::div_out(a.out, a.x, a.t);
       }}},
      {"isru", {[times](Tensors& a) {
         at::mul_out(a.t, a.x, a.x).add_(1).rsqrt_();
         times(a);
       }}},
      {"squareplus", {[](Tensors& a) {
         at::mul_out(a.t, a.x, a.x).add_(4).sqrt_();
         at::add_out(a.out, a.x, a.t).mul_(0.5);
       }}},
      {"tanhshrink", {[](Tensors& a) { at::sub_out(a.out, a.x, at::tanh_out(a.t, a.x)); }}},
      {"lisht", {[times](Tensors& a) {
         at::tanh_out(a.t, a.x);
         times(a);
       }}},
      {"tanhexp", {[times](Tensors& a) {
         at::exp_out(a.t, a.x).tanh_();
         times(a);
       }}},
      {"serf", {[times](Tensors& a) {
         at::softplus_out(a.t, a.x).erf_();
         times(a);
       }}},
      {"logish", {[times](Tensors& a) {
         at::sigmoid_out(a.t, a.x).log1p_();
         times(a);
       }}},
      {"phish", {[times](Tensors& a) {
         at::gelu_out(a.t, a.x).tanh_();
         times(a);
       }}},
      {"nlrelu", {[](Tensors& a) { at::clamp_min_out(a.out, a.x, 0).log1p_(); }}},
      {"gcu", {[times](Tensors& a) {
         at::cos_out(a.t, a.x);
         times(a);
       }}},
      {"gelu_sine", {[](Tensors& a) {
         at::sin_out(a.t, a.x);
         at::gelu_out(a.out, a.x).add_(a.t, 0.1);
       }}},
      {"sgelu", {[](Tensors& a) { at::maximum_out(a.out, at::gelu_out(a.t, a.x), a.x); }}},
      {"ssilu", {[](Tensors& a) { at::maximum_out(a.out, at::silu_out(a.t, a.x), a.x); }}},
      {"smish", {[](Tensors& a) { at::maximum_out(a.out, at::mish_out(a.t, a.x), a.x); }}},
  };
}

class AtenWork final : public Work {
 public:
  AtenWork(Formula formula, Tensors tensors)
      : formula_(std::move(formula)), tensors_(std::move(tensors)) {}
  void run() override { formula_(tensors_); }

 private:
  const at::NoGradGuard no_grad_;
  const Formula formula_;
  Tensors tensors_;
};

}  // namespace
}  // namespace antigrad::trainer

extern "C" antigrad::trainer::Work* antigrad_aten_work(const char* name, bool backward,
                                                       const antigrad::trainer::Arrays* arrays) {
  using namespace antigrad::trainer;
  at::set_num_threads(1);
  auto pairs = own_kernels();
  pairs.merge(compositions());
  const auto found = pairs.find(name);
  if (found == pairs.end()) return nullptr;
  const Formula& formula = backward ? found->second.backward : found->second.forward;
  if (!formula) return nullptr;
  const auto wrap = [&](const float* p) {
    return at::from_blob(const_cast<float*>(p), {arrays->n}, at::kFloat);
  };
  Tensors tensors{wrap(arrays->x), wrap(arrays->gy), wrap(arrays->out), {}, {}};
  tensors.t = at::zeros_like(tensors.x);
  tensors.y = at::zeros_like(tensors.x);
  Tensors first = tensors;
  first.out = tensors.y;
  if (backward) found->second.forward(first);
  return new AtenWork(formula, tensors);
}
