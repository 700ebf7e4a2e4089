// The self-test of an ONNX model, as the tools of ONNX expect it: inputs and outputs as tensors in
// files, a folder test_data_set_K for each run of the model.
#pragma once
#include <string>
#include <vector>

#include "kernels/export/subject.hpp"
#include "kernels/export/target.hpp"
#include "kernels/program.hpp"

namespace antigrad::kernels {

/// A model of one program, as its graph names things: x, v and gy come first, then "place" where
/// the parameters were trained at several places.
struct OnnxForm {
  std::string file;  // "gelu_backward"
  MakeProgram make;
  std::vector<std::string> inputs;   // of n elements
  std::vector<std::string> outputs;  // of n elements, then sums
  bool wide;                         // computes in float64
};

/// FOLDER/test_FILE/: data.json, how exact the outputs are (absolute and relative), and two data
/// sets a place: common values, then 0, -0, denormals, huge numbers, infinities and NaN. Outputs
/// are those of the formulas in float64; huge numbers and denormals at which float32, computing the
/// same, has lost its digits are left out.
std::vector<ExportedFile> onnx_test_files(const Subject& subject, const OnnxForm& form,
                                          const std::string& folder);

}  // namespace antigrad::kernels
