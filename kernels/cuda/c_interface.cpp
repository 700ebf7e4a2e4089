// DeviceKernel for programs in other languages: plain C, a library of its own (libantigrad_gpu.so),
// errors as text. Passes are numbered in the order of Pass: 0 forward, 1 backward, 2 double
// backward, 3 gated forward, 4 gated backward.
#include <fmt/format.h>

#include <cstring>
#include <map>
#include <string>

#include "kernels/cuda/device_kernel.hpp"
#include "kernels/cuda/nvrtc.hpp"
#include "space/error.hpp"

namespace {

using namespace antigrad::kernels;

constexpr Pass kAll[] = {Pass::forward, Pass::backward, Pass::double_backward, Pass::gated_forward,
                         Pass::gated_backward};

Type type_of(const std::string& name) {
  const std::map<std::string, Type> types{
      {"f32", Type::f32}, {"bf16", Type::bf16}, {"f16", Type::f16}};
  const auto at = types.find(name);
  if (at == types.end())
    throw antigrad::space::Error(fmt::format("type \"{}\": expected f32, bf16 or f16", name));
  return at->second;
}

/// Runs `call`; a failure's text goes to `error`, which has room for `size` bytes.
template <class Call>
bool guarded(char* error, std::size_t size, const Call& call) {
  try {
    call();
    return true;
  } catch (const std::exception& e) {
    std::strncpy(error, e.what(), size - 1);
    error[size - 1] = 0;
    return false;
  }
}

}  // namespace

extern "C" {

/// All passes of an activation (its text or zoo name) for GPU `device`; null with `error` set.
void* antigrad_gpu_open(const char* activation, const char* type, int by_channel, int device,
                        char* error, std::size_t size) {
  DeviceKernel* kernel = nullptr;
  guarded(error, size, [&] {
    const CudaOptions options{type_of(type), by_channel != 0 ? Sharing::channel : Sharing::layer};
    kernel = new DeviceKernel(antigrad::space::parse_activation(activation), kAll, options,
                              CudaDevice(device));
  });
  return kernel;
}

void antigrad_gpu_close(void* kernel) { delete static_cast<DeviceKernel*>(kernel); }

/// "13.0 of /path/libnvrtc.so.13", or why there is none.
void antigrad_gpu_compiler(char* text, std::size_t size) {
  guarded(text, size, [&] {
    const auto nvrtc = open_nvrtc();
    const std::string line = fmt::format("{} of {}", nvrtc->version(), nvrtc->path());
    std::strncpy(text, line.c_str(), size - 1);
    text[size - 1] = 0;
  });
}

/// Bytes of workspace for sizes {n, channels, inner}; -1 with `error` set.
long long antigrad_gpu_workspace(const void* kernel, int pass, const long long* sizes, char* error,
                                 std::size_t size) {
  long long bytes = -1;
  guarded(error, size, [&] {
    bytes = static_cast<long long>(static_cast<const DeviceKernel*>(kernel)->workspace_bytes(
        static_cast<Pass>(pass), {sizes[0], sizes[1], sizes[2]}));
  });
  return bytes;
}

/// Launches a pass `times` times. floats: theta, ggtheta, sums, workspace. 0, or 1 with `error`
/// set.
int antigrad_gpu_run(const void* kernel, int pass, const long long* sizes, const void* const* in,
                     void* const* out, float* const* floats, void* stream, int times, char* error,
                     std::size_t size) {
  return guarded(error, size,
                 [&] {
                   const auto which = static_cast<Pass>(pass);
                   const CudaBuffers buffers{{in, inputs_of(which).size()},
                                             {out, outputs_of(which).size()},
                                             floats[0],
                                             floats[1],
                                             floats[2],
                                             floats[3]};
                   for (int i = 0; i < times; ++i)
                     static_cast<const DeviceKernel*>(kernel)->run(
                         which, {sizes[0], sizes[1], sizes[2]}, buffers, stream);
                 })
             ? 0
             : 1;
}

}  // extern "C"
