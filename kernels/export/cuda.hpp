// An activation as a CUDA C++ header.
#pragma once
#include <vector>

#include "kernels/export/subject.hpp"
#include "kernels/export/target.hpp"

namespace antigrad::kernels {

/// NAME.cuh: for each of f32, bf16 and f16 a namespace NAME_f32, ... with kernels (those that we
/// run, kernels/cuda/source.hpp) and functions that launch them: forward, backward,
/// double_backward; of a gate, with a second input v, forward and backward. Compiled by nvcc with
/// -DNAME_TEST it is a program that tests itself; an ordinary C++ compiler sees the device code as
/// ordinary functions.
std::vector<ExportedFile> cuda_files(const Subject& subject);

}  // namespace antigrad::kernels
