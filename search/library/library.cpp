// Files of past studies.
#include "search/library/library.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "space/error.hpp"
#include "space/random.hpp"

namespace antigrad::search {
namespace {

constexpr const char* kEnding = ".study";

std::string usual_place() {
  if (const char* named = std::getenv("ANTIGRAD_LIBRARY"); named != nullptr && *named != '\0')
    return named;
  const char* const home = std::getenv("HOME");
  return std::string(home == nullptr ? "." : home) + "/.local/share/antigrad/library";
}

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw space::Error({path, 0, 0}, "cannot read the library; is the path right?");
  return {std::istreambuf_iterator<char>(in), {}};
}

// Beside it first, then renamed: another process sees all of it or nothing.
void write_whole(const std::string& path, const std::string& text) {
  const std::string beside = fmt::format("{}.{}.new", path, ::getpid());
  const auto refuse = [&](const char* why) {
    ::unlink(beside.c_str());
    throw space::Error({path, 0, 0},
                       fmt::format("cannot write the library: {}; name another place with "
                                   "ANTIGRAD_LIBRARY, or off",
                                   why));
  };
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) refuse(std::strerror(errno));
  std::size_t done = 0;
  bool fine = true;
  while (fine && done < text.size()) {
    const ssize_t n = ::write(file, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    fine = n > 0;
    if (fine) done += static_cast<std::size_t>(n);
  }
  fine = fine && ::fsync(file) == 0;
  const int reason = errno;
  ::close(file);
  if (!fine) refuse(std::strerror(reason));
  if (::rename(beside.c_str(), path.c_str()) != 0) refuse(std::strerror(errno));
}

std::vector<PastStudy> once_each(std::vector<PastStudy> studies) {
  std::map<std::string, PastStudy> sorted;
  for (PastStudy& study : studies) sorted.emplace(study.hash(), std::move(study));
  std::vector<PastStudy> all;
  for (auto& [hash, study] : sorted) all.push_back(std::move(study));
  return all;
}

}  // namespace

Library::Library(std::string path) : path_(path.empty() ? usual_place() : std::move(path)) {}

std::vector<PastStudy> Library::studies() const {
  if (off() || !std::filesystem::exists(path_)) return {};
  std::vector<std::string> files;
  if (std::filesystem::is_directory(path_)) {
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      if (entry.path().extension() == kEnding) files.push_back(entry.path().string());
  } else {
    files.push_back(path_);
  }
  std::ranges::sort(files);
  std::vector<PastStudy> all;
  for (const std::string& file : files)
    for (PastStudy& study : read_past(content(file), file)) all.push_back(std::move(study));
  return once_each(std::move(all));
}

bool Library::add(const PastStudy& study) const {
  if (off()) return false;
  if (std::filesystem::is_regular_file(path_))
    throw space::Error({path_, 0, 0},
                       "is one file, which can only be read; merge it into a folder");
  std::error_code failed;
  std::filesystem::create_directories(path_, failed);
  const std::string file = fmt::format("{}/{}-{}{}", path_, study.name, study.hash(), kEnding);
  if (!std::filesystem::exists(file)) write_whole(file, to_text(study));
  return true;
}

std::string hash_of(std::vector<PastStudy> studies) {
  std::uint64_t all = 0;
  for (const PastStudy& study : once_each(std::move(studies)))
    all = space::child_seed(all, study.hash());
  return fmt::format("{:016x}", all);
}

void export_library(const std::vector<PastStudy>& studies, const std::string& path) {
  std::string text;
  for (const PastStudy& study : studies) text += to_text(study);
  write_whole(path, text);
}

}  // namespace antigrad::search
