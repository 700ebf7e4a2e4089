// What the parts of a C header call things.
#pragma once
#include <cstddef>
#include <string>

namespace antigrad::kernels {

struct CNames {
  std::string prefix, upper;  // "xielu", "XIELU"
  bool gate;
  std::size_t parameters;
};

}  // namespace antigrad::kernels
