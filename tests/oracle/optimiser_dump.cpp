// What optimisers.py compares with: the weights of a small network, step by step, under gradients
// that are a known function of weights and step.
// optimiser_dump STUDY.yaml: for every task, lines "task step name values..", step -1 the start.
// Gradient of the i-th number of a parameter at step s: 3 (w + cos(s + i)).
#include <fmt/format.h>

#include <iostream>

#include "space/error.hpp"
#include "trainer/optimiser.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

void print(const Task& task, const Model& model, int step) {
  for (const auto& item : model.named_parameters()) {
    std::cout << task.name << " " << step << " " << item.key();
    const Tensor flat = item.value().detach().flatten().contiguous();
    for (std::int64_t i = 0; i < flat.numel(); ++i)
      std::cout << fmt::format(" {}", flat.const_data_ptr<double>()[i]);
    std::cout << "\n";
  }
}

void trace(const Task& task) {
  const auto activation = space::parse_activation("xielu");
  const auto compiled = std::make_shared<CompiledActivation>(CompiledActivation{
      activation, kernels::compile(activation, {.type = kernels::Type::f64}), 1});
  const auto model = make_model(task.model, {1, 2, 2, 2}, compiled, 5);
  Optimiser optimiser(task, *model);
  print(task, *model, -1);
  for (int step = 0; step < task.steps; ++step) {
    for (Tensor& parameter : model->parameters()) {
      const Tensor w = parameter.detach();
      const Tensor i = at::arange(w.numel(), w.options()).view(w.sizes());
      parameter.mutable_grad() = 3 * (w + (i + step).cos());
    }
    optimiser.update(step);
    print(task, *model, step);
  }
}

}  // namespace
}  // namespace antigrad::trainer

int main(int count, char** words) {
  using namespace antigrad;
  at::set_num_threads(1);
  try {
    if (count != 2) throw space::Error("expected optimiser_dump STUDY.yaml");
    for (const auto& task : trainer::read_tasks(words[1])) trainer::trace(task);
  } catch (const space::Error& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
  return 0;
}
