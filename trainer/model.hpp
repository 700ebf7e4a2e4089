// A plan with weights: the network that stands around an activation. Initial weights are a function
// of (plan, key), never of the activation, so that candidates start from the same point.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "trainer/activation_module.hpp"
#include "trainer/fused/program.hpp"
#include "trainer/models/plan.hpp"
#include "trainer/models/spec.hpp"
#include "trainer/torch.hpp"

namespace antigrad::trainer {

using SharedActivation = std::shared_ptr<const CompiledActivation>;

class Initialiser;
struct Links;

/// Modules are registered under the names of the plan's layers. Computes in the type of the
/// activation's kernel.
class Model : public torch::nn::Module {
 public:
  /// The candidate stands at every place that spec.activations does not fix. What is fixed is used
  /// as it is, without a gain.
  Model(const ModelSpec& spec, const InputShape& input, const SharedActivation& candidate,
        std::uint64_t key);

  /// Logits: [n, channels, h, w] images -> [n, classes]; [n, t] tokens (int64), t up to the
  /// context, -> [n, t, vocabulary]; [n, features] of the nodes of the graph that the model was
  /// made for -> [n, classes].
  at::Tensor forward(const at::Tensor& input);

  const Plan& plan() const { return plan_; }
  /// Where the candidate stands, in the plan's order.
  const std::vector<std::shared_ptr<ActivationModule>>& places() const { return places_; }
  /// Called with every layer's value in each forward, for tests: while somebody watches, layers are
  /// computed one by one. Without an observer normalisation, sum and activation are one
  /// (trainer/fused/), and an evaluation without gradients computes the form that would be
  /// deployed, normalisation folded into convolutions; all differ by rounding. On a GPU and where
  /// libtorch casts, layers are computed one by one too.
  void watch(std::function<void(const Layer&, const at::Tensor&)> observer);

 private:
  using Step = Stage::Step;

  template <class Module, class... Arguments>
  std::shared_ptr<Module> add(const Layer& layer, Arguments&&... arguments);
  Step step_with_weights(const Layer& layer, Initialiser& initialiser);
  Step step_of(const Layer& layer, Initialiser& initialiser);
  Step activation_step(const Layer& layer);
  Step graph_step(const Layer& layer, Initialiser& initialiser);
  SharedActivation at_place(const std::string& place);
  template <class Module>
  std::shared_ptr<Module> module_of(int layer) const;
  std::vector<Replacement> fused_layers() const;
  std::vector<Replacement> folded_layers() const;

  Plan plan_;
  SharedActivation candidate_;
  std::map<std::string, std::string> fixed_;
  std::map<std::string, SharedActivation> compiled_;  // what is fixed, by text
  c10::intrusive_ptr<Links> links_;                   // of a graph
  Program plain_, fused_, deployed_;
  std::vector<std::shared_ptr<ActivationModule>> places_;
  std::function<void(const Layer&, const at::Tensor&)> observer_;
};

/// Throws space::Error where the spec does not fit the input.
std::shared_ptr<Model> make_model(const ModelSpec& spec, const InputShape& input,
                                  const SharedActivation& candidate, std::uint64_t key);

}  // namespace antigrad::trainer
