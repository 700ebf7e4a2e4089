// An update is known by its difference, so that any optimiser will do.
#include "trainer/interpolation.hpp"

#include <utility>

namespace antigrad::trainer {
namespace {

using Kind = InterpolationSpec::Kind;

std::vector<at::Tensor> copies(const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> copied;
  for (const at::Tensor& tensor : tensors) copied.push_back(tensor.detach().clone());
  return copied;
}

}  // namespace

Interpolation::Interpolation(const InterpolationSpec& spec, std::vector<at::Tensor> parameters)
    : spec_(spec), parameters_(std::move(parameters)) {
  if (spec_.kind != Kind::none) anchor_ = copies(parameters_);
}

void Interpolation::before() {
  if (spec_.kind == Kind::rapp) before_ = copies(parameters_);
}

void Interpolation::after() {
  if (spec_.kind == Kind::none) return;
  const at::NoGradGuard no_grad;
  const bool whole = ++updates_ == spec_.updates;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (spec_.kind == Kind::rapp) parameters_[i].sub_(before_[i]).add_(anchor_[i]);
    if (whole) parameters_[i].copy_(anchor_[i].lerp_(parameters_[i], spec_.share));
  }
  if (whole) updates_ = 0;
}

}  // namespace antigrad::trainer
