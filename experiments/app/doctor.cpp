// `antigrad doctor`: what a search needs of this machine, each with a way out.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "experiments/app/commands.hpp"
#include "experiments/app/slots.hpp"
#include "experiments/app/sql_library.hpp"
#include "experiments/app/trainer_library.hpp"
#include "kernels/cache.hpp"
#include "kernels/cuda/driver.hpp"
#include "kernels/cuda/nvrtc.hpp"
#include "kernels/table_loops.hpp"
#include "paths.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;

struct Finding {
  std::string what;
  enum class State { fine, slower, broken } state;
  std::string detail, way_out;
};
using State = Finding::State;

constexpr double kMebibytesAWorker = 1500;  // libtorch, the data and a small model

// The trainer as a search uses it, and the code it makes.
std::vector<Finding> check_trainer() {
  try {
    const TrainerLibrary library;
    const trainer::KernelCost cost = library.kernel_cost("gelu");
    const bool llvm = library.kernel_cost("prelu").tier == "llvm";  // has a parameter
    return {{"libtorch", State::fine, "opens", ""},
            {"LLVM", llvm ? State::fine : State::slower,
             llvm ? "makes machine code" : "not in this build: formulas are interpreted",
             llvm ? "" : "install llvm-19-dev and build again"},
            {"kernels", State::fine,
             fmt::format("{}: GELU forward {:.2f}, backward {:.2f} ns an element", cost.tier,
                         cost.forward_ns, cost.backward_ns),
             ""}};
  } catch (const space::Error& e) {
    return {{"libtorch", State::broken, e.what(),
             "./scripts/run fetches the pinned libtorch and builds"}};
  }
}

Finding check_data(const std::string& name) {
  const fs::path path = fs::path(ANTIGRAD_SOURCE_DIR) / ".deps/data" / name;
  std::error_code failure;
  const auto size = fs::file_size(path, failure);
  if (failure)
    return {"data " + name, State::broken, path.string() + ": " + failure.message(),
            "./scripts/run makes it from pinned wheels"};
  return {"data " + name, State::fine, fmt::format("{:.1f} MB", static_cast<double>(size) / 1e6),
          ""};
}

// What tables and machine code may use.
Finding check_instructions() {
  const kernels::Machine machine = kernels::machine();
  const bool fine = machine != kernels::Machine::baseline;
  return {"instructions", fine ? State::fine : State::slower, kernels::to_string(machine),
          fine ? "" : "tables want AVX2 or AVX-512; is ANTIGRAD_ISA set?"};
}

Finding check_gpu() {
  try {
    const kernels::CudaDevice device;
    return {"GPU", State::fine, fmt::format("{}, {}", device.name(), device.architecture()), ""};
  } catch (const space::Error& e) {
    return {"GPU", State::slower, fmt::format("none: {}", e.what()),
            "searches run on the processor; ./scripts/gpu-check tests kernels where a GPU is"};
  }
}

Finding check_nvrtc() {
  try {
    const auto nvrtc = kernels::open_nvrtc();
    return {"NVRTC", State::fine, fmt::format("{}: {}", nvrtc->version(), nvrtc->path()), ""};
  } catch (const space::Error& e) {
    return {"NVRTC", State::slower, e.what(),
            "needed to compile CUDA kernels alone: ./scripts/test sets it up, or name it in "
            "ANTIGRAD_NVRTC"};
  }
}

// The folder that studies name as ${ANTIGRAD_DATA}.
Finding check_data_folder() {
  const char* const folder = std::getenv("ANTIGRAD_DATA");
  const std::string way_out =
      "for larger tasks: antigrad data get NAME -O DIR, then "
      "ANTIGRAD_DATA=DIR";
  if (folder == nullptr) return {"ANTIGRAD_DATA", State::slower, "not set", way_out};
  if (!fs::is_directory(folder))
    return {"ANTIGRAD_DATA", State::slower, std::string(folder) + ": no such folder", way_out};
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return {"ANTIGRAD_DATA", State::fine, fmt::format("{}: {}", folder, fmt::join(names, ", ")), ""};
}

// What `antigrad storage` needs.
Finding check_databases() {
  std::vector<std::string> have, lack;
  for (const search::SqlDialect dialect :
       {search::SqlDialect::sqlite, search::SqlDialect::postgresql})
    (has_database(dialect) ? have : lack).push_back(name_of(dialect));
  return {"databases", lack.empty() ? State::fine : State::slower,
          have.empty() ? "none" : fmt::format("{}", fmt::join(have, ", ")),
          lack.empty() ? ""
                       : fmt::format("for {}: install libsqlite3-dev and libpq-dev, build again",
                                     fmt::join(lack, ", "))};
}

// Machine code that other processes need not make again.
Finding check_cache() {
  const std::string folder = kernels::cache_folder();
  if (folder.empty())
    return {"kernel cache", State::slower, "none: every process compiles its kernels",
            "name a folder in ANTIGRAD_CACHE"};
  fs::path there = folder;
  while (!fs::exists(there) && there.has_parent_path() && there != there.parent_path())
    there = there.parent_path();
  const bool usable = fs::is_directory(there) && ::access(there.c_str(), W_OK) == 0;
  const kernels::CodeCache::Usage usage = kernels::code_cache().usage();
  return {"kernel cache", usable ? State::fine : State::slower,
          fmt::format("{}: {} kernels, {:.1f} MB{}", folder, usage.files,
                      static_cast<double>(usage.bytes) / 1e6, usable ? "" : "; not writable"),
          usable ? "" : "choose another folder with ANTIGRAD_CACHE"};
}

double available_mebibytes() {
  std::ifstream in("/proc/meminfo");
  double available = 0;
  for (std::string key; in >> key;) {
    if (key == "MemAvailable:" && in >> available) break;
  }
  double limit = 0, used = 0;
  if (std::ifstream("/sys/fs/cgroup/memory.max") >> limit &&
      std::ifstream("/sys/fs/cgroup/memory.current") >> used) {
    return std::min(available / 1024, (limit - used) / 1048576);
  }
  return available / 1024;
}

Finding check_memory(int cores) {
  const double have = available_mebibytes();
  const double wanted = cores * kMebibytesAWorker;
  return {"memory", have >= wanted ? State::fine : State::slower,
          fmt::format("{:.0f} MiB available; {} workers take up to {:.0f}", have, cores, wanted),
          have >= wanted ? "" : "search with fewer: --workers N"};
}

Finding check_disk() {
  std::error_code failure;
  const fs::space_info space = fs::space(fs::current_path(), failure);
  if (failure)
    return {"disk", State::slower, failure.message(), "choose a folder for runs with --dir"};
  const bool enough = space.available > 200'000'000;
  return {"disk", enough ? State::fine : State::broken,
          fmt::format("{:.1f} GB free here", static_cast<double>(space.available) / 1e9),
          enough ? "" : "free some, or choose another folder for runs with --dir"};
}

Finding check_write() {
  const bool writable = ::access(".", W_OK) == 0;
  return {"this folder", writable ? State::fine : State::slower,
          writable ? "writable: runs go to ./runs" : "not writable",
          writable ? "" : "choose a folder for runs with --dir"};
}

const char* to_string(State state) {
  switch (state) {
    case State::fine: return "fine";
    case State::slower: return "limited";
    case State::broken: return "broken";
  }
  return "";
}

}  // namespace

int doctor_command(const Arguments& arguments) {
  const int cores = usable_cores();
  std::vector<Finding> findings = check_trainer();
  for (const char* name : {"digits.csv.gz", "python.txt"}) findings.push_back(check_data(name));
  findings.push_back(check_data_folder());
  findings.push_back(check_instructions());
  findings.push_back(check_gpu());
  findings.push_back(check_nvrtc());
  findings.push_back(
      {"cores", State::fine, fmt::format("{} for this process: {} workers", cores, cores), ""});
  findings.push_back(check_databases());
  findings.push_back(check_cache());
  findings.push_back(check_memory(cores));
  findings.push_back(check_disk());
  findings.push_back(check_write());
  Listing listing({"check", "state", "detail", "way out"});
  for (const Finding& f : findings) listing.add({f.what, to_string(f.state), f.detail, f.way_out});
  print(listing.text(arguments.format));
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& f) { return f.state == State::broken; })
             ? 1
             : 0;
}

}  // namespace antigrad::app
