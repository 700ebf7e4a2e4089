// Steps of small networks on noise: what training costs, with an activation where it is used.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "space/error.hpp"
#include "trainer/bench_work.hpp"
#include "trainer/device/step_graph.hpp"
#include "trainer/memory.hpp"
#include "trainer/model.hpp"
#include "trainer/optimiser.hpp"
#include "trainer/stacked/stacked_model.hpp"
#include "trainer/supervised.hpp"

namespace antigrad::trainer {
namespace {

/// One row a network: what is trained, and on what.
struct Net {
  const char* name;
  ModelSpec model;
  InputShape input;
  OptimiserSpec optimiser;
  int batch;
  int warm_up = 0;  // steps
};

/// So small a rate that no activation diverges.
constexpr double kStill = 1e-5;

OptimiserSpec optimiser_of(OptimiserSpec::Name name, double weight_decay, double rate = kStill) {
  OptimiserSpec spec;
  spec.name = name;
  spec.rate = rate;
  spec.beta2 = 0.95;
  spec.weight_decay = weight_decay;
  return spec;
}

const std::vector<Net>& nets() {
  static const OptimiserSpec sgd = optimiser_of(OptimiserSpec::Name::sgd, 5e-4),
                             adamw = optimiser_of(OptimiserSpec::Name::adamw, 0.1),
                             learning = optimiser_of(OptimiserSpec::Name::sgd, 5e-4, 0.05);
  static const std::vector<Net> rows = {
      {"resnet20", {.depth = 20, .width = 16}, {3, 32, 32, 10}, sgd, 128},
      {"resnet8", {.depth = 8, .width = 16}, {3, 16, 16, 10}, sgd, 128},
      {"resnet8_learning", {.depth = 8, .width = 16}, {3, 16, 16, 10}, learning, 128, 20},
      {"llama",
       {.type = ModelSpec::Type::llama,
        .width = 128,
        .layers = 4,
        .heads = 4,
        .kv_heads = 4,
        .ffn = 512,
        .context = 128},
       {.classes = 256},
       adamw,
       8},
  };
  return rows;
}

Net find_net(const std::string& name, int batch) {
  for (const Net& net : nets()) {
    if (name != net.name) continue;
    Net found = net;
    if (batch > 0) found.batch = batch;
    return found;
  }
  throw space::Error(fmt::format(
      "unknown network \"{}\"; known are resnet20, resnet8, resnet8_learning, llama", name));
}

Task task_of(const Net& net) {
  Task task;
  task.model = net.model;
  task.optimiser = net.optimiser;
  task.batch = net.batch;
  task.warm_up = net.warm_up;
  return task;
}

SharedActivation compiled(const std::string& text) {
  return compile(space::parse_activation(text));
}

/// The first one, and others by turns.
std::vector<SharedActivation> candidates(const std::string& first, int count) {
  static const std::vector<std::string> kOthers = {"gelu", "silu",  "mish", "relu2",
                                                   "elu",  "prelu", "tanh", "softplus"};
  std::vector<SharedActivation> all = {compiled(first)};
  for (int k = 1; k < count; ++k)
    all.push_back(compiled(kOthers[static_cast<std::size_t>(k - 1) % kOthers.size()]));
  return all;
}

Compute compute_of(const WorkPlace& place) {
  DeviceSpec spec;
  if (place.gpu) spec.name = DeviceSpec::Name::cuda;
  spec.bf16 = place.bf16;
  spec.graphs = place.graphs;
  return open_device(spec, 0);
}

Batch noise(const Net& net) {
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(1);
  const InputShape& in = net.input;
  if (net.model.type == ModelSpec::Type::llama)
    return {at::randint(in.classes, {net.batch, net.model.context}, generator, at::kLong),
            at::randint(in.classes, {net.batch, net.model.context}, generator, at::kLong)};
  return {at::randn({net.batch, in.channels, in.height, in.width}, generator)
              .contiguous(at::MemoryFormat::ChannelsLast),
          at::arange(net.batch, at::kLong).remainder(in.classes)};
}

/// Initial weights are the same wherever they are.
std::vector<std::shared_ptr<Model>> models_on(const Compute& compute, const Net& net,
                                              const std::vector<SharedActivation>& activations) {
  std::vector<std::shared_ptr<Model>> models;
  for (const SharedActivation& activation : activations) {
    models.push_back(make_model(net.model, net.input, activation, 1));
    models.back()->to(compute.device);
    models.back()->train();
  }
  return models;
}

class TrainingWork final : public Work {
 public:
  TrainingWork(const Net& net, const char* text, const WorkPlace& place)
      : compute_(compute_of(place)), batch_(on(compute_.device, noise(net))) {
    models_ = models_on(compute_, net, candidates(text, place.stacked));
    if (models_.size() > 1) stacked_ = std::make_unique<StackedModel>(net.model, models_);
    for (const auto& model : models_)
      optimisers_.push_back(std::make_unique<Optimiser>(task_of(net), *model));
    if (compute_.graphs != nullptr)
      graphed_ = std::make_unique<GraphedStep>(
          [this](const Batch& batch) { return whole_step(batch); }, [this] { clear(); },
          std::vector<at::Tensor>(), compute_.graphs);
  }

  void run() override {
    const ComputeScope scope(compute_);
    if (graphed_) {
      for (const auto& optimiser : optimisers_) optimiser->prepare(step_);
      losses_ = graphed_->run(batch_);
    } else {
      clear();
      losses_ = pass(batch_).detach();
      if (stacked_) stacked_->share_gradients();
      for (const auto& optimiser : optimisers_) optimiser->update(step_);
    }
    ++step_;
  }

  double loss() override { return losses_.flatten()[0].item<double>(); }

 private:
  static Batch on(const at::Device& device, const Batch& batch) {
    return {batch.input.to(device), batch.target.to(device)};
  }

  at::Tensor pass(const Batch& batch) {
    if (!stacked_) {
      const at::Tensor loss = cross_entropy(models_.front()->forward(batch.input), batch.target, 0);
      loss.backward();
      return loss;
    }
    const at::Tensor logits = stacked_->forward(batch.input);
    std::vector<at::Tensor> losses;
    for (std::int64_t k = 0; k < logits.size(0); ++k)
      losses.push_back(cross_entropy(logits[k], batch.target, 0));
    const at::Tensor all = at::stack(losses);
    all.sum().backward();
    return all;
  }

  at::Tensor whole_step(const Batch& batch) {
    const at::Tensor losses = pass(batch).detach();
    if (stacked_) stacked_->share_gradients();
    for (const auto& optimiser : optimisers_) optimiser->move({});
    return losses;
  }

  void clear() {
    if (stacked_)
      stacked_->clear_gradients();
    else
      optimisers_.front()->clear_gradients();
  }

  Compute compute_;
  Batch batch_;
  std::vector<std::shared_ptr<Model>> models_;
  std::unique_ptr<StackedModel> stacked_;  // of several candidates
  std::vector<std::unique_ptr<Optimiser>> optimisers_;
  std::unique_ptr<GraphedStep> graphed_;
  at::Tensor losses_;
  int step_ = 0;
};

}  // namespace
}  // namespace antigrad::trainer

extern "C" antigrad::trainer::Work* antigrad_training_work(
    const char* net, const char* activation, int batch, const antigrad::trainer::WorkPlace* place) {
  using namespace antigrad::trainer;
  at::set_num_threads(1);
  keep_freed_memory();
  return new TrainingWork(find_net(net, batch), activation,
                          place == nullptr ? WorkPlace{} : *place);
}
