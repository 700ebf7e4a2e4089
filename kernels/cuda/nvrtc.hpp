// NVRTC, the compiler of CUDA C++, opened at run time. It needs no GPU and no driver.
#pragma once
#include <memory>
#include <string>

#include "kernels/cuda/library.hpp"

namespace antigrad::kernels {

struct CudaCode {
  std::string cubin;
  std::string log;  // with `verbose`: registers and spills of every kernel
};

class Nvrtc {
 public:
  /// Throws space::Error when `path` is no NVRTC.
  explicit Nvrtc(const std::string& path);

  /// Text of source.hpp to machine code for "sm_90" and its like. contract: products and sums may
  /// be fused (texts for f32 say themselves what is). Thread-safe. Throws space::Error for an
  /// architecture that this NVRTC does not know and std::logic_error with the log for text that
  /// does not compile.
  CudaCode compile(const std::string& text, const std::string& architecture, bool contract,
                   bool verbose = false) const;

  const std::string& path() const { return library_.path(); }
  const std::string& version() const { return version_; }  // "13.0"
  /// Of the keys of what it compiled.
  std::string compiler() const { return kCompiler + version_; }
  static constexpr const char* kCompiler = "NVRTC ";

 private:
  struct Calls;
  SharedLibrary builtins_, library_;
  std::shared_ptr<const Calls> calls_;
  std::string version_;
};

/// The NVRTC of this machine, opened once: $ANTIGRAD_NVRTC (the library or its folder), else beside
/// the libtorch that is loaded, in the folders that ./scripts/setup fills, on the loader's path, in
/// $CUDA_HOME and /usr/local/cuda. Throws space::Error with what was tried.
std::shared_ptr<const Nvrtc> open_nvrtc();

}  // namespace antigrad::kernels
