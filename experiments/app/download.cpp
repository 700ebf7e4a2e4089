// Downloads with ranges; see download.hpp.
#include "experiments/app/download.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "experiments/app/http.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

constexpr int kRedirects = 10, kAttempts = 5;
constexpr std::chrono::milliseconds kFirstWait{200};  // doubled after every attempt without a byte

/// NAME.part, held by one program at a time; it stays when this goes.
class PartFile {
 public:
  explicit PartFile(std::string path) : path_(std::move(path)) {
    do {
      if (file_ >= 0) ::close(file_);
      file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
      if (file_ < 0) fail("cannot write");
      if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
        ::close(file_);
        throw std::runtime_error(path_ + ": another program is fetching this file; wait for it");
      }
    } while (!under_its_name());
    size_ = static_cast<std::uint64_t>(::lseek(file_, 0, SEEK_END));
  }
  ~PartFile() { ::close(file_); }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  std::uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }

  void cut(std::uint64_t size) {
    if (::ftruncate(file_, static_cast<off_t>(size)) != 0) fail("cannot shorten the file");
    size_ = size;
  }
  void append(const char* data, std::size_t size) {
    while (size > 0) {
      const ssize_t written = ::pwrite(file_, data, size, static_cast<off_t>(size_));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) fail("cannot write");
      data += written;
      size -= static_cast<std::size_t>(written);
      size_ += static_cast<std::uint64_t>(written);
    }
  }
  /// On the disk, then under its own name.
  void finish(const std::string& name) {
    if (::fsync(file_) != 0 || ::rename(path_.c_str(), name.c_str()) != 0) fail("cannot write");
  }

 private:
  /// False when another program has finished and renamed it since it was opened.
  bool under_its_name() const {
    struct stat opened {
    }, named{};
    return ::fstat(file_, &opened) == 0 && ::stat(path_.c_str(), &named) == 0 &&
           opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
  }

  [[noreturn]] void fail(const char* what) const {
    throw std::runtime_error(fmt::format(
        "{}: {} ({}); what was fetched is kept: make room or choose another folder with -O, and "
        "call this again",
        path_, what, std::strerror(errno)));
  }

  std::string path_;
  int file_ = -1;
  std::uint64_t size_ = 0;
};

/// What one address gave.
enum class Outcome { whole, broken, refused };

class Fetch {
 public:
  Fetch(const DataFile& file, PartFile& part, const DownloadOptions& options)
      : file_(file), part_(part), options_(options) {}

  /// Until the file is as long as it should be; false: this address does not give it.
  bool from(const std::string& url) {
    reason_.clear();
    auto wait = kFirstWait;
    for (int attempt = 0; attempt < kAttempts;) {
      const std::uint64_t before = part_.size();
      const Outcome outcome = attempt_once(url);
      if (outcome == Outcome::whole) return true;
      if (outcome == Outcome::refused) return false;
      if (part_.size() > before) {
        attempt = 0;
        wait = kFirstWait;
      } else {
        ++attempt;
      }
      options_.note(fmt::format("{}: {}; trying again from byte {}", url, reason_, part_.size()));
      std::this_thread::sleep_for(wait);
      wait *= 2;
    }
    return false;
  }
  const std::string& reason() const { return reason_; }

 private:
  Outcome attempt_once(std::string url) {
    if (part_.size() > file_.bytes) part_.cut(0);
    if (part_.size() == file_.bytes) return Outcome::whole;
    for (int i = 0; i <= kRedirects; ++i) {
      HttpHead head;
      try {
        head = get(url);
      } catch (const HttpUntrusted& error) {
        reason_ = error.what();
        return Outcome::refused;
      } catch (const space::Error& error) {
        if (i == 0) throw;  // the user's address; else the server's, in a redirect
        reason_ = error.what();
        return Outcome::refused;
      } catch (const HttpError& error) {
        reason_ = error.what();
        return Outcome::broken;
      }
      if (head.status >= 300 && head.status < 400 && !head.location.empty()) {
        url = head.location;
        continue;
      }
      return judge(head);
    }
    reason_ = fmt::format("more than {} redirects", kRedirects);
    return Outcome::refused;
  }

  HttpHead get(const std::string& url) {
    const auto head = [this](const HttpHead& answer) { return begin(answer); };
    const auto body = [this](const char* data, std::size_t size) {
      if (size > file_.bytes - part_.size()) {
        too_long_ = true;
        return false;
      }
      part_.append(data, size);
      options_.progress(part_.size());
      return true;
    };
    too_long_ = false;
    return http_get({.url = url, .offset = part_.size(), .ca = options_.ca}, head, body);
  }

  /// Whether the body that follows continues the file; a body from the start replaces it.
  bool begin(const HttpHead& head) {
    const bool continues = head.status == 206 && head.range_begin == part_.size();
    // Another range than was asked for: the next attempt asks for all of it.
    if (head.status == 200 || (head.status == 206 && !continues)) part_.cut(0);
    return head.status == 200 || continues;
  }

  Outcome judge(const HttpHead& head) {
    if (head.status == 200 || head.status == 206) return judge_body(head);
    reason_ = fmt::format("status {}", head.status);
    if (head.status == 416) part_.cut(0);  // what is there is longer than the server's file
    const bool again = head.status == 416 || head.status == 429 || head.status >= 500;
    return again ? Outcome::broken : Outcome::refused;
  }

  Outcome judge_body(const HttpHead& head) {
    if (too_long_ || (head.range_total && *head.range_total != file_.bytes)) {
      reason_ =
          fmt::format("there are {} bytes, expected {}",
                      head.range_total ? fmt::to_string(*head.range_total) : "more", file_.bytes);
      part_.cut(0);
      return Outcome::refused;
    }
    if (part_.size() == file_.bytes) return Outcome::whole;
    reason_ = fmt::format("it ended after {} of {} bytes", part_.size(), file_.bytes);
    return Outcome::broken;
  }

  const DataFile& file_;
  PartFile& part_;
  const DownloadOptions& options_;
  std::string reason_;
  bool too_long_ = false;
};

}  // namespace

void download(const DataFile& file, const std::string& folder, const DownloadOptions& options) {
  const std::string target = folder + "/" + file.name;
  PartFile part(target + ".part");
  Fetch fetch(file, part, options);
  std::string failures;
  for (const std::string& url : file.urls) {
    bool resumed = part.size() > 0;
    while (fetch.from(url)) {
      const std::string fault = fault_of(file, part.path());
      if (fault.empty()) return part.finish(target);
      part.cut(0);
      failures += fmt::format("\n  {}: {}", url, fault);
      if (!resumed) break;
      // An older or damaged beginning may be to blame: once more, from the first byte.
      options.note(fmt::format("{}: {}; fetching all of it again", file.name, fault));
      resumed = false;
    }
    if (!fetch.reason().empty()) failures += fmt::format("\n  {}: {}", url, fetch.reason());
  }
  throw std::runtime_error(fmt::format(
      "{}: no address gives it:{}\nWay out: check the network, name a mirror with --from URL, or "
      "put the file there yourself",
      target, failures));
}

}  // namespace antigrad::app
