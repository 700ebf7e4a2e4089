// A program as a function of ONNX's own operations.
#pragma once
#include <string>
#include <vector>

#include "kernels/export/onnx_file.hpp"
#include "kernels/program.hpp"

namespace antigrad::kernels {

/// Takes `inputs`, tensors of any shape, then `parameters`, scalars; gives `outputs`, shaped like
/// the first input, then sums, scalars. All are float32; wide: it computes in float64.
onnx::Function onnx_function(const std::string& name, const Program& program,
                             const std::vector<std::string>& inputs,
                             const std::vector<std::string>& parameters,
                             const std::vector<std::string>& outputs, bool wide);

}  // namespace antigrad::kernels
