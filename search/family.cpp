// /proc/PID/status, stat and smaps_rollup.
#include "search/family.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace antigrad::search {
namespace {

namespace fs = std::filesystem;

/// A line "NAME:   123 kB" of a file, in MiB.
std::optional<double> mebibytes_of(const std::string& path, const std::string& name) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
  return std::nullopt;
}

struct Process {
  pid_t pid = 0, parent = 0, group = 0;
};

// "pid (name) state parent group ...": a name may hold blanks and brackets.
std::optional<Process> process_of(const fs::path& folder) {
  std::ifstream in(folder / "stat");
  std::string line;
  std::getline(in, line);
  const std::size_t end = line.rfind(')');
  if (end == line.npos) return std::nullopt;
  std::istringstream words(line.substr(end + 1));
  char state = 0;
  Process process;
  process.pid = static_cast<pid_t>(std::stol(line));
  return words >> state >> process.parent >> process.group ? std::optional(process) : std::nullopt;
}

std::vector<Process> all_processes() {
  std::vector<Process> all;
  std::error_code failure;
  for (fs::directory_iterator at("/proc", failure); !failure && at != fs::directory_iterator();
       at.increment(failure)) {
    if (std::isdigit(static_cast<unsigned char>(at->path().filename().string()[0])) == 0) continue;
    if (const std::optional<Process> one = process_of(at->path())) all.push_back(*one);
  }
  return all;
}

}  // namespace

// A child may have a lower number than its parent.
std::set<pid_t> family_of(pid_t pid) {
  const std::vector<Process> all = all_processes();
  std::set<pid_t> family{pid};
  for (std::size_t before = 0; before != family.size();) {
    before = family.size();
    for (const Process& one : all)
      if (one.group == pid || family.contains(one.parent)) family.insert(one.pid);
  }
  return family;
}

double resident_mebibytes(pid_t pid) {
  return mebibytes_of(fmt::format("/proc/{}/status", pid), "VmRSS").value_or(0);
}

double family_mebibytes(pid_t pid) {
  const std::set<pid_t> family = family_of(pid);
  if (family.size() == 1) return resident_mebibytes(pid);
  double sum = 0;
  for (const pid_t one : family) {
    const auto share = mebibytes_of(fmt::format("/proc/{}/smaps_rollup", one), "Pss");
    sum += share ? *share : resident_mebibytes(one);
  }
  return sum;
}

double FamilyMemory::look(pid_t pid) {
  constexpr int kShare = 50;
  constexpr std::chrono::milliseconds kLeast{200};
  const Clock::time_point begin = Clock::now();
  if (begin < next_) return mebibytes_;
  mebibytes_ = family_mebibytes(pid);
  const Clock::time_point end = Clock::now();
  next_ = end + std::max<Clock::duration>(kLeast, kShare * (end - begin));
  return mebibytes_;
}

}  // namespace antigrad::search
