// Stands in for libcuda and for NVRTC where there is no GPU: its machine code is a shared library
// of this processor made by c++ from the same text, its device memory is memory, and a launch is
// done when it returns, or kept for a graph (antigrad_stand_in_capture). ANTIGRAD_STAND_IN_ERROR=N
// makes every launch fail with N. What the driver is asked for is written down
// (antigrad_stand_in_calls).
#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tests/kernels/cuda_host.hpp"

namespace {

namespace fs = std::filesystem;
using namespace antigrad::kernels;

struct Compilation {
  std::string text, code, log;
};

struct Module {
  TemporaryFolder folder;
  void* library = nullptr;
};

int context;  // its address is the handle

std::mutex calls_mutex;
std::string calls;

int called(const std::string& what, int result = 0) {
  const std::scoped_lock lock(calls_mutex);
  calls += what + "\n";
  return result;
}

using Take = void (*)(std::function<void()> launch);
Take taken_by = nullptr;
std::map<void*, const unsigned*> argument_sizes;  // of a function; ends with 0

void know_sizes(void* function, const unsigned* sizes) {
  const std::scoped_lock lock(calls_mutex);
  argument_sizes[function] = sizes;
}

const unsigned* sizes_of(void* function) {
  const std::scoped_lock lock(calls_mutex);
  return argument_sizes.at(function);
}

/// A launch with its arguments as they are now.
std::function<void()> kept(void* function, unsigned blocks, unsigned threads, void** arguments) {
  std::vector<std::string> values;
  for (const unsigned* size = sizes_of(function); *size != 0; ++size)
    values.emplace_back(static_cast<const char*>(arguments[values.size()]), *size);
  return [=]() mutable {
    std::vector<void*> pointers;
    for (std::string& value : values) pointers.push_back(value.data());
    reinterpret_cast<HostKernel>(function)(blocks, threads, pointers.data());
  };
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t with_end(const std::string& text) { return text.size() + 1; }

Compilation& compilation(void* program) { return *static_cast<Compilation*>(program); }

}  // namespace

// With the types that kernels/cuda calls them by.
extern "C" {

/// None that NVIDIA has: caches must not take one for the other.
int nvrtcVersion(int* major, int* minor) { return *major = 0, *minor = 2, 0; }
const char* nvrtcGetErrorString(int) { return "NVRTC_ERROR_COMPILATION"; }

int nvrtcCreateProgram(void** program, const char* text, const char*, int, const char* const*,
                       const char* const*) {
  *program = new Compilation{text, "", ""};
  return 0;
}

int nvrtcDestroyProgram(void** program) {
  delete &compilation(*program);
  *program = nullptr;
  return 0;
}

/// The code's length stands in front of it: a module is loaded from a bare pointer.
int nvrtcCompileProgram(void* program, int, const char* const*) {
  Compilation& made = compilation(program);
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/kernels.so";
  made.log = compile_host(host_part("device", made.text), path);
  if (!made.log.empty()) return 6;
  const std::string code = read(path);
  const std::size_t size = code.size();
  made.code.assign(reinterpret_cast<const char*>(&size), sizeof size);
  made.code += code;
  return 0;
}

int nvrtcGetProgramLogSize(void* program, std::size_t* size) {
  return *size = with_end(compilation(program).log), 0;
}
int nvrtcGetProgramLog(void* program, char* log) {
  const std::string& text = compilation(program).log;
  std::memcpy(log, text.c_str(), with_end(text));
  return 0;
}
int nvrtcGetCUBINSize(void* program, std::size_t* size) {
  return *size = compilation(program).code.size(), 0;
}
int nvrtcGetCUBIN(void* program, char* code) {
  std::ranges::copy(compilation(program).code, code);
  return 0;
}

/// The driver's functions that were called since this was called last, a line each, launches with
/// their stream. The text is the thread's until its next call.
const char* antigrad_stand_in_calls() {
  thread_local std::string text;
  const std::scoped_lock lock(calls_mutex);
  text = std::exchange(calls, "");
  return text.c_str();
}

/// From now on launches are not done but given to this one, who may do each as often as he likes;
/// nullptr: they are done.
void antigrad_stand_in_capture(Take take) { taken_by = take; }

int cuInit(unsigned) { return called("cuInit"); }
int cuDeviceGetCount(int* count) { return *count = 1, called("cuDeviceGetCount"); }
int cuDeviceGet(int* device, int ordinal) { return *device = ordinal, called("cuDeviceGet"); }
int cuDeviceGetName(char* name, int size, int) {
  std::strncpy(name, "stand-in on the processor", static_cast<std::size_t>(size));
  return called("cuDeviceGetName");
}
/// 4 multiprocessors, compute capability 9.0.
int cuDeviceGetAttribute(int* value, int which, int) {
  return *value = which == 16 ? 4 : which == 75 ? 9 : 0, called("cuDeviceGetAttribute");
}
int cuDevicePrimaryCtxRetain(void** out, int) {
  return *out = &context, called("cuDevicePrimaryCtxRetain");
}
int cuDevicePrimaryCtxRelease_v2(int) { return called("cuDevicePrimaryCtxRelease"); }
int cuCtxGetCurrent(void** out) { return *out = nullptr, called("cuCtxGetCurrent"); }
int cuCtxPushCurrent_v2(void*) { return called("cuCtxPushCurrent"); }
int cuCtxPopCurrent_v2(void** out) { return *out = nullptr, called("cuCtxPopCurrent"); }

int cuModuleLoadData(void** module, const void* image) {
  const auto* const code = static_cast<const char*>(image);
  std::size_t size = 0;
  std::memcpy(&size, code, sizeof size);
  auto* const loaded = new Module;
  const std::string path = loaded->folder.path() + "/kernels.so";
  std::ofstream(path, std::ios::binary).write(code + sizeof size, static_cast<long>(size));
  loaded->library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  *module = loaded;
  return called("cuModuleLoadData", loaded->library == nullptr ? 200 : 0);
}

int cuModuleUnload(void* module) {
  auto* const loaded = static_cast<Module*>(module);
  ::dlclose(loaded->library);
  delete loaded;
  return called("cuModuleUnload");
}

int cuModuleGetFunction(void** function, void* module, const char* name) {
  void* const library = static_cast<Module*>(module)->library;
  *function = ::dlsym(library, (std::string(name) + "_call").c_str());
  void* const sizes = ::dlsym(library, (std::string(name) + "_sizes").c_str());
  if (sizes != nullptr) know_sizes(*function, reinterpret_cast<const unsigned* (*)()>(sizes)());
  return called(std::string("cuModuleGetFunction ") + name, *function == nullptr ? 500 : 0);
}

int cuFuncGetAttribute(int* value, int, void*) { return *value = 32, called("cuFuncGetAttribute"); }

int cuLaunchKernel(void* function, unsigned blocks, unsigned, unsigned, unsigned threads, unsigned,
                   unsigned, unsigned, void* stream, void** arguments, void**) {
  called(fmt::format("cuLaunchKernel in {}", fmt::ptr(stream)));
  const char* const error = std::getenv("ANTIGRAD_STAND_IN_ERROR");
  if (error != nullptr) return std::atoi(error);
  if (taken_by != nullptr)
    taken_by(kept(function, blocks, threads, arguments));
  else
    reinterpret_cast<HostKernel>(function)(blocks, threads, arguments);
  return 0;
}

int cuGetErrorName(int error, const char** name) {
  *name = error == 500   ? "CUDA_ERROR_NOT_FOUND"
          : error == 719 ? "CUDA_ERROR_LAUNCH_FAILED"
                         : "CUDA_ERROR_UNKNOWN";
  return 0;
}

}  // extern "C"
