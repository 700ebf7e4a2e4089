// A Python with Optuna to compare with (bench_optuna.py), for benchmarks.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "search/child.hpp"

namespace antigrad::app {

class OptunaProcess {
 public:
  /// python: an interpreter with Optuna; "": the oracle tests' environment if it is there; "none":
  /// not asked for. Says on stderr why there is none.
  explicit OptunaProcess(const std::string& python);
  ~OptunaProcess();
  OptunaProcess(const OptunaProcess&) = delete;
  OptunaProcess& operator=(const OptunaProcess&) = delete;

  /// Seconds of "load FILE", "trial FILE" or "ask FILE"; nullopt when nobody answers.
  std::optional<double> seconds(const std::string& question);

 private:
  std::unique_ptr<search::Child> child_;
};

}  // namespace antigrad::app
