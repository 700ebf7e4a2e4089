#include "kernels/cuda/library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include "space/error.hpp"

namespace antigrad::kernels {

SharedLibrary::SharedLibrary(const std::string& path)
    : path_(path), handle_(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ == nullptr) error_ = ::dlerror();
}

void* SharedLibrary::address(const char* name) const {
  void* const found = ::dlsym(handle_, name);
  if (found == nullptr)
    throw space::Error(
        fmt::format("{} has no {}: it is too old or another library; install CUDA "
                    "12.8 or newer, or name another file",
                    path_, name));
  return found;
}

}  // namespace antigrad::kernels
