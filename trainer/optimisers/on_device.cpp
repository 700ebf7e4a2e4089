// libtorch's fused updates. A momentum that begins at 0 is, without dampening, the gradient after
// the first update, as torch.optim has it.
#include "trainer/optimisers/on_device.hpp"

#include "space/error.hpp"
#include "trainer/measure/state.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using Tensors = std::vector<Tensor>;

/// Of one group, its tensors side by side; filled at the first update that a parameter has.
struct Moments {
  double rate, weight_decay;
  Tensors parameters, first, second, steps;
};

class OnDevice final : public Method {
 public:
  OnDevice(const OptimiserSpec& spec, const ParameterGroups& groups)
      : spec_(spec), adamw_(spec.name == OptimiserSpec::Name::adamw) {
    for (const ParameterGroup& group : groups) {
      Moments own{group.rate, group.weight_decay, group.parameters, {}, {}, {}};
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
    const at::NoGradGuard no_grad;
    for (const Moments& group : groups_) {
      Moments asked{group.rate * factor, group.weight_decay, {}, {}, {}, {}};
      Tensors gradients;
      for (std::size_t i = 0; i < group.parameters.size(); ++i) {
        const Tensor& gradient = group.parameters[i].grad();
        if (!gradient.defined()) continue;
        gradients.push_back(gradient);
        asked.parameters.push_back(group.parameters[i]);
        asked.first.push_back(group.first[i]);
        if (!adamw_) continue;
        asked.second.push_back(group.second[i]);
        asked.steps.push_back(group.steps[i]);
      }
      if (!gradients.empty()) move(asked, gradients);
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
  void move(const Moments& group, const Tensors& gradients) const {
    if (adamw_) {
      at::_foreach_add_(group.steps, 1);
      at::_fused_adamw_(group.parameters, gradients, group.first, group.second, {}, group.steps,
                        group.rate, spec_.beta1, spec_.beta2, group.weight_decay, kEpsilon, false,
                        false);
      return;
    }
    const bool moves = spec_.momentum > 0;
    at::_fused_sgd_(group.parameters, gradients,
                    moves ? at::TensorList(group.first) : at::TensorList(), group.weight_decay,
                    spec_.momentum, group.rate, 0, spec_.nesterov, false, false);
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
