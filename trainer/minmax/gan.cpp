// log s(d) = -softplus(-d), so that V is computed without overflow.
#include "trainer/minmax/gan.hpp"

#include "space/random.hpp"
#include "trainer/layers.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

constexpr std::uint64_t kEvaluation = 0x9e11;  // the same z for all runs

Tensor flat(const std::vector<Batch>& batches) {
  std::vector<Tensor> all;
  for (const Batch& batch : batches) all.push_back(batch.input.flatten(1));
  return at::cat(all);
}

double mean_distance(const Tensor& a, const Tensor& b) {
  return at::cdist(a.to(at::kDouble), b.to(at::kDouble)).mean().item<double>();
}

}  // namespace

double energy_distance(const Tensor& a, const Tensor& b) {
  return 2 * mean_distance(a, b) - mean_distance(a, a) - mean_distance(b, b);
}

Gan::Gan(const Task& task, std::shared_ptr<const Dataset> data, const SharedActivation& activation,
         std::uint64_t seed)
    : data_(std::move(data)),
      latent_(task.problem.latent),
      batch_key_(run_key(task, seed, "batches")),
      noise_key_(run_key(task, seed, "noise")),
      players_(std::make_shared<torch::nn::Module>()) {
  const InputShape& image = data_->input();
  const int pixels = image.channels * image.height * image.width;
  generator_ = make_model(task.model, {.channels = latent_, .classes = pixels}, activation,
                          run_key(task, seed, "generator"));
  critic_ = make_model(task.model, {image.channels, image.height, image.width, 1}, activation,
                       run_key(task, seed, "critic"));
  players_->register_module("generator", generator_);
  players_->register_module("critic", critic_);
}

std::vector<std::shared_ptr<ActivationModule>> Gan::places() const {
  std::vector<std::shared_ptr<ActivationModule>> all = generator_->places();
  all.insert(all.end(), critic_->places().begin(), critic_->places().end());
  return all;
}

Tensor Gan::generate(std::int64_t n, std::uint64_t key) {
  const InputShape& image = data_->input();
  const Tensor z = Initialiser(key).normal({n, latent_, 1, 1}, 1);
  return generator_->forward(z.to(generator_->parameters().front().scalar_type()))
      .reshape({n, image.channels, image.height, image.width});
}

double Gan::differentiate(int batch) {
  players_->train();
  players_->zero_grad();
  const Tensor real = data_->training(batch_key_, batch).input;
  const Tensor fake =
      generate(real.size(0), space::child_seed(noise_key_, static_cast<std::uint64_t>(batch)));
  const Tensor value =
      -at::softplus(-critic_->forward(real)).mean() - at::softplus(critic_->forward(fake)).mean();
  value.backward();
  for (Tensor& parameter : critic_->parameters()) parameter.mutable_grad().neg_();
  return -value.item<double>();
}

Quality Gan::quality(const std::vector<Batch>& batches) {
  const at::NoGradGuard no_grad;
  players_->eval();
  const Tensor real = flat(batches);
  return {energy_distance(real, generate(real.size(0), kEvaluation).flatten(1)), 0};
}

void Gan::play(const std::vector<Batch>& validation) {
  const at::NoGradGuard no_grad;
  players_->eval();
  const Tensor real = validation.front().input;
  generate(real.size(0), kEvaluation);
  critic_->forward(real);
}

std::vector<Figure> Gan::figures() {
  const at::NoGradGuard no_grad;
  players_->eval();
  const Tensor real = flat(data_->validation());
  const Tensor fake = generate(real.size(0), kEvaluation).flatten(1);
  return {{"spread", mean_distance(fake, fake) / mean_distance(real, real)}};
}

}  // namespace antigrad::trainer
