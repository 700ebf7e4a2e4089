// Driver first: without one the half gigabyte of libtorch's CUDA half is not read.
#include "trainer/device/gpus.hpp"

#include <ATen/Context.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>

#include "kernels/cuda/driver.hpp"
#include "space/error.hpp"
#include "trainer/device/cuda_part.hpp"

namespace antigrad::trainer {
namespace {

Gpus look() {
  try {
    if (kernels::cuda_device_count() == 0)
      return {0, "the NVIDIA driver sees none; see nvidia-smi"};
    const kernels::CudaDevice oldest_that_will_do(0);
  } catch (const space::Error& error) {
    return {0, error.what()};
  }
  if (const std::string fault = open_torch_cuda(torch_cuda_path()); !fault.empty())
    return {0, fault};
  if (!at::globalContext().hasCUDA())
    return {0,
            "libtorch's CUDA half is open and sees no GPU; is CUDA_VISIBLE_DEVICES empty, or the "
            "driver older than CUDA 13?"};
  return {static_cast<int>(at::getNumGPUs()), ""};
}

}  // namespace

std::string torch_cuda_path() {
  const char* const asked = std::getenv("ANTIGRAD_TORCH_CUDA");
  if (asked != nullptr && *asked != 0) return asked;
  Dl_info info{};
  ::dladdr(reinterpret_cast<const void*>(&at::globalContext), &info);
  const std::filesystem::path here = info.dli_fname == nullptr ? "" : info.dli_fname;
  return (here.parent_path() / "libtorch_cuda.so").string();
}

std::string open_torch_cuda(const std::string& path) {
  if (::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr) return "";
  return fmt::format(
      "libtorch's CUDA half does not open ({}); expected it with the libraries it needs: "
      "./scripts/setup gpu fetches them",
      ::dlerror());
}

const Gpus& gpus() {
  static const Gpus found = look();
  return found;
}

void settle_gpu(int gpu, double memory) {
  // Workers in threads share one allocator, so their shares add up.
  static std::mutex mutex;
  static std::map<int, double> taken;
  const std::lock_guard lock(mutex);
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);  // what cuBLAS wants for equal bits
  at::Context& context = at::globalContext();
  context.setDeterministicAlgorithms(true, false);
  context.setDeterministicFillUninitializedMemory(false);
  context.setDeterministicCuDNN(true);
  context.setBenchmarkCuDNN(false);
  context.setAllowTF32CuDNN(false);
  context.setAllowTF32CuBLAS(false);
  context.lazyInitDevice(at::kCUDA);
  cuda_part().limit_memory(std::min(1.0, taken[gpu] += memory), gpu);
}

}  // namespace antigrad::trainer
