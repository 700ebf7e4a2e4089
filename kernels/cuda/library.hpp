// A shared library opened at run time.
#pragma once
#include <string>

namespace antigrad::kernels {

/// Stays open until the process ends: CUDA's libraries do not unload cleanly.
class SharedLibrary {
 public:
  /// handle() is null when it does not open; then error() says why.
  explicit SharedLibrary(const std::string& path);
  void* handle() const { return handle_; }
  const std::string& path() const { return path_; }
  const std::string& error() const { return error_; }

  /// Sets `function` to the named one. Throws space::Error naming the library without it.
  template <class Function>
  void find(const char* name, Function& function) const {
    function = reinterpret_cast<Function>(address(name));
  }

 private:
  void* address(const char* name) const;

  std::string path_, error_;
  void* handle_;
};

}  // namespace antigrad::kernels
