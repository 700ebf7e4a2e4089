// Questions and answers, a line each.
#include "experiments/app/optuna_process.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <limits>

#include "paths.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::Child;

constexpr auto kPatience = std::chrono::minutes(5);

}  // namespace

OptunaProcess::OptunaProcess(const std::string& python) {
  const std::string program =
      python.empty() ? ANTIGRAD_SOURCE_DIR "/.deps/oracle/bin/python" : python;
  if (program == "none") return;
  if (!std::filesystem::exists(program)) {
    if (!python.empty()) throw space::Error(fmt::format("--python: no file {}", python));
    fmt::print(stderr, "without Optuna: no {}; ./scripts/test sets it up\n", program);
    return;
  }
  child_ = std::make_unique<Child>(
      std::vector<std::string>{"/usr/bin/env", "PYTHONDONTWRITEBYTECODE=1", program,
                               ANTIGRAD_SOURCE_DIR "/experiments/app/bench_optuna.py"});
  const auto read =
      child_->read_line(Child::Clock::now() + kPatience, std::numeric_limits<double>::infinity());
  if (read.event == Child::Event::line && read.line.starts_with("ready")) return;
  fmt::print(stderr, "without Optuna: {} does not run it ({})\n", program, child_->end(true));
  child_.reset();
}

OptunaProcess::~OptunaProcess() = default;

std::optional<double> OptunaProcess::seconds(const std::string& question) {
  if (!child_) return std::nullopt;
  if (child_->write_line(question)) {
    const auto read =
        child_->read_line(Child::Clock::now() + kPatience, std::numeric_limits<double>::infinity());
    if (read.event == Child::Event::line) return std::stod(read.line);
  }
  fmt::print(stderr, "Optuna ended at \"{}\" ({})\n", question, child_->end(true));
  child_.reset();
  return std::nullopt;
}

}  // namespace antigrad::app
