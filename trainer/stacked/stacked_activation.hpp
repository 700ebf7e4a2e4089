// One place of K candidates: each slice of a value goes through the activation of its candidate. On
// a GPU that is one launch of one generated kernel, on the processor a call for each.
#pragma once
#include <map>
#include <memory>
#include <vector>

#include "trainer/activation_module.hpp"

namespace antigrad::kernels {
class StackedKernel;
}

namespace antigrad::trainer {

class StackedActivation {
 public:
  explicit StackedActivation(std::vector<std::shared_ptr<ActivationModule>> modules);
  ~StackedActivation();

  /// places: [n, K c, h, w], a candidate's channels together; else [K, ..]. Differentiable once.
  at::Tensor forward(const at::Tensor& x, bool places) const;

 private:
  at::Tensor one_by_one(const at::Tensor& x, bool places) const;
  at::Tensor in_one_launch(const at::Tensor& x, bool places) const;
  std::shared_ptr<const kernels::StackedKernel> kernel_for(const at::Tensor& x) const;

  std::vector<std::shared_ptr<ActivationModule>> modules_;
  // Compiled when the first value of the type comes; a model belongs to one thread and device.
  mutable std::map<at::ScalarType, std::shared_ptr<const kernels::StackedKernel>> kernels_;
};

}  // namespace antigrad::trainer
