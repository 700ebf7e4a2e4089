// How an exported PyTorch module holds its parameters: one with a domain as an unbounded number
// (space/parameter.hpp), so that no optimiser leaves the domain.
#pragma once
#include <string>

#include "kernels/export/subject.hpp"

namespace antigrad::kernels {

/// Parts of a module's text. helpers: functions in front of the class, and the table of unbounded
/// values; fields: lines of __init__; method: theta(); test: lines of the self-test, at a place.
struct TorchParameters {
  std::string helpers, fields, method, test;
};
TorchParameters torch_parameters(const Subject& subject);

}  // namespace antigrad::kernels
