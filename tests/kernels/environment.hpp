// Variables of the environment for a while, and the text of an error.
#pragma once
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>

#include "space/error.hpp"

namespace antigrad::kernels {

class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    const char* const before = std::getenv(name);
    if (before != nullptr) before_ = before;
    ::setenv(name, value, 1);
  }
  ~Environment() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

/// What space::Error says; "" when none is thrown.
inline std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const space::Error& e) {
    return e.what();
  }
  return "";
}

}  // namespace antigrad::kernels
