// The formulas of an activation as a LaTeX document.
#pragma once
#include <vector>

#include "kernels/export/subject.hpp"
#include "kernels/export/target.hpp"

namespace antigrad::kernels {

/// NAME.tex: f, f', f'', df/dtheta and the parameters. What stands between the document's begin
/// and end is a fragment that needs amsmath alone.
std::vector<ExportedFile> latex_files(const Subject& subject);

}  // namespace antigrad::kernels
