// Files that a study names, for workers that do not have them: asked for by their sha256, so that
// nobody can name a path.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "kernels/code_entry.hpp"
#include "search/storage/json.hpp"

namespace antigrad::app {

/// What a study writes, ${NAME} replaced by the environment; "" when that does not say it.
std::string expanded(const std::string& path);

/// Thread-safe.
class FileShelf {
 public:
  static constexpr std::uint64_t kMostBytes = std::uint64_t{4} << 30;  // of a file that is served
  static constexpr std::size_t kPiece = std::size_t{4} << 20;

  /// root: the folder that any study may name files of, "" = none.
  explicit FileShelf(std::string root) : root_(std::move(root)) {}

  /// The paths of a study's text: [{"path": as written, "folder": whether it is one, "files":
  /// [{"name", "bytes", "sha256"}]}]. Of a folder the files directly in it. A path that is not
  /// there, or that this study may not name, has no "files". trusted: whoever started the server
  /// named the study, so it may name any path. Slow the first time: it reads the files.
  search::Json list(const std::string& study, bool trusted);

  /// Machine code for GPUs in a cache's folder, whole entries alone: [{"name", "bytes", "sha256"}].
  /// compiler, architecture: as kernels::DeviceKernel keys them ("NVRTC 13.0", "sm_90"). Throws
  /// space::Error for another compiler: code of processors would run as the worker itself.
  search::Json code(const std::string& folder, const std::string& compiler,
                    const std::string& architecture);

  /// A piece of a file that was listed, from a byte on; nullopt for a file that was not, or is too
  /// long, or has changed.
  std::optional<std::string> piece(const std::string& sha256, std::uint64_t from) const;

 private:
  struct Known {
    std::uint64_t bytes = 0;
    std::int64_t written = 0;  // time of the last change
    std::string sha256{};
  };
  struct Entry {
    std::uint64_t bytes = 0;
    std::int64_t written = 0;
    std::optional<kernels::CacheKey> key{};  // nullopt: no whole entry
  };
  bool allowed(const std::string& path) const;
  search::Json file(const std::string& path, const std::string& name);
  const Entry& entry(const std::string& path);

  const std::string root_;
  mutable std::mutex mutex_;
  std::map<std::string, Known> known_;        // by path
  std::map<std::string, std::string> shelf_;  // sha256 -> path
  std::map<std::string, Entry> entries_;      // of machine code, by path
};

}  // namespace antigrad::app
