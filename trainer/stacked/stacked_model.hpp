// K candidates on the same batches as one network: weights and values lie side by side along a
// leading dimension, and an operation is one call for all K (grouped convolution, batched matrix
// products), the activations on a GPU too; on the processor each candidate has a call of its own.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "trainer/model.hpp"
#include "trainer/stacked/stacked_activation.hpp"

namespace antigrad::trainer {

/// Values: of images [n, K c, h, w], a candidate's channels together; of numbers [K, n, c]; of
/// tokens [K, n, t, c]. Networks on graphs and radial functions cannot be stacked.
class StackedModel {
 public:
  /// One activation a candidate, all of one type. Initial weights are those of make_model with the
  /// same key. Throws space::Error where the spec does not fit the input or cannot be stacked.
  StackedModel(const ModelSpec& spec, const InputShape& input,
               const std::vector<SharedActivation>& candidates, std::uint64_t key);

  /// Networks of one spec that are there already, on one device, as they are: afterwards theirs are
  /// parts of the stacked tensors.
  StackedModel(const ModelSpec& spec, std::vector<std::shared_ptr<Model>> models);

  StackedModel(const StackedModel&) = delete;
  StackedModel& operator=(const StackedModel&) = delete;

  /// Logits while training, [K, n, classes] or [K, n, t, vocabulary]. Running statistics move.
  at::Tensor forward(const at::Tensor& input);

  /// Behind backward(): the gradients of all, handed to the models' own parameters.
  void share_gradients();
  void clear_gradients();

  /// The candidates as networks of their own. Their parameters and buffers are parts of the stacked
  /// ones: what moves these, moves those.
  const std::vector<std::shared_ptr<Model>>& models() const { return models_; }

 private:
  /// A parameter or buffer of all candidates: [K, ..], filters [K out, ..].
  struct Stack {
    at::Tensor all;
    std::vector<at::Tensor> parts, own;  // slices of `all`; the models' tensors
  };

  at::Tensor weight(const Layer& layer, const char* name) const;
  std::vector<std::shared_ptr<ActivationModule>> modules_of(const std::string& layer) const;
  Stack stack_of(const std::string& name, bool parameter) const;
  /// places: values are images.
  Stage::Step step_of(const Layer& layer, bool places) const;
  at::Tensor value(const Layer& layer, const at::Tensor& a, const at::Tensor& b) const;
  at::Tensor convolved(const Layer& layer, const at::Tensor& a) const;
  at::Tensor normalised(const Layer& layer, const at::Tensor& a, bool places) const;
  at::Tensor activated(const Layer& layer, const at::Tensor& a, bool places) const;
  at::Tensor embedded(const Layer& layer, const at::Tensor& tokens) const;
  at::Tensor products(const at::Tensor& a, const at::Tensor& weights, const at::Tensor& bias) const;

  std::int64_t count_;  // K
  std::vector<std::shared_ptr<Model>> models_;
  std::map<std::string, Stack> parameters_, buffers_;                      // by name
  std::map<std::string, std::unique_ptr<StackedActivation>> activations_;  // by layer
  Program program_;
};

}  // namespace antigrad::trainer
