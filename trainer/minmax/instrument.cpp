// Neurons are three vectors; a forward pass is one outer product.
#include "trainer/minmax/instrument.hpp"

#include <cmath>

#include "space/random.hpp"
#include "trainer/layers.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using Truth = ProblemSpec::Truth;

constexpr std::uint64_t kEvaluation = 0x14fe;  // the same X for all runs
constexpr std::int64_t kEvaluated = 2048;

at::ScalarType type_of(const CompiledActivation& activation) {
  return activation.kernel->type() == kernels::Type::f64 ? at::kDouble : at::kFloat;
}

Tensor truth_of(Truth truth, const Tensor& x) {
  switch (truth) {
    case Truth::sine: return x.sin();
    case Truth::absolute: return x.abs();
    case Truth::step: return x.ge(0).to(x.scalar_type());
    case Truth::linear: break;
  }
  return x;
}

}  // namespace

MeanField::MeanField(int units, double alpha, const SharedActivation& activation, std::uint64_t key)
    : units_(units), alpha_(alpha), activation_(std::make_shared<ActivationModule>(activation)) {
  Initialiser initialiser(key);
  const auto half = [&] { return initialiser.normal({units / 2}, 1).to(type_of(*activation)); };
  const Tensor a = half(), w = half(), c = half();
  outer_ = register_parameter("outer", at::cat({a, -a}));
  inner_ = register_parameter("inner", at::cat({w, w}));
  shift_ = register_parameter("shift", at::cat({c, c}));
  for (const Tensor& one : {outer_, inner_, shift_}) start_.push_back(one.detach().clone());
  register_module("activation", activation_);
}

Tensor MeanField::forward(const Tensor& x) {
  const Tensor hidden = activation_->forward(at::outer(x, inner_) + shift_);
  return at::mv(hidden, outer_) * (alpha_ / units_);
}

void MeanField::rescale_gradients(double sign) {
  const double own = sign / (alpha_ * alpha_);
  for (Tensor& parameter : activation_->parameters())
    if (parameter.grad().defined()) parameter.mutable_grad().mul_(own);
  for (Tensor* one : {&outer_, &inner_, &shift_}) one->mutable_grad().mul_(own * units_);
}

double MeanField::drift() const {
  double sum = 0;
  std::size_t i = 0;
  for (const Tensor* one : {&outer_, &inner_, &shift_})
    sum += (one->detach() - start_[i++]).to(at::kDouble).square().sum().item<double>();
  return std::sqrt(sum / units_);
}

InstrumentSample draw_instrument(Truth truth, std::int64_t n, std::uint64_t key,
                                 at::ScalarType type) {
  space::Random random(key);
  const Tensor all = at::empty({4, n}, at::kDouble);
  auto* const out = all.mutable_data_ptr<double>();
  for (std::int64_t i = 0; i < n; ++i) out[i] = random.uniform(-3, 3);
  for (std::int64_t i = n; i < 4 * n; ++i) out[i] = random.normal();
  InstrumentSample sample;
  sample.z = all[0];
  sample.x = all[0] + all[1] + 0.1 * all[2];
  sample.truth = truth_of(truth, sample.x);
  sample.y = sample.truth + all[1] + 0.1 * all[3];
  for (Tensor* one : {&sample.x, &sample.y, &sample.z, &sample.truth}) *one = one->to(type);
  return sample;
}

Instrument::Instrument(const Task& task, const SharedActivation& activation, std::uint64_t seed)
    : spec_(task.problem),
      batch_(task.batch),
      batch_key_(run_key(task, seed, "batches")),
      type_(type_of(*activation)),
      players_(std::make_shared<torch::nn::Module>()),
      validation_(draw_instrument(spec_.truth, kEvaluated, kEvaluation, type_)) {
  const auto network = [&](const char* name) {
    return players_->register_module(
        name, std::make_shared<MeanField>(spec_.units, spec_.alpha, activation,
                                          run_key(task, seed, name)));
  };
  f_ = network("f");
  g_ = network("g");
}

double Instrument::differentiate(int batch) {
  players_->zero_grad();
  const InstrumentSample sample = draw_instrument(
      spec_.truth, batch_, space::child_seed(batch_key_, static_cast<std::uint64_t>(batch)), type_);
  const Tensor f = f_->forward(sample.x), g = g_->forward(sample.z);
  const Tensor value =
      (g * (f - sample.y) - 0.5 * g.square()).mean() + 0.5 * spec_.penalty * f.square().mean();
  value.backward();
  f_->rescale_gradients(1);
  g_->rescale_gradients(-1);
  return (f - sample.y).detach().square().mean().item<double>();
}

Quality Instrument::quality(const std::vector<Batch>&) {
  const at::NoGradGuard no_grad;
  const Tensor off = f_->forward(validation_.x) - validation_.truth;
  return {off.to(at::kDouble).square().mean().item<double>(), 0};
}

void Instrument::play(const std::vector<Batch>&) {
  const at::NoGradGuard no_grad;
  f_->forward(validation_.x);
  g_->forward(validation_.z);
}

std::vector<Figure> Instrument::figures() {
  const double drift = f_->drift();
  return {{"drift", drift}, {"scaled_drift", spec_.alpha * drift}, {"dual_drift", g_->drift()}};
}

}  // namespace antigrad::trainer
