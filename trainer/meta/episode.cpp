// The steps are w' = w - rate dL/dw. Backwards through them with the adjoint a = dloss/dw': a <- a
// - rate d<dL/dw, a>/dw, one double backward a step at the weights of that step, which are kept. So
// no graph spans the steps.
#include "trainer/meta/episode.hpp"

#include "space/random.hpp"
#include "trainer/meta/derivatives.hpp"
#include "trainer/meta/plain_attention.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using torch::autograd::variable_list;

class Trainee {
 public:
  Trainee(const Task& task, const Dataset& data, const SharedActivation& activation,
          const std::vector<double>& raw, std::uint64_t seed)
      : task_(task),
        data_(data),
        batches_(space::child_seed(seed, "batches")),
        model_(
            make_model(task.model, data.input(), activation, space::child_seed(seed, "weights"))),
        weights_(model_->parameters()) {
    const at::NoGradGuard no_grad;
    for (const auto& place : model_->places()) {
      const variable_list parameters = place->parameters();
      for (std::size_t k = 0; k < parameters.size(); ++k) parameters[k].fill_(raw[k]);
    }
    model_->watch([](const Layer&, const Tensor&) {});  // layer by layer: twice differentiable
    model_->train();
  }

  Tensor loss(int step) const {
    const Batch batch = data_.training(batches_, step);
    const Tensor logits = model_->forward(batch.input);
    return at::cross_entropy_loss(logits.reshape({-1, logits.size(-1)}), batch.target.reshape({-1}),
                                  {}, at::Reduction::Mean, kNotAsked, task_.label_smoothing);
  }

  variable_list gradients(const Tensor& value, bool twice = false) const {
    return gradients_of(value, weights_, twice);
  }

  void descend(int step, double rate) {
    const variable_list g = gradients(loss(step));
    const at::NoGradGuard no_grad;
    for (std::size_t i = 0; i < g.size(); ++i) weights_[i].sub_(g[i], rate);
  }

  variable_list copy() const {
    variable_list all;
    for (const Tensor& w : weights_) all.push_back(w.detach().clone());
    return all;
  }
  void restore(const variable_list& weights) {
    const at::NoGradGuard no_grad;
    for (std::size_t i = 0; i < weights.size(); ++i) weights_[i].copy_(weights[i]);
  }

  /// The adjoint before a step from that after it; the weights are those before it.
  void back(int step, double rate, variable_list& adjoint) const {
    const variable_list g = gradients(loss(step), true);
    Tensor product = at::zeros({}, g.front().options());
    for (std::size_t i = 0; i < g.size(); ++i) product = product + (g[i] * adjoint[i]).sum();
    const variable_list more = gradients(product);
    for (std::size_t i = 0; i < more.size(); ++i) adjoint[i] = adjoint[i] - rate * more[i];
  }

  /// What `of` all weights holds of the raw parameters, summed over the places.
  std::vector<double> at_places(const variable_list& of) const {
    std::vector<double> sums;
    for (const auto& place : model_->places()) {
      const variable_list parameters = place->parameters();
      sums.resize(parameters.size());
      for (std::size_t k = 0; k < parameters.size(); ++k)
        for (std::size_t i = 0; i < weights_.size(); ++i)
          if (weights_[i].is_same(parameters[k])) sums[k] += of[i].item<double>();
    }
    return sums;
  }
  std::size_t places() const { return model_->places().size(); }

 private:
  const Task& task_;
  const Dataset& data_;
  std::uint64_t batches_;
  std::shared_ptr<Model> model_;
  variable_list weights_;
};

std::vector<double> reptile(const Trainee& trainee, const variable_list& start, double rate) {
  variable_list way = trainee.copy();
  for (std::size_t i = 0; i < way.size(); ++i) way[i] = (start[i] - way[i]) / rate;
  std::vector<double> gradient = trainee.at_places(way);
  for (double& g : gradient) g /= static_cast<double>(trainee.places());
  return gradient;
}

}  // namespace

Episode run_episode(const Task& task, const Dataset& data, const SharedActivation& activation,
                    const std::vector<double>& raw, std::uint64_t seed, const MetaSpec& spec,
                    bool with_gradient) {
  const PlainAttention plain;
  Trainee trainee(task, data, activation, raw, space::child_seed(seed, task.name));
  std::vector<variable_list> before;
  for (int step = 0; step < spec.steps; ++step) {
    before.push_back(trainee.copy());
    trainee.descend(step, spec.rate);
  }
  const Tensor loss = trainee.loss(spec.steps);
  Episode episode{loss.item<double>(), {}};
  if (!with_gradient) return episode;
  if (spec.method == MetaMethod::reptile) {
    episode.gradient = reptile(trainee, before.front(), spec.rate);
    return episode;
  }
  variable_list adjoint = trainee.gradients(loss);
  if (spec.method == MetaMethod::full)
    for (int step = spec.steps - 1; step >= 0; --step) {
      trainee.restore(before[static_cast<std::size_t>(step)]);
      trainee.back(step, spec.rate, adjoint);
    }
  episode.gradient = trainee.at_places(adjoint);
  return episode;
}

}  // namespace antigrad::trainer
