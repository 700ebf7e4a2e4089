// dlopen, beside the trainer.
#include "trainer/device/cuda_part.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

#include "space/error.hpp"

namespace antigrad::trainer {

const CudaPart& cuda_part() {
  static const CudaPart* const part = [] {
    Dl_info info{};
    ::dladdr(reinterpret_cast<const void*>(&cuda_part), &info);
    const auto path = std::filesystem::path(info.dli_fname).parent_path() / "libantigrad_cuda.so";
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    const auto get = library == nullptr ? nullptr
                                        : reinterpret_cast<decltype(&antigrad_cuda_part)>(
                                              ::dlsym(library, "antigrad_cuda_part"));
    if (get == nullptr)
      throw space::Error(
          fmt::format("antigrad's own CUDA half does not open ({}); ./scripts/run builds it where "
                      "the pinned wheels bring CUDA's headers",
                      ::dlerror()));
    return get();
  }();
  return *part;
}

}  // namespace antigrad::trainer
