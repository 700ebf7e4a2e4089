// Steps of a ResNet-20 on noise: what an activation costs where it is used.
#include <utility>

#include "trainer/bench_work.hpp"
#include "trainer/model.hpp"
#include "trainer/optimiser.hpp"

namespace antigrad::trainer {
namespace {

constexpr int kClasses = 10, kChannels = 3, kSide = 32;

/// A rate so small that no activation diverges.
Task task_of(int batch) {
  Task task;
  task.model.depth = 20;
  task.model.width = 16;
  task.optimiser.rate = 1e-5;
  task.batch = batch;
  return task;
}

class TrainingWork final : public Work {
 public:
  TrainingWork(const char* text, const Task& task)
      : model_(make_model(task.model, {kChannels, kSide, kSide, kClasses}, compiled(text), 1)),
        optimiser_(task, *model_),
        images_(at::randn({task.batch, kChannels, kSide, kSide},
                          at::make_generator<at::CPUGeneratorImpl>(1))),
        labels_(at::arange(task.batch, at::kLong).remainder(kClasses)) {
    model_->train();
  }

  void run() override {
    const at::Tensor loss = at::cross_entropy_loss(model_->forward(images_), labels_);
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
  const at::Tensor images_, labels_;
  int step_ = 0;
};

}  // namespace
}  // namespace antigrad::trainer

extern "C" antigrad::trainer::Work* antigrad_training_work(const char* activation, int batch) {
  at::set_num_threads(1);
  return new antigrad::trainer::TrainingWork(activation, antigrad::trainer::task_of(batch));
}
