// The Triton kernels of an activation alone, as one Python file.
#pragma once
#include <vector>

#include "kernels/export/subject.hpp"
#include "kernels/export/target.hpp"

namespace antigrad::kernels {

/// NAME_triton.py: the kernels and the functions that launch them. TRITON_INTERPRET=1 runs them on
/// a machine without a GPU.
std::vector<ExportedFile> triton_files(const Subject& subject);

}  // namespace antigrad::kernels
