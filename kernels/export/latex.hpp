// The formulas of an activation as a LaTeX document.
#pragma once
#include <vector>

#include "kernels/export/subject.hpp"
#include "kernels/export/target.hpp"

namespace antigrad::kernels {

/// NAME.tex: f, f', f'', df/dtheta, what other signs in them mean, the parameters, and a table of
/// what the formulas give at every place. What stands between the document's begin and end is a
/// fragment that needs amsmath alone.
std::vector<ExportedFile> latex_files(const Subject& subject);

}  // namespace antigrad::kernels
