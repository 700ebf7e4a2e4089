// Texts of kernels/cuda compiled for this processor: many in one file, each in a namespace.
#pragma once
#include <memory>
#include <string>

#include "kernels/cuda/plan.hpp"

namespace antigrad::kernels {

/// A text as a part of a C++ file that includes cuda_shim.hpp. prefix: that of the text's kernels.
/// Every kernel NAME becomes NAME_call(blocks, threads, arguments) too.
std::string host_part(const std::string& prefix, const std::string& text);

/// Compiles parts into a shared library at `path`. "" or the compiler's messages.
std::string compile_host(const std::string& parts, const std::string& path);

/// Removed with what is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

using HostKernel = void (*)(unsigned blocks, unsigned threads, void** arguments);

/// Adds texts, then compiles them all and finds their kernels.
class CudaHost {
 public:
  void add(const std::string& prefix, const std::string& text) {
    parts_ += host_part(prefix, text);
  }
  std::string compile();
  /// Runs kernels of the text that was added with this prefix. `blocks` of a launch are divided by
  /// `fewer`, rounded up.
  Launch launch(const std::string& prefix, unsigned fewer = 1) const;

 private:
  std::string parts_;
  std::shared_ptr<void> library_;
};

}  // namespace antigrad::kernels
