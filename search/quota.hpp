// The key `quota` of a study: how much its run directory may take on the disk.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "space/yaml.hpp"

namespace antigrad::search {

/// "2GB", "500 MB", "1.5GiB" or a number of bytes. Throws space::Error.
std::uint64_t read_quota(const space::Yaml& node);
/// Of a study's text; 0: it has none.
std::uint64_t quota_of(const std::string& study);

/// Looks at a folder, now and then: looking takes at most a twentieth of the time.
class QuotaWatch {
 public:
  /// limit 0: there is none.
  QuotaWatch(std::string folder, std::uint64_t limit) : folder_(std::move(folder)), limit_(limit) {}

  /// Whether the folder was longer than its quota at the last look.
  bool over();

 private:
  using Clock = std::chrono::steady_clock;
  std::string folder_;
  std::uint64_t limit_;
  bool over_ = false;
  Clock::time_point next_ = Clock::time_point::min();
};

}  // namespace antigrad::search
