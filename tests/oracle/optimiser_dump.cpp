// What optimisers.py compares with: the weights of a small network, step by step, under gradients
// that are a known function of weights and step.
// optimiser_dump STUDY.yaml: for every task, lines "task step name values..", step -1 the start,
// and "task step figure:NAME value". Gradient of the i-th number of a parameter in the s-th batch:
// 3 (w + cos(s + i)). Of a task with clients the n-th one's is 3 (w + cos(s + i + n)), and lines
// "task step gain:N value" and "task step noise:NAME values.." say how they arrive.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "space/error.hpp"
#include "trainer/federated/clients.hpp"
#include "trainer/optimiser.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

void print(const std::string& name, const Tensor& values) {
  std::cout << name;
  const Tensor flat = values.detach().flatten().contiguous();
  for (std::int64_t i = 0; i < flat.numel(); ++i)
    std::cout << fmt::format(" {}", flat.const_data_ptr<double>()[i]);
  std::cout << "\n";
}

void print(const Task& task, const Model& model, const Optimiser& optimiser, int step) {
  for (const Figure& figure : optimiser.figures())
    std::cout << fmt::format("{} {} figure:{} {}\n", task.name, step, figure.name, figure.value);
  for (const auto& item : model.named_parameters())
    print(fmt::format("{} {} {}", task.name, step, item.key()), item.value());
}

constexpr std::uint64_t kChannel = 11;

std::vector<Tensor> gradients_of(Model& model) {
  std::vector<Tensor> all;
  for (Tensor& parameter : model.parameters()) all.push_back(parameter.grad());
  return all;
}

void set_gradients(const ClientsSpec& clients, Model& model, int batch) {
  const int count = std::max(1, clients.count);
  for (Tensor& parameter : model.parameters()) {
    const Tensor w = parameter.detach();
    const Tensor i = at::arange(w.numel(), w.options()).view(w.sizes());
    Tensor sum = at::zeros_like(w);
    for (int n = 0; n < count; ++n)
      sum += fading_gain(clients, kChannel, n, batch) / count * 3 * (w + (i + (batch + n)).cos());
    parameter.mutable_grad() = sum;
  }
  add_noise(clients, kChannel, batch, gradients_of(model));
}

void print_channel(const Task& task, const Model& model, int step) {
  for (int n = 0; n < task.clients.count; ++n)
    std::cout << fmt::format("{} {} gain:{} {}\n", task.name, step, n,
                             fading_gain(task.clients, kChannel, n, step));
  std::vector<Tensor> noise;
  for (const Tensor& parameter : model.parameters()) noise.push_back(at::zeros_like(parameter));
  add_noise(task.clients, kChannel, step, noise);
  std::size_t p = 0;
  for (const auto& item : model.named_parameters())
    print(fmt::format("{} {} noise:{}", task.name, step, item.key()), noise[p++]);
}

void trace(const Task& task) {
  const auto compiled = compile(space::parse_activation("xielu"), {.type = kernels::Type::f64});
  const auto model = make_model(task.model, {1, 2, 2, 2}, compiled, 5);
  Optimiser optimiser(task, *model);
  print(task, *model, optimiser, -1);
  int batch = 0;
  const auto draw = [&] {
    set_gradients(task.clients, *model, batch++);
    return 0.;
  };
  for (int step = 0; step < task.steps; ++step) {
    if (task.clients.count > 0) print_channel(task, *model, step);
    if (!optimiser.holds_gradient()) draw();
    optimiser.update(step, draw);
    print(task, *model, optimiser, step);
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
