// The second order follows Liu et al., arXiv 1806.09055, equation 7, but exactly: the product of
// second derivatives with a vector is a double backward, not a finite difference.
#include "trainer/meta/supernet.hpp"

#include "space/random.hpp"
#include "trainer/meta/derivatives.hpp"
#include "trainer/meta/plain_attention.hpp"

namespace antigrad::trainer {

using at::Tensor;
using torch::autograd::variable_list;

Supernet::Supernet(const Task& task, std::shared_ptr<const Dataset> data, const Mixture& mixture,
                   const SharedActivation& compiled, std::uint64_t seed)
    : task_(task),
      data_(std::move(data)),
      count_(mixture.shares().size()),
      batches_(space::child_seed(seed, "batches")),
      model_(make_model(task.model, data_->input(), compiled, space::child_seed(seed, "weights"))),
      weights_(model_->parameters()),
      share_of_(weights_.size(), -1),
      optimiser_(task_, *model_) {
  for (const auto& place : model_->places()) {
    const variable_list parameters = place->parameters();
    for (std::size_t share = 0; share < count_; ++share)
      for (std::size_t i = 0; i < weights_.size(); ++i)
        if (weights_[i].is_same(parameters[mixture.shares()[share]]))
          share_of_[i] = static_cast<int>(share);
  }
  model_->watch([](const Layer&, const Tensor&) {});  // layer by layer: twice differentiable
  model_->train();
}

void Supernet::set_shares(const std::vector<double>& shares) {
  const at::NoGradGuard no_grad;
  shares_ = shares;
  for (std::size_t i = 0; i < weights_.size(); ++i)
    if (is_share(i)) weights_[i].fill_(shares[static_cast<std::size_t>(share_of_[i])]);
}

Tensor Supernet::loss(const Batch& batch) const {
  const Tensor logits = model_->forward(batch.input);
  return at::cross_entropy_loss(logits.reshape({-1, logits.size(-1)}), batch.target.reshape({-1}),
                                {}, at::Reduction::Mean, kNotAsked, task_.label_smoothing);
}

variable_list Supernet::gradients(const Tensor& value, bool twice) const {
  return gradients_of(value, weights_, twice);
}

std::vector<double> Supernet::of_shares(const variable_list& of) const {
  std::vector<double> sums(count_);
  for (std::size_t i = 0; i < of.size(); ++i)
    if (is_share(i)) sums[static_cast<std::size_t>(share_of_[i])] += of[i].item<double>();
  return sums;
}

Supernet::Shares Supernet::first_order(int step) {
  const std::vector<Batch>& all = data_->validation();
  const Tensor value = loss(all[static_cast<std::size_t>(step) % all.size()]);
  return {value.item<double>(), of_shares(gradients(value))};
}

Supernet::Shares Supernet::second_order(int step, double rate) {
  const PlainAttention plain;
  const Batch batch = data_->training(batches_, step);
  variable_list before;
  const variable_list g = gradients(loss(batch));
  {
    const at::NoGradGuard no_grad;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      before.push_back(weights_[i].detach().clone());
      if (!is_share(i)) weights_[i].sub_(g[i], rate);
    }
  }
  const std::vector<Batch>& all = data_->validation();
  const Tensor value = loss(all[static_cast<std::size_t>(step) % all.size()]);
  const variable_list ahead = gradients(value);
  Shares shares{value.item<double>(), of_shares(ahead)};
  {
    const at::NoGradGuard no_grad;
    for (std::size_t i = 0; i < weights_.size(); ++i) weights_[i].copy_(before[i]);
  }
  const variable_list twice = gradients(loss(batch), true);
  Tensor product = at::zeros({}, twice.front().options());
  for (std::size_t i = 0; i < weights_.size(); ++i)
    if (!is_share(i)) product = product + (twice[i] * ahead[i]).sum();
  const std::vector<double> through = of_shares(gradients(product));
  for (std::size_t k = 0; k < count_; ++k) shares.gradient[k] -= rate * through[k];
  return shares;
}

void Supernet::train(int step) {
  optimiser_.clear_gradients();
  loss(data_->training(batches_, step)).backward();
  optimiser_.update(step);
  set_shares(shares_);  // the optimiser has moved them too
}

std::vector<double> Supernet::theta() const {
  const at::NoGradGuard no_grad;
  std::vector<double> sum;
  const auto& places = model_->places();
  for (const auto& place : places) {
    const Tensor theta = place->theta().to(at::kDouble).contiguous();
    sum.resize(static_cast<std::size_t>(theta.numel()));
    for (std::size_t k = 0; k < sum.size(); ++k)
      sum[k] += theta.const_data_ptr<double>()[k] / static_cast<double>(places.size());
  }
  return sum;
}

}  // namespace antigrad::trainer
