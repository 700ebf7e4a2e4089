#include "kernels/cuda/device_kernel.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>

#include "kernels/cache.hpp"
#include "kernels/cuda/nvrtc.hpp"

namespace antigrad::kernels {

std::string compiled_cuda(const std::string& text, const std::string& architecture, bool contract) {
  const auto nvrtc = open_nvrtc();
  return code_cache().get(
      {text, architecture + (contract ? ", contracted" : ""), nvrtc->compiler()},
      [&] { return nvrtc->compile(text, architecture, contract).cubin; });
}

namespace {

std::string code_of(const space::Activation& activation, std::span<const Pass> passes,
                    CudaOptions options, const CudaDevice& device) {
  options.reduce = false;
  options.prefix.clear();
  return compiled_cuda(cuda_source(activation, passes, options), device.architecture(),
                       options.type != Type::f32);
}

/// The second stage's machine code, the same for every activation.
std::string reduce_code(const std::string& architecture) {
  return compiled_cuda(cuda_reduce_source(), architecture, false);
}

}  // namespace

DeviceKernel::DeviceKernel(const space::Activation& activation, std::span<const Pass> passes,
                           const CudaOptions& options, const CudaDevice& device)
    : device_(device), module_(device, code_of(activation, passes, options, device)) {
  for (const Pass pass : passes)
    passes_[pass] = {shape_of(activation, pass, options), module_.function(to_string(pass))};
  for (const auto& [pass, compiled] : passes_) {
    if (compiled.shape.sums == 0 || reduce_module_) continue;
    reduce_module_ = std::make_unique<CudaModule>(device, reduce_code(device.architecture()));
    reduce_ = reduce_module_->function("reduce");
  }
}

const DeviceKernel::Compiled& DeviceKernel::compiled(Pass pass) const {
  const auto at = passes_.find(pass);
  if (at == passes_.end())
    throw std::logic_error(fmt::format("this kernel was made without {}", to_string(pass)));
  return at->second;
}

std::size_t DeviceKernel::workspace_bytes(Pass pass, const Layout& layout) const {
  return sizeof(float) * plan_of(compiled(pass).shape, layout, device_.processors()).workspace;
}

void DeviceKernel::run(Pass pass, const Layout& layout, const CudaBuffers& buffers,
                       void* stream) const {
  const Compiled& c = compiled(pass);
  run_pass(c.shape, plan_of(c.shape, layout, device_.processors()), buffers,
           [&](const char* kernel, unsigned blocks, void** arguments) {
             if (std::string_view(kernel) == "reduce")
               reduce_module_->launch(reduce_, blocks, kThreads, arguments, stream);
             else
               module_.launch(c.function, blocks, kThreads, arguments, stream);
           });
}

}  // namespace antigrad::kernels
