// The CUDA driver, opened at run time: modules, functions, launches. No call here waits for the
// GPU, and launches may be captured into a CUDA graph.
#pragma once
#include <memory>
#include <string>

#include "kernels/cuda/library.hpp"

namespace antigrad::kernels {

/// GPUs that the driver sees. Throws space::Error without a driver.
int cuda_device_count();

/// A GPU's primary context, the one that libtorch uses. Copies share it.
class CudaDevice {
 public:
  /// Opens libcuda.so.1 ($ANTIGRAD_CUDA_DRIVER: another file) once. Throws space::Error without a
  /// driver or without this device.
  explicit CudaDevice(int ordinal = 0);

  const std::string& name() const { return name_; }
  const std::string& architecture() const { return architecture_; }  // "sm_90"
  int processors() const { return processors_; }

 private:
  friend class CudaModule;
  friend int cuda_device_count();
  struct Driver;
  static std::shared_ptr<const Driver> open_driver();

  std::shared_ptr<const Driver> driver_;
  std::shared_ptr<void> context_;
  std::string name_, architecture_;
  int processors_ = 0;
};

/// Machine code on a device, unloaded with this object: keep it while its kernels run.
class CudaModule {
 public:
  /// cubin: of the device's architecture. Throws space::Error when the driver refuses it.
  CudaModule(CudaDevice device, const std::string& cubin);

  /// Throws space::Error when there is no such kernel.
  void* function(const char* name) const;

  /// In one dimension. arguments: a pointer to each. stream: a CUstream or cudaStream_t of the
  /// device, null for the default one. Throws space::Error with the driver's reason.
  void launch(void* function, unsigned blocks, unsigned threads, void** arguments,
              void* stream) const;

 private:
  CudaDevice device_;
  std::shared_ptr<void> module_;
};

}  // namespace antigrad::kernels
