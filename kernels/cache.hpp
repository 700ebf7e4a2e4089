// Machine code by what it was made of: in memory, then on disk, so that neither another run nor
// another process compiles it again. Any number of processes may use one folder at once.
//
// A file is named by a hash of its key and holds the whole key, so two keys are never taken for one
// another; a checksum over key and code stands in front. It appears under its name when it is
// whole (written elsewhere, synchronised, renamed). What is damaged is dropped and made again.
#pragma once
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "kernels/code_entry.hpp"

namespace antigrad::kernels {

class CodeCache {
 public:
  struct Options {
    std::string folder{};                     // "": memory alone
    std::uint64_t disk_limit = 256ULL << 20;  // bytes; the least recently used files go
    std::uint64_t memory_limit = 32ULL << 20;
  };
  /// Makes the folder when something is first stored.
  explicit CodeCache(Options options)
      : options_(std::move(options)), unseen_(options_.disk_limit) {}

  /// The code of this key; `make` makes what is not there. Thread-safe; two threads may make the
  /// same at once. Never throws for what the disk does: then code is made, and not kept there.
  /// Whatever `make` throws goes through.
  std::string get(const CacheKey& key, const std::function<std::string()>& make);

  struct Usage {
    std::uint64_t files = 0, bytes = 0;
  };
  /// Of the folder.
  Usage usage() const;
  /// How often get() found code in memory, on disk, and had to make it.
  struct Counts {
    std::uint64_t memory = 0, disk = 0, made = 0;
  };
  Counts counts() const;
  const std::string& folder() const { return options_.folder; }

 private:
  struct Entry {
    std::string key, code;
  };
  bool remembered(const std::string& key, std::string& code);
  void remember(const std::string& key, const std::string& code);
  void keep(const std::string& key, const std::string& code);
  void evict() const;
  std::string path_of(const std::string& key) const;

  const Options options_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // used last first
  std::unordered_map<std::string, std::list<Entry>::iterator> index_;
  std::uint64_t remembered_ = 0;  // bytes
  std::uint64_t unseen_;          // bytes written since the folder was looked at; enough for a look
                                  // at first
  Counts counts_;
};

/// Where code is kept: $ANTIGRAD_CACHE ("off": nowhere), else $XDG_CACHE_HOME/antigrad, else
/// ~/.cache/antigrad; "" for nowhere.
std::string cache_folder();

/// The process's cache, in cache_folder() as it was at the first call.
CodeCache& code_cache();

}  // namespace antigrad::kernels
