// Measurements of a network as it is: named numbers for an event file.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "trainer/dataset.hpp"
#include "trainer/measure/sparsity.hpp"
#include "trainer/measure/study_keys.hpp"
#include "trainer/model.hpp"
#include "trainer/problem.hpp"

namespace antigrad::trainer {

using Named = std::vector<std::pair<std::string, double>>;

/// "gradient_norm/all" and "gradient_norm/LAYER", of the gradients that the parameters hold; a
/// layer is a module of the model that has parameters, of a game of two networks
/// "PLAYER.LAYER". A parameter without a gradient counts as 0.
Named gradient_norms(const torch::nn::Module& trained);

/// "theta/LAYER/NAME" of every parameter of every activation.
Named theta_of(const torch::nn::Module& trained);

/// Runs the model once, without gradients and in evaluation mode, on a batch. Of every activation
/// "activation/LAYER/mean", variance, dead and effective_rank (activation_statistics.hpp); of every
/// linear layer behind an activation, or behind its product with a gate, "sparsity/LAYER" and
/// "sparsity_threshold/LAYER" (sparsity.hpp, CETT 0.2), on at most 64 tokens or images that lie
/// evenly. Leaves the model as it was but for its mode.
Named layers_measured(const MeasureSpec& spec, Model& model, const Batch& batch);

/// The same of the activations of any problem, by the names of their modules, while all of its
/// players are computed once (Problem::play). Sparsity is of networks that learn from examples.
Named activations_measured(Problem& problem, const std::vector<Batch>& validation);

/// What of `spec` a problem's networks have: layers_measured() of a network, activations_measured()
/// of players.
Named measured(const MeasureSpec& spec, Problem& problem, const std::vector<Batch>& validation);

/// The model in evaluation on one batch, wherever its weights are: for who watches it.
void run_once(Model& model, const Batch& batch);

/// Of the second matrix of a feed-forward network: its layer, what it reads [..., neurons], and its
/// weight [width, neurons].
using AtHidden =
    std::function<void(const Layer& reader, const at::Tensor& hidden, const at::Tensor& weight)>;

/// Calls `look` at every such matrix while the model runs, as long as this lives. What it reads may
/// be changed in place, without gradients: it is computed for that matrix alone, unless two read
/// it.
class HiddenWatch {
 public:
  HiddenWatch(Model& model, AtHidden look);
  ~HiddenWatch() { model_.watch({}); }
  HiddenWatch(const HiddenWatch&) = delete;
  HiddenWatch& operator=(const HiddenWatch&) = delete;

 private:
  Model& model_;
};

/// CETT sparsity on at most 64 rows of `hidden` that lie evenly.
Sparsity sparsity_of(const at::Tensor& hidden, const at::Tensor& weight, double most = 0.2);

}  // namespace antigrad::trainer
