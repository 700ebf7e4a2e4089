// What turns gradients into an update of the weights: one class an optimiser of a study.
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "trainer/evaluator.hpp"
#include "trainer/optimisers/optimiser_spec.hpp"
#include "trainer/torch.hpp"

namespace antigrad::trainer {

class State;

struct ParameterGroup {
  double rate = 0, weight_decay = 0;
  std::vector<at::Tensor> parameters;
};
/// Weights that decay, weights that do not, the parameters of activations.
using ParameterGroups = std::array<ParameterGroup, 3>;

/// Draws a fresh batch and leaves its gradients in the parameters; gives its loss.
using DrawGradient = std::function<double()>;

class Method {
 public:
  virtual ~Method() = default;
  /// One update from the gradients in the parameters, every group's rate multiplied by `factor`.
  virtual void update(double factor, const DrawGradient& draw) = 0;
  /// Whether an update is prepare() and then move(), of which a CUDA graph can hold the second:
  /// it reads on the device what changes from step to step, and waits for nothing.
  virtual bool capturable() const { return false; }
  virtual void prepare(double /*factor*/) {}
  /// skip: a number on the device, 1: nothing moves; undefined: everything does.
  virtual void move(const at::Tensor& /*skip*/) {}
  /// Whether the gradients that an update leaves behind are those of the weights it leaves behind.
  virtual bool holds_gradient() const { return false; }
  /// What it has to say of the training so far.
  virtual std::vector<Figure> figures() const { return {}; }
  /// What a checkpoint keeps.
  virtual void visit(State& state) = 0;
};

/// Keeps the parameters (not copies).
std::unique_ptr<Method> make_method(const OptimiserSpec& spec, const ParameterGroups& groups);

}  // namespace antigrad::trainer
