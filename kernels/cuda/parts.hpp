// extent.hpp and device.cuh, embedded in the program, by their parts.
#pragma once
#include <set>
#include <string>

namespace antigrad::kernels {

/// The text of these parts and of those they need, each once, in the files' order. Throws
/// std::logic_error for a name that is none.
std::string cuda_parts(const std::set<std::string>& names);

}  // namespace antigrad::kernels
