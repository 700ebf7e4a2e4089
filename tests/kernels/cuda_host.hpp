// Texts of kernels/cuda compiled for this processor: many in one file, each in a namespace.
#pragma once
#include <memory>
#include <string>

#include "kernels/cuda/plan.hpp"

namespace antigrad::kernels {

/// Adds texts, then compiles them all and finds their kernels.
class CudaHost {
 public:
  /// prefix: that of the text's options. Kernels are found by their definitions in the text.
  void add(const std::string& prefix, const std::string& text);
  /// "" or why there is none: no compiler, or its messages.
  std::string compile();
  /// Runs kernels of the text that was added with this prefix. `blocks` of a launch are divided by
  /// `fewer`, rounded up.
  Launch launch(const std::string& prefix, unsigned fewer = 1) const;

 private:
  std::string source_ = "#include \"tests/kernels/cuda_shim.hpp\"\n";
  std::shared_ptr<void> library_;
};

}  // namespace antigrad::kernels
