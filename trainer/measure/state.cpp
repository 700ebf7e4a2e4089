// The parts of a training that libtorch owns.
#include "trainer/measure/state.hpp"

#include <fmt/format.h>

#include "space/error.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

std::string shortened(const std::string& text) {
  constexpr std::size_t kMost = 160;
  return text.size() <= kMost ? text : text.substr(0, kMost) + "...";
}

/// Is made by reading where it is not there: beside its parameter then.
void visit_beside(State& state, const char* name, Tensor& value, const Tensor& parameter) {
  state.tensor(name, value);
  if (value.defined()) value = value.to(parameter.device());
}

void visit(State& state, torch::optim::SGDParamState& of, const Tensor& parameter) {
  visit_beside(state, "momentum", of.momentum_buffer(), parameter);
}

void visit(State& state, torch::optim::AdamWParamState& of, const Tensor& parameter) {
  std::int64_t steps = of.step();
  state.number("updates", steps);
  of.step(steps);
  visit_beside(state, "mean", of.exp_avg(), parameter);
  visit_beside(state, "square", of.exp_avg_sq(), parameter);
}

/// Of each parameter that has been updated; those of others are made at their first update.
template <class ParameterState>
void visit_all(State& state, torch::optim::Optimizer& optimiser) {
  for (const torch::optim::OptimizerParamGroup& group : optimiser.param_groups())
    for (const Tensor& parameter : group.params()) {
      auto& own = optimiser.state()[parameter.unsafeGetTensorImpl()];
      bool there = own != nullptr;
      state.number("updated", there);
      if (there && own == nullptr) own = std::make_unique<ParameterState>();
      if (there) visit(state, static_cast<ParameterState&>(*own), parameter);
      if (!there) optimiser.state().erase(parameter.unsafeGetTensorImpl());
    }
}

}  // namespace

void State::same(std::string_view name, const std::string& value) {
  std::string got = value;
  text(name, got);
  if (got != value)
    throw space::Error(
        fmt::format("another {}: {}; expected {}", name, shortened(got), shortened(value)));
}

void visit(State& state, torch::optim::Optimizer& optimiser) {
  if (dynamic_cast<torch::optim::SGD*>(&optimiser) != nullptr)
    return visit_all<torch::optim::SGDParamState>(state, optimiser);
  if (dynamic_cast<torch::optim::AdamW*>(&optimiser) != nullptr)
    return visit_all<torch::optim::AdamWParamState>(state, optimiser);
  throw space::Error("a run with this optimiser cannot be kept in a checkpoint");
}

void visit(State& state, torch::nn::Module& module) {
  const at::NoGradGuard no_grad;
  for (auto& item : module.named_parameters()) {
    Tensor value = item.value().detach();  // shares its memory
    state.tensor(item.key(), value);
  }
  for (auto& item : module.named_buffers()) state.tensor(item.key(), item.value());
}

}  // namespace antigrad::trainer
