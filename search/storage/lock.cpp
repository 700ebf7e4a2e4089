// The symlink lock, waiting and stealing as Optuna's JournalFileSymlinkLock does.
#include "search/storage/lock.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstring>
#include <filesystem>
#include <thread>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kStale{30};

std::string read_link(const std::string& link) {
  char text[PATH_MAX];
  const ssize_t size = ::readlink(link.c_str(), text, sizeof text);
  return size < 0 ? std::string{} : std::string(text, static_cast<std::size_t>(size));
}

// Optuna looks through the symlink: a writer that is alive changes the journal.
timespec changed(const std::string& link) {
  struct stat status {};
  return ::stat(link.c_str(), &status) == 0 ? status.st_mtim : timespec{};
}

// Rename first: of two that release the same lock only one unlinks.
void release(const std::string& link) {
  const std::string aside = fmt::format("{}{}.rename", link, ::getpid());
  if (::rename(link.c_str(), aside.c_str()) == 0) ::unlink(aside.c_str());
}

std::string marked_target(const std::string& journal) {
  const std::filesystem::path path = std::filesystem::absolute(journal);
  return path.parent_path().string() + "/././" + path.filename().string();
}

}  // namespace

bool JournalLock::try_acquire() const {
  if (::symlink(target_.c_str(), link_.c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  throw space::Error(fmt::format("{}: cannot lock the journal: {}; make its folder writable", link_,
                                 std::strerror(errno)));
}

JournalLock::JournalLock(const std::string& journal)
    : link_(journal + ".lock"), target_(marked_target(journal)) {
  timespec seen = changed(link_);
  Clock::time_point since = Clock::now();
  std::chrono::milliseconds pause{1};
  while (!try_acquire()) {
    const timespec now = changed(link_);
    if (now.tv_sec != seen.tv_sec || now.tv_nsec != seen.tv_nsec) {
      seen = now;
      since = Clock::now();
    }
    if (read_link(link_) == target_ || Clock::now() - since > kStale) {
      release(link_);
      continue;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, std::chrono::milliseconds{1000});
  }
}

JournalLock::~JournalLock() { release(link_); }

}  // namespace antigrad::search
