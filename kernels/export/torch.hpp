// A discovered activation as one Python file for PyTorch, which needs nothing of antigrad; and the
// same registered in Hugging Face transformers.
#pragma once
#include <string>
#include <vector>

#include "kernels/export/subject.hpp"
#include "kernels/export/target.hpp"

namespace antigrad::kernels {

/// NAME_torch.py: an autograd.Function with backward and double backward (gradcheck and
/// gradgradcheck pass away from the knots), Triton kernels where Triton and CUDA are, plain torch
/// otherwise and under torch.compile; an nn.Module whose parameters start at the trained values;
/// a self-test under __main__. A gate is a module of two inputs, f(x) v.
std::vector<ExportedFile> torch_files(const Subject& subject);

/// NAME_hf.py: the same, and importing it makes NAME an entry of transformers' ACT2FN.
std::vector<ExportedFile> hf_files(const Subject& subject);

}  // namespace antigrad::kernels
