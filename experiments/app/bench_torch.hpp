// torch eager and torch.compile as a child process that times rounds on demand (bench_torch.py).
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "experiments/app/bench_rounds.hpp"
#include "search/child.hpp"
#include "space/activation.hpp"

namespace antigrad::app {

/// The interpreter that --python asks for: itself; "": the oracle tests' environment; "none": none.
/// Empty where there is none, and `missing` says why. Throws space::Error for a file that is not
/// there.
std::string find_python(const std::string& asked, std::string& missing);

class TorchProcess {
 public:
  enum class Kind { eager, compiled };

  /// python: as find_python reads it.
  TorchProcess(const std::string& python, std::int64_t elements);
  ~TorchProcess();
  TorchProcess(const TorchProcess&) = delete;
  TorchProcess& operator=(const TorchProcess&) = delete;

  /// Why there is none; "" while it answers.
  const std::string& missing() const { return missing_; }

  /// Compiles and times forward or backward of an activation on arrays of its own; nothing when it
  /// cannot.
  Timed timed(const std::string& name, const space::Activation& activation, bool backward,
              Kind kind);

 private:
  std::string ask(const std::string& line);  // "" when nobody answers; then missing() says why

  std::int64_t elements_;
  std::filesystem::path folder_;
  std::unique_ptr<search::Child> child_;
  std::string missing_;
};

}  // namespace antigrad::app
