// Listing, hashing, reading pieces.
#include "experiments/app/remote/file_shelf.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "experiments/app/digest.hpp"
#include "kernels/cuda/nvrtc.hpp"
#include "search/study_paths.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using search::Json;

std::int64_t written(const fs::path& path) {
  return static_cast<std::int64_t>(fs::last_write_time(path).time_since_epoch().count());
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// Without the text, which is long; "contracted" is a property of the kernel, not of the machine.
bool is_for(const kernels::CacheKey& key, const std::string& compiler,
            const std::string& architecture) {
  return key.compiler == compiler &&
         (key.target == architecture || key.target.starts_with(architecture + ","));
}

}  // namespace

std::string expanded(const std::string& path) {
  std::string text = path;
  for (auto at = text.find("${"); at != text.npos; at = text.find("${", at)) {
    const std::size_t end = text.find('}', at);
    if (end == text.npos) return "";
    const char* const value = std::getenv(text.substr(at + 2, end - at - 2).c_str());
    if (value == nullptr) return "";
    text.replace(at, end + 1 - at, value);
    at += std::string(value).size();
  }
  return text;
}

// Links count as what they lead to.
bool FileShelf::allowed(const std::string& path) const {
  if (root_.empty()) return false;
  std::error_code bad;
  const fs::path root = fs::canonical(root_, bad), real = fs::canonical(path, bad);
  if (bad) return false;
  return std::mismatch(root.begin(), root.end(), real.begin(), real.end()).first == root.end();
}

Json FileShelf::file(const std::string& path, const std::string& name) {
  const std::uint64_t bytes = fs::file_size(path);
  Known& known = known_[path];
  if (known.sha256.empty() || known.bytes != bytes || known.written != written(path))
    known = {bytes, written(path), digest(path, Digest::sha256)};
  shelf_[known.sha256] = path;
  return {{"name", name}, {"bytes", bytes}, {"sha256", known.sha256}};
}

Json FileShelf::list(const std::string& study, bool trusted) {
  const std::lock_guard lock(mutex_);
  Json paths = Json::array();
  for (const std::string& text : search::paths_of_study(study, "study")) {
    const std::string path = expanded(text);
    std::error_code bad;
    const bool there = !path.empty() && fs::exists(path, bad) && !bad;
    const bool folder = there && fs::is_directory(path, bad);
    Json row{{"path", text}, {"folder", folder}};
    if (there && (trusted || allowed(path))) {
      Json& files = row["files"] = Json::array();
      if (!folder) files.push_back(file(path, ""));
      if (folder)
        for (const fs::path& one : files_in(path))
          if (trusted || allowed(one)) files.push_back(file(one, one.filename()));
    }
    paths.push_back(std::move(row));
  }
  return paths;
}

const FileShelf::Entry& FileShelf::entry(const std::string& path) {
  const std::uint64_t bytes = fs::file_size(path);
  Entry& known = entries_[path];
  if (known.bytes == bytes && known.written == written(path)) return known;
  known = {bytes, written(path), std::nullopt};
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (const auto parts = kernels::entry_parts(text)) known.key = kernels::key_of(parts->key);
  if (known.key) known.key->text.clear();
  return known;
}

Json FileShelf::code(const std::string& folder, const std::string& compiler,
                     const std::string& architecture) {
  if (!compiler.starts_with(kernels::Nvrtc::kCompiler) || architecture.empty())
    throw space::Error("compiler: expected NVRTC and its version, with architecture=sm_90 or so");
  const std::lock_guard lock(mutex_);
  Json files = Json::array();
  std::error_code none;  // a cache that nobody has used yet
  for (const fs::directory_entry& one : fs::directory_iterator(folder, none)) {
    if (one.path().extension() != kernels::kEntrySuffix) continue;
    try {
      const Entry& known = entry(one.path());
      if (known.key && is_for(*known.key, compiler, architecture))
        files.push_back(file(one.path(), one.path().filename()));
    } catch (const std::runtime_error&) {  // it went meanwhile, as old entries do
      continue;
    }
  }
  return files;
}

std::optional<std::string> FileShelf::piece(const std::string& sha256, std::uint64_t from) const {
  const std::lock_guard lock(mutex_);
  const auto at = shelf_.find(sha256);
  if (at == shelf_.end()) return std::nullopt;
  const Known& known = known_.at(at->second);
  std::error_code bad;
  const std::uint64_t bytes = fs::file_size(at->second, bad);
  if (bad || bytes != known.bytes || written(at->second) != known.written || bytes > kMostBytes)
    return std::nullopt;
  std::ifstream in(at->second, std::ios::binary);
  std::string text(std::min<std::uint64_t>(kPiece, bytes - std::min(from, bytes)), '\0');
  in.seekg(static_cast<std::streamoff>(from));
  if (!text.empty() && !in.read(text.data(), static_cast<std::streamsize>(text.size())))
    return std::nullopt;
  return text;
}

}  // namespace antigrad::app
