// An activation as ONNX models.
#pragma once
#include <vector>

#include "kernels/export/subject.hpp"
#include "kernels/export/target.hpp"

namespace antigrad::kernels {

/// NAME.onnx: y of x (and v of a gate), and NAME_backward.onnx: gx (and gv), then the parameters'
/// gradients, of x (v) and gy. Opset 18, float32; the parameters are initializers: scalars, or,
/// where they were trained at several places, a row of values each, and a last input "place", an
/// int64 scalar, says which. The formula is a function of the model, in the domain "antigrad", for
/// tensors of any shape; the models' own graphs call it on vectors, since a graph states how many
/// dimensions it takes. NAME_onnx_test/: what tests them (kernels/export/onnx_test.hpp).
std::vector<ExportedFile> onnx_files(const Subject& subject);

}  // namespace antigrad::kernels
