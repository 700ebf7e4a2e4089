// A target as libFuzzer sees it. A Finding is not caught: libFuzzer stores the input and says so.
#include <cstddef>
#include <cstdint>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  antigrad::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
