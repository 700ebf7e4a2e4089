// Gradients of several batches add up where libtorch keeps them.
#include "trainer/supervised.hpp"

namespace antigrad::trainer {

using at::Tensor;

Tensor cross_entropy(const Tensor& logits, const Tensor& target, double smoothing) {
  const Tensor rows = logits.reshape({-1, logits.size(-1)});
  const bool narrow = rows.scalar_type() == at::kBFloat16;
  return at::cross_entropy_loss(narrow ? rows.to(at::kFloat) : rows, target.reshape({-1}), {},
                                at::Reduction::Mean, kNotAsked, smoothing);
}

Supervised::Supervised(const Task& task, std::shared_ptr<const Dataset> data,
                       const SharedActivation& activation, std::uint64_t seed,
                       const Compute& compute)
    : data_(std::move(data)),
      label_smoothing_(task.label_smoothing),
      batch_key_(run_key(task, seed, "batches")),
      device_(compute.device),
      model_(make_model(task.model, data_->input(), activation, run_key(task, seed, "weights"))),
      make_graph_(compute.graphs) {
  model_->to(device_);
  if (task.clients.count > 0)
    clients_.emplace(task.clients, data_, task.batch, run_key(task, seed, "clients"));
}

bool Supervised::follow(std::function<void(const Tensor& loss)> rest) {
  if (make_graph_ == nullptr) return false;
  std::vector<Tensor> weights = model_->parameters();
  for (const Tensor& buffer : model_->buffers()) weights.push_back(buffer);
  graphed_ = std::make_unique<GraphedStep>(
      [this, rest = std::move(rest)](const Batch& batch) {
        const Tensor loss = gradient(batch, 1).detach();
        if (rest) rest(loss);
        return loss;
      },
      [this] { model_->zero_grad(); }, std::move(weights), make_graph_);
  return true;
}

Batch Supervised::here(const Batch& batch) const {
  return {batch.input.to(device_), batch.target.to(device_)};
}

double Supervised::differentiate(int batch) {
  model_->train();
  if (graphed_) return graphed_->run(here(data_->training(batch_key_, batch))).item<double>();
  model_->zero_grad();
  return clients_ ? over_the_air(batch) : differentiate(data_->training(batch_key_, batch), 1);
}

Tensor Supervised::gradient(const Batch& batch, double factor) {
  const Tensor loss = cross_entropy(model_->forward(batch.input), batch.target, label_smoothing_);
  (factor == 1 ? loss : loss * factor).backward();
  return loss;
}

double Supervised::differentiate(const Batch& batch, double factor) {
  return gradient(here(batch), factor).item<double>();
}

double Supervised::over_the_air(int step) {
  double sum = 0;
  for (int client = 0; client < clients_->count(); ++client)
    sum += differentiate(clients_->batch(client, step),
                         clients_->gain(client, step) / clients_->count());
  std::vector<Tensor> gradients;
  for (const Tensor& parameter : model_->parameters()) gradients.push_back(parameter.grad());
  clients_->add_noise(step, gradients);
  return sum / clients_->count();
}

void Supervised::play(const std::vector<Batch>& validation) {
  const at::NoGradGuard no_grad;
  model_->eval();
  model_->forward(here(validation.front()).input);
}

Quality Supervised::quality(const std::vector<Batch>& batches) {
  const at::NoGradGuard no_grad;
  model_->eval();
  Quality sum;
  double count = 0;
  for (const Batch& given : batches) {
    const Batch batch = here(given);
    const Tensor logits = model_->forward(batch.input);
    const auto size = batch.target.ge(0).sum().item<double>();  // others are not asked for
    sum.loss += size * cross_entropy(logits, batch.target, 0).item<double>();
    sum.accuracy += logits.argmax(-1).eq(batch.target).sum().item<double>();
    count += size;
  }
  return {sum.loss / count, sum.accuracy / count};
}

}  // namespace antigrad::trainer
