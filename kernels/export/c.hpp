// An activation as a C11 header of the standard library alone.
#pragma once
#include <vector>

#include "kernels/export/subject.hpp"
#include "kernels/export/target.hpp"

namespace antigrad::kernels {

/// NAME.h: static functions NAME_forward_f32, NAME_backward_f32 and the same in f64. f32 is the
/// arithmetic of our machine code in plain scalar C that compilers vectorise; f64 calls <math.h>.
/// Compiled with -DNAME_TEST it is a program that tests itself. A gate has a second input v.
std::vector<ExportedFile> c_files(const Subject& subject);

}  // namespace antigrad::kernels
