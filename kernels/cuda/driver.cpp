#include "kernels/cuda/driver.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <mutex>
#include <utility>

#include "space/error.hpp"

namespace antigrad::kernels {

/// What is used of cuda.h. Handles are pointers there too; a CUdevice is an int.
struct CudaDevice::Driver {
  explicit Driver(const char* path);

  SharedLibrary library;
  int (*init)(unsigned);
  int (*device_count)(int*);
  int (*device_get)(int*, int);
  int (*device_name)(char*, int, int);
  int (*device_attribute)(int*, int, int);
  int (*retain)(void**, int);
  int (*release)(int);
  int (*current)(void**);
  int (*push)(void*);
  int (*pop)(void**);
  int (*load)(void**, const void*);
  int (*unload)(void*);
  int (*function)(void**, void*, const char*);
  int (*function_attribute)(int*, int, void*);
  int (*launch)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*,
                void**, void**);
  int (*error_name)(int, const char**);

  void check(int result, const std::string& what, const char* way_out) const {
    if (result == 0) return;
    const char* name = nullptr;
    error_name(result, &name);
    throw space::Error(
        fmt::format("{}: {} ({}); {}", what, name == nullptr ? "error" : name, result, way_out));
  }
  int count() const {
    int value = 0;
    check(device_count(&value), "counting GPUs", "see nvidia-smi");
    return value;
  }
  int attribute(int device, int which) const {
    int value = 0;
    check(device_attribute(&value, which, device), "asking the GPU what it is", "see nvidia-smi");
    return value;
  }
};

namespace {

// CUdevice_attribute.
constexpr int kProcessors = 16, kMajor = 75, kMinor = 76;
// CUfunction_attribute.
constexpr int kRegisters = 4;

/// Makes a context current on this thread for a while, where another one is.
template <class Driver>
class Current {
 public:
  Current(const Driver& driver, void* context) : driver_(driver) {
    void* now = nullptr;
    driver_.check(driver_.current(&now), "asking for the CUDA context", "see nvidia-smi");
    if (now == context) return;
    driver_.check(driver_.push(context), "entering the CUDA context", "see nvidia-smi");
    pushed_ = true;
  }
  ~Current() {
    void* popped = nullptr;
    if (pushed_) driver_.pop(&popped);
  }
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;

 private:
  const Driver& driver_;
  bool pushed_ = false;
};

}  // namespace

CudaDevice::Driver::Driver(const char* path) : library(path) {
  if (library.handle() == nullptr)
    throw space::Error(fmt::format(
        "no CUDA driver ({}); install the NVIDIA driver, or train on the CPU", library.error()));
  library.find("cuInit", init);
  library.find("cuDeviceGetCount", device_count);
  library.find("cuDeviceGet", device_get);
  library.find("cuDeviceGetName", device_name);
  library.find("cuDeviceGetAttribute", device_attribute);
  library.find("cuDevicePrimaryCtxRetain", retain);
  library.find("cuDevicePrimaryCtxRelease_v2", release);
  library.find("cuCtxGetCurrent", current);
  library.find("cuCtxPushCurrent_v2", push);
  library.find("cuCtxPopCurrent_v2", pop);
  library.find("cuModuleLoadData", load);
  library.find("cuModuleUnload", unload);
  library.find("cuModuleGetFunction", function);
  library.find("cuFuncGetAttribute", function_attribute);
  library.find("cuLaunchKernel", launch);
  library.find("cuGetErrorName", error_name);
  check(init(0), "the CUDA driver does not start", "see what nvidia-smi says, or train on the CPU");
}

std::shared_ptr<const CudaDevice::Driver> CudaDevice::open_driver() {
  static std::mutex mutex;
  static std::weak_ptr<const Driver> opened;
  const std::scoped_lock lock(mutex);
  if (auto driver = opened.lock()) return driver;
  const char* const asked = std::getenv("ANTIGRAD_CUDA_DRIVER");
  const auto driver =
      std::make_shared<const Driver>(asked == nullptr || *asked == 0 ? "libcuda.so.1" : asked);
  opened = driver;
  return driver;
}

int cuda_device_count() { return CudaDevice::open_driver()->count(); }

CudaDevice::CudaDevice(int ordinal) : driver_(open_driver()) {
  int device = 0;
  const int count = driver_->count();
  if (ordinal < 0 || ordinal >= count)
    throw space::Error(
        fmt::format("there is no GPU {}; the driver has {}, counted from 0", ordinal, count));
  driver_->check(driver_->device_get(&device, ordinal), "opening the GPU", "see nvidia-smi");
  char name[256] = {};
  driver_->check(driver_->device_name(name, sizeof name - 1, device), "naming the GPU",
                 "see nvidia-smi");
  name_ = name;
  const int major = driver_->attribute(device, kMajor), minor = driver_->attribute(device, kMinor);
  if (major < 8)
    throw space::Error(fmt::format(
        "{} is of compute capability {}.{}; CUDA kernels need 8.0 or newer: train on the CPU",
        name_, major, minor));
  architecture_ = fmt::format("sm_{}{}", major, minor);
  processors_ = driver_->attribute(device, kProcessors);
  void* context = nullptr;
  driver_->check(driver_->retain(&context, device), "opening a context on " + name_,
                 "another process may hold the GPU alone: see nvidia-smi");
  context_ = std::shared_ptr<void>(context,
                                   [driver = driver_, device](void*) { driver->release(device); });
}

CudaModule::CudaModule(CudaDevice device, const std::string& cubin) : device_(std::move(device)) {
  const auto& driver = device_.driver_;
  const Current<CudaDevice::Driver> current(*driver, device_.context_.get());
  void* module = nullptr;
  driver->check(driver->load(&module, cubin.data()), "loading kernels on " + device_.name(),
                "the driver may be older than NVRTC: update it, or name an older NVRTC in "
                "ANTIGRAD_NVRTC");
  module_ = std::shared_ptr<void>(module, [driver, context = device_.context_](void* loaded) {
    const Current<CudaDevice::Driver> entered(*driver, context.get());
    driver->unload(loaded);
  });
}

void* CudaModule::function(const char* name) const {
  const auto& driver = *device_.driver_;
  const Current<CudaDevice::Driver> current(driver, device_.context_.get());
  const auto what = fmt::format("kernel {}", name);
  void* found = nullptr;
  driver.check(driver.function(&found, module_.get(), name), what, "build antigrad again");
  // Asking makes a lazy driver load the code now and not in the first launch, which may be
  // captured.
  int registers = 0;
  driver.check(driver.function_attribute(&registers, kRegisters, found), what,
               "see nvidia-smi for free memory");
  return found;
}

void CudaModule::launch(void* function, unsigned blocks, unsigned threads, void** arguments,
                        void* stream) const {
  const auto& driver = *device_.driver_;
  const Current<CudaDevice::Driver> current(driver, device_.context_.get());
  driver.check(driver.launch(function, blocks, 1, 1, threads, 1, 1, 0, stream, arguments, nullptr),
               "launching a kernel on " + device_.name(),
               "an earlier kernel may have failed: run with CUDA_LAUNCH_BLOCKING=1");
}

}  // namespace antigrad::kernels
