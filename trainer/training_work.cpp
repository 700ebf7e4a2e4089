// Steps of small networks on noise: what training costs, with an activation where it is used.
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "space/error.hpp"
#include "trainer/bench_work.hpp"
#include "trainer/memory.hpp"
#include "trainer/model.hpp"
#include "trainer/optimiser.hpp"

namespace antigrad::trainer {
namespace {

/// One row a network: what is trained, and on what.
struct Net {
  const char* name;
  ModelSpec model;
  InputShape input;
  OptimiserSpec optimiser;
  int batch;
};

/// Rates so small that no activation diverges.
OptimiserSpec optimiser_of(OptimiserSpec::Name name, double weight_decay) {
  OptimiserSpec spec;
  spec.name = name;
  spec.rate = 1e-5;
  spec.beta2 = 0.95;
  spec.weight_decay = weight_decay;
  return spec;
}

const std::vector<Net>& nets() {
  static const OptimiserSpec sgd = optimiser_of(OptimiserSpec::Name::sgd, 5e-4),
                             adamw = optimiser_of(OptimiserSpec::Name::adamw, 0.1);
  static const std::vector<Net> rows = {
      {"resnet20", {.depth = 20, .width = 16}, {3, 32, 32, 10}, sgd, 128},
      {"resnet8", {.depth = 8, .width = 16}, {3, 16, 16, 10}, sgd, 128},
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
  throw space::Error(
      fmt::format("unknown network \"{}\"; known are resnet20, resnet8, llama", name));
}

Task task_of(const Net& net) {
  Task task;
  task.model = net.model;
  task.optimiser = net.optimiser;
  task.batch = net.batch;
  return task;
}

class TrainingWork final : public Work {
 public:
  TrainingWork(const Net& net, const char* text)
      : model_(make_model(net.model, net.input, compiled(text), 1)),
        optimiser_(task_of(net), *model_) {
    const auto generator = at::make_generator<at::CPUGeneratorImpl>(1);
    const InputShape& in = net.input;
    if (net.model.type == ModelSpec::Type::llama) {
      input_ = at::randint(in.classes, {net.batch, net.model.context}, generator, at::kLong);
      target_ = at::randint(in.classes, {net.batch * net.model.context}, generator, at::kLong);
    } else {
      input_ = at::randn({net.batch, in.channels, in.height, in.width}, generator)
                   .contiguous(at::MemoryFormat::ChannelsLast);
      target_ = at::arange(net.batch, at::kLong).remainder(in.classes);
    }
    model_->train();
  }

  void run() override {
    const at::Tensor loss = at::cross_entropy_loss(model_->forward(input_).flatten(0, -2), target_);
    optimiser_.clear_gradients();
    loss.backward();
    optimiser_.update(step_++);
  }

 private:
  static SharedActivation compiled(const char* text) {
    auto activation = space::parse_activation(text);
    auto kernel = kernels::compile(activation);
    return std::make_shared<CompiledActivation>(
        CompiledActivation{std::move(activation), std::move(kernel), 1});
  }

  const std::shared_ptr<Model> model_;
  Optimiser optimiser_;
  at::Tensor input_, target_;
  int step_ = 0;
};

}  // namespace
}  // namespace antigrad::trainer

extern "C" antigrad::trainer::Work* antigrad_training_work(const char* net, const char* activation,
                                                           int batch) {
  at::set_num_threads(1);
  antigrad::trainer::keep_freed_memory();
  return new antigrad::trainer::TrainingWork(antigrad::trainer::find_net(net, batch), activation);
}
