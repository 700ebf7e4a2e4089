// libtorch's fused updates. A momentum that begins at 0 is, without dampening, the gradient after
// the first update, as torch.optim has it. Rates lie on the device, in float32: so a CUDA graph of
// an update reads each step's, and moves by the same bits as the update by itself.
#include "trainer/optimisers/on_device.hpp"

#include "space/error.hpp"
#include "trainer/device/device_number.hpp"
#include "trainer/measure/state.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using Tensors = std::vector<Tensor>;

/// Of one group, its tensors side by side; moments are 0 until its parameters have gradients.
struct Moments {
  DeviceNumber rate;
  double base_rate, weight_decay;
  Tensors parameters, first, second, steps;
};

/// What of a group has gradients.
struct Asked {
  Tensors gradients, parameters, first, second, steps;
};

class OnDevice final : public Method {
 public:
  OnDevice(const OptimiserSpec& spec, const ParameterGroups& groups)
      : spec_(spec), adamw_(spec.name == OptimiserSpec::Name::adamw) {
    for (const ParameterGroup& group : groups) {
      if (group.parameters.empty()) continue;
      const at::Device device = group.parameters.front().device();
      Moments own{
          DeviceNumber(device), group.rate, group.weight_decay, group.parameters, {}, {}, {}};
      for (const Tensor& parameter : group.parameters) {
        own.first.push_back(at::zeros_like(parameter));
        if (!adamw_) continue;
        own.second.push_back(at::zeros_like(parameter));
        own.steps.push_back(at::zeros({}, parameter.options().dtype(at::kFloat)));
      }
      groups_.push_back(std::move(own));
    }
  }

  void update(double factor, const DrawGradient&) override {
    prepare(factor);
    move({});
  }

  bool capturable() const override { return true; }

  void prepare(double factor) override {
    for (Moments& group : groups_) group.rate.set(group.base_rate * factor);
  }

  void move(const Tensor& skip) override {
    const at::NoGradGuard no_grad;
    for (const Moments& group : groups_) {
      const Asked asked = asked_of(group);
      if (asked.gradients.empty()) continue;
      if (adamw_)
        adamw(group, asked, skip);
      else
        sgd(group, asked, skip);
    }
  }

  void visit(State& state) override {
    for (Moments& group : groups_)
      for (std::size_t i = 0; i < group.parameters.size(); ++i) {
        state.tensor(adamw_ ? "mean" : "momentum", group.first[i]);
        if (!adamw_) continue;
        state.tensor("square", group.second[i]);
        state.tensor("updates", group.steps[i]);
      }
  }

 private:
  using Skip = std::optional<Tensor>;

  static Skip optional(const Tensor& skip) { return skip.defined() ? Skip(skip) : std::nullopt; }

  Asked asked_of(const Moments& group) const {
    Asked asked;
    for (std::size_t i = 0; i < group.parameters.size(); ++i) {
      const Tensor& gradient = group.parameters[i].grad();
      if (!gradient.defined()) continue;
      asked.gradients.push_back(gradient);
      asked.parameters.push_back(group.parameters[i]);
      asked.first.push_back(group.first[i]);
      if (!adamw_) continue;
      asked.second.push_back(group.second[i]);
      asked.steps.push_back(group.steps[i]);
    }
    return asked;
  }

  void adamw(const Moments& group, const Asked& asked, const Tensor& skip) const {
    at::_foreach_add_(asked.steps, 1);
    at::_fused_adamw_(asked.parameters, asked.gradients, asked.first, asked.second, {}, asked.steps,
                      group.rate.tensor(), spec_.beta1, spec_.beta2, group.weight_decay, kEpsilon,
                      false, false, {}, optional(skip));
    if (skip.defined()) at::_foreach_add_(asked.steps, skip, -1);
  }

  void sgd(const Moments& group, const Asked& asked, const Tensor& skip) const {
    const bool moves = spec_.momentum > 0;
    at::_fused_sgd_(asked.parameters, asked.gradients,
                    moves ? at::TensorList(asked.first) : at::TensorList(), group.weight_decay,
                    spec_.momentum, group.rate.tensor(), 0, spec_.nesterov, false, false, {},
                    optional(skip));
  }

  static constexpr double kEpsilon = 1e-8;  // torch::optim::AdamW's

  OptimiserSpec spec_;
  bool adamw_;
  std::vector<Moments> groups_;
};

}  // namespace

std::unique_ptr<Method> on_device(const OptimiserSpec& spec, const ParameterGroups& groups) {
  if (spec.name != OptimiserSpec::Name::adamw && spec.name != OptimiserSpec::Name::sgd)
    throw space::Error("an optimiser without a form for GPUs");
  return std::make_unique<OnDevice>(spec, groups);
}

}  // namespace antigrad::trainer
