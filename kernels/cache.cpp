#include "kernels/cache.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace antigrad::kernels {
namespace {

namespace fs = std::filesystem;

constexpr auto kAbandoned = std::chrono::hours(1);  // a file that was never finished

class File {
 public:
  File(const std::string& path, int flags)
      : handle_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  ~File() {
    if (handle_ >= 0) ::close(handle_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool open() const { return handle_ >= 0; }
  int handle() const { return handle_; }

  bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto n = ::write(handle_, bytes.data(), bytes.size());
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  /// All of it; "" when it cannot be read.
  std::string read() const {
    struct stat facts {};
    if (::fstat(handle_, &facts) != 0) return "";
    std::string bytes(static_cast<std::size_t>(facts.st_size), '\0');
    for (std::size_t at = 0; at < bytes.size();) {
      const auto n = ::read(handle_, bytes.data() + at, bytes.size() - at);
      if (n <= 0) return "";
      at += static_cast<std::size_t>(n);
    }
    return bytes;
  }

 private:
  int handle_;
};

/// What is kept on disk, used now. A damaged file goes; one of a key with the same hash stays.
bool load(const std::string& path, const std::string& key, std::string& code) {
  const File file(path, O_RDONLY);
  if (!file.open()) return false;
  const std::string bytes = file.read();
  const std::optional<EntryParts> parts = entry_parts(bytes);
  if (!parts) {
    ::unlink(path.c_str());
    return false;
  }
  if (parts->key != key) return false;
  code = parts->code;
  ::futimens(file.handle(), nullptr);
  return true;
}

/// Whole under its name, or not at all. False when the disk refuses.
bool store(const std::string& path, const std::string& key, const std::string& code) {
  static std::atomic<std::uint64_t> count{0};
  const std::string unfinished = fmt::format("{}.{}.{}.part", path, ::getpid(), count++);
  bool whole = false;
  {
    const File file(unfinished, O_WRONLY | O_CREAT | O_EXCL);
    whole = file.open() && file.write(entry_head(key, code)) && file.write(key) &&
            file.write(code) && ::fsync(file.handle()) == 0;
  }
  whole = whole && ::rename(unfinished.c_str(), path.c_str()) == 0;
  if (!whole) ::unlink(unfinished.c_str());
  return whole;
}

struct Kept {
  fs::path path;
  std::uint64_t bytes;
  fs::file_time_type used;
};

/// The entries of a folder; those that were never finished go. Files may vanish meanwhile.
std::vector<Kept> entries_of(const std::string& folder) {
  std::vector<Kept> kept;
  std::error_code failure;
  const auto now = fs::file_time_type::clock::now();
  fs::directory_iterator at(folder, failure);
  for (; !failure && at != fs::directory_iterator(); at.increment(failure)) {
    std::error_code gone;
    const Kept entry{at->path(), at->file_size(gone), at->last_write_time(gone)};
    if (gone) continue;
    if (entry.path.extension() == kEntrySuffix) kept.push_back(entry);
    if (entry.path.extension() == ".part" && now - entry.used > kAbandoned)
      fs::remove(entry.path, gone);
  }
  return kept;
}

}  // namespace

std::string CodeCache::get(const CacheKey& key, const std::function<std::string()>& make) {
  const std::string whole = joined(key);
  std::string code;
  if (remembered(whole, code)) return code;
  const bool on_disk = !options_.folder.empty() && load(path_of(whole), whole, code);
  if (!on_disk) {
    code = make();
    keep(whole, code);
  }
  const std::scoped_lock lock(mutex_);
  ++(on_disk ? counts_.disk : counts_.made);
  remember(whole, code);
  return code;
}

bool CodeCache::remembered(const std::string& key, std::string& code) {
  const std::scoped_lock lock(mutex_);
  const auto at = index_.find(key);
  if (at == index_.end()) return false;
  entries_.splice(entries_.begin(), entries_, at->second);
  code = at->second->code;
  ++counts_.memory;
  return true;
}

void CodeCache::remember(const std::string& key, const std::string& code) {
  if (index_.contains(key)) return;  // another thread was first
  entries_.push_front({key, code});
  index_[key] = entries_.begin();
  remembered_ += key.size() + code.size();
  while (remembered_ > options_.memory_limit && !entries_.empty()) {
    const Entry& last = entries_.back();
    remembered_ -= last.key.size() + last.code.size();
    index_.erase(last.key);
    entries_.pop_back();
  }
}

void CodeCache::keep(const std::string& key, const std::string& code) {
  if (options_.folder.empty()) return;
  std::error_code failure;
  fs::create_directories(options_.folder, failure);
  if (failure || !store(path_of(key), key, code)) return;
  {
    const std::scoped_lock lock(mutex_);
    unseen_ += entry_head(key, code).size() + key.size() + code.size();
    if (unseen_ < options_.disk_limit / 16) return;
    unseen_ = 0;
  }
  evict();
}

/// Down to 7/8 of the limit, so that not every file that is written removes one.
void CodeCache::evict() const {
  std::vector<Kept> kept = entries_of(options_.folder);
  std::uint64_t bytes = 0;
  for (const Kept& entry : kept) bytes += entry.bytes;
  if (bytes <= options_.disk_limit - options_.disk_limit / 8) return;
  std::ranges::sort(kept, {}, &Kept::used);
  for (const Kept& entry : kept) {
    if (bytes <= options_.disk_limit - options_.disk_limit / 8) return;
    std::error_code gone;
    fs::remove(entry.path, gone);
    bytes -= entry.bytes;
  }
}

std::string CodeCache::path_of(const std::string& key) const {
  return options_.folder + "/" + entry_name(key);
}

CodeCache::Usage CodeCache::usage() const {
  Usage usage;
  if (options_.folder.empty()) return usage;
  for (const Kept& entry : entries_of(options_.folder)) {
    ++usage.files;
    usage.bytes += entry.bytes;
  }
  return usage;
}

CodeCache::Counts CodeCache::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

std::string cache_folder() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  const std::string given = variable("ANTIGRAD_CACHE"), shared = variable("XDG_CACHE_HOME"),
                    home = variable("HOME");
  if (given == "off") return "";
  if (!given.empty()) return given;
  if (shared.starts_with('/')) return shared + "/antigrad";
  return home.empty() ? "" : home + "/.cache/antigrad";
}

CodeCache& code_cache() {
  static CodeCache cache({.folder = cache_folder()});
  return cache;
}

}  // namespace antigrad::kernels
