// Directional derivatives are summed in double, since only their signs count.
#include "trainer/optimisers/gols.hpp"

#include <cmath>

#include "trainer/optimisers/line_search.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using Tensors = std::vector<Tensor>;

/// A parameter that the loss does not depend on has no gradient.
Tensors gradients(const Tensors& parameters) {
  Tensors all;
  for (const Tensor& parameter : parameters)
    all.push_back(parameter.grad().defined() ? parameter.grad().clone()
                                             : at::zeros_like(parameter));
  return all;
}

double dot(const Tensors& a, const Tensors& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += (a[i].to(at::kDouble) * b[i].to(at::kDouble)).sum().item<double>();
  return sum;
}

}  // namespace

Gols::Gols(const OptimiserSpec& spec, const ParameterGroups& groups) : step_(spec.rate) {
  for (const ParameterGroup& group : groups)
    parameters_.insert(parameters_.end(), group.parameters.begin(), group.parameters.end());
}

void Gols::update(double, const DrawGradient& draw) {
  Tensors start, direction;
  for (const Tensor& parameter : parameters_) start.push_back(parameter.detach().clone());
  for (const Tensor& gradient : gradients(parameters_)) direction.push_back(-gradient);
  const double slope = -dot(direction, direction);
  ++updates_;
  if (!(slope < 0) || std::isinf(slope)) {
    draw();
    ++probes_;
    return;
  }
  const LineSearch found =
      gradient_only_search(step_, largest_step(std::sqrt(-slope)), slope, [&](double step) {
        {
          const at::NoGradGuard no_grad;
          for (std::size_t i = 0; i < start.size(); ++i)
            parameters_[i].copy_(at::add(start[i], direction[i], step));
        }
        draw();
        return dot(gradients(parameters_), direction);
      });
  step_ = found.step;
  probes_ += found.probes;
}

std::vector<Figure> Gols::figures() const {
  if (updates_ == 0) return {};
  const auto probes = static_cast<double>(probes_);
  return {{"probes", probes},
          {"probes_a_step", probes / static_cast<double>(updates_)},
          {"step_size", step_}};
}

}  // namespace antigrad::trainer
