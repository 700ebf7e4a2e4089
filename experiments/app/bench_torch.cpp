#include "experiments/app/bench_torch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <limits>

#include "experiments/app/exported.hpp"
#include "kernels/export/target.hpp"
#include "kernels/export/torch.hpp"
#include "paths.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using search::Child;

constexpr auto kPatience = std::chrono::minutes(5);  // a first compilation takes a minute

fs::path new_folder() {
  std::string pattern = (fs::temp_directory_path() / "antigrad_torch_XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw space::Error(fmt::format("{}: cannot make a folder", pattern));
  return pattern;
}

}  // namespace

std::string find_python(const std::string& asked, std::string& missing) {
  const std::string program =
      asked.empty() ? ANTIGRAD_SOURCE_DIR "/.deps/oracle/bin/python" : asked;
  if (program == "none") {
    missing = "not asked for (--python none)";
    return "";
  }
  if (fs::exists(program)) return program;
  if (!asked.empty()) throw space::Error(fmt::format("--python: no file {}", asked));
  missing =
      fmt::format("no {}: ./scripts/test sets it up, or name another one with --python", program);
  return "";
}

TorchProcess::TorchProcess(const std::string& python, std::int64_t elements) : elements_(elements) {
  const std::string program = find_python(python, missing_);
  if (program.empty()) return;
  folder_ = new_folder();
  child_ = std::make_unique<Child>(std::vector<std::string>{
      "/usr/bin/env", "MALLOC_MMAP_THRESHOLD_=1000000000", "MALLOC_TRIM_THRESHOLD_=4000000000",
      "OMP_NUM_THREADS=1", "PYTHONDONTWRITEBYTECODE=1", program,
      ANTIGRAD_SOURCE_DIR "/experiments/app/bench_torch.py", folder_.string(),
      std::to_string(elements)});
  const auto read =
      child_->read_line(Child::Clock::now() + kPatience, std::numeric_limits<double>::infinity());
  if (read.event == Child::Event::line && read.line.starts_with("ready")) return;
  missing_ = fmt::format("{} does not run torch ({})", program, child_->end(true));
  child_.reset();
}

TorchProcess::~TorchProcess() {
  child_.reset();
  std::error_code ignored;  // a temporary folder that stays is no error of the benchmark
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

std::string TorchProcess::ask(const std::string& line) {
  if (!child_) return "";
  if (child_->write_line(line)) {
    const auto read =
        child_->read_line(Child::Clock::now() + kPatience, std::numeric_limits<double>::infinity());
    if (read.event == Child::Event::line) return read.line;
  }
  missing_ = fmt::format("torch's process ended at \"{}\" ({})", line, child_->end(true));
  child_.reset();
  return "";
}

Timed TorchProcess::timed(const std::string& name, const space::Activation& activation,
                          bool backward, Kind kind) {
  if (!child_) return {};
  write_files(kernels::export_target("torch"), {.activation = activation, .name = name},
              folder_.string());
  const std::string key = fmt::format("{} {} {}", name, backward ? "backward" : "forward",
                                      kind == Kind::eager ? "eager" : "compiled");
  std::string theta;
  for (const double v : space::starts_of(activation.parameters)) theta += fmt::format(" {}", v);
  if (ask("make " + key + theta) != "ok") return {};
  return {[this, key] {
            const std::string answer = ask("run " + key);
            if (answer.empty()) throw space::Error("bench kernels: " + missing_);
            return std::stod(answer);
          },
          static_cast<double>(elements_)};
}

}  // namespace antigrad::app
