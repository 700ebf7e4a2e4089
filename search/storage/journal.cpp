// Reading and appending journal files.
#include "search/storage/journal.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "search/storage/lock.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw space::Error({path, 0, 0}, what);
}

Json parse_line(const std::string& path, int line, std::string_view text) {
  try {
    return parse_record(text);
  } catch (const space::Error& e) {
    throw space::Error({path, line, e.where().column}, e.message());
  }
}

// Waits a moment: the writer that was just killed may still be on its way out.
bool lock_file(int file) {
  for (int attempt = 0; attempt < 40; ++attempt) {
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  return false;
}

// Where the last complete line ends.
off_t end_of_lines(int file) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return -1;
  off_t end = status.st_size;
  char c = 0;
  while (end > 0 && ::pread(file, &c, 1, end - 1) == 1 && c != '\n') --end;
  return end;
}

bool cut_torn_tail(int file) {
  const off_t end = end_of_lines(file);
  return end >= 0 && (end == ::lseek(file, 0, SEEK_END) || ::ftruncate(file, end) == 0);
}

bool write_all(int file, std::string_view text, off_t at) {
  while (!text.empty()) {
    const ssize_t n = ::pwrite(file, text.data(), text.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
    at += n;
  }
  return ::fsync(file) == 0;
}

// A file that is new has its name on the disk only when its folder is: a power cut would take it.
void sync_new_name(int file, const std::string& path) {
  if (::lseek(file, 0, SEEK_END) != 0) return;
  const std::string folder = std::filesystem::absolute(path).parent_path().string();
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return;
  ::fsync(handle);
  ::close(handle);
}

}  // namespace

Json parse_record(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) throw space::Error("blank line in a journal; Optuna refuses it too");
  Json record = parse_json(line);
  if (!record.is_object() || !record.contains("op_code") || !record.contains("worker_id")) {
    throw space::Error("expected a journal record with op_code and worker_id, got " +
                       std::string(line.substr(0, 60)));
  }
  return record;
}

std::vector<Json> read_journal(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) fail(path, fmt::format("cannot read the journal: {}", std::strerror(errno)));
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::vector<Json> records;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    records.push_back(parse_line(path, static_cast<int>(records.size()) + 1, line));
  }
  return records;
}

std::string canonical_text(std::span<const Json> records) {
  std::string text;
  for (Json record : records) {
    for (const char* key : {"worker_id", "datetime_start", "datetime_complete"}) record.erase(key);
    if (record.contains("user_attrs") && record["user_attrs"].is_object()) {
      Json& attrs = record["user_attrs"];
      for (auto at = attrs.begin(); at != attrs.end();) {
        at = at.key().rfind("resource:", 0) == 0 ? attrs.erase(at) : std::next(at);
      }
    }
    text += to_text(record) + '\n';
  }
  return text;
}

Journal::Journal(std::string path)
    : path_(std::move(path)), worker_id_(fmt::format("antigrad-{}", ::getpid())) {
  file_.number = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_.number < 0)
    fail(path_, fmt::format("cannot open the journal: {}", std::strerror(errno)));
  if (!lock_file(file_.number)) {
    fail(path_,
         "another antigrad process writes this journal; let it end, or watch it with "
         "`antigrad status`");
  }
  sync_new_name(file_.number, path_);
  const JournalLock lock(path_);
  if (!cut_torn_tail(file_.number)) fail(path_, "cannot repair the journal's torn last line");
}

Journal::File::~File() {
  if (number >= 0) ::close(number);
}

void Journal::append(std::span<const Json> records) {
  if (records.empty()) return;
  const Clock::time_point begin = Clock::now();
  std::string text;
  for (Json record : records) {
    record["worker_id"] = worker_id_;
    text += to_text(record) + '\n';
  }
  transact([&] { return std::move(text); });
  seconds_ += std::chrono::duration<double>(Clock::now() - begin).count();
}

void Journal::transact(const std::function<std::string()>& lines) {
  const JournalLock lock(path_);
  const off_t end = end_of_lines(file_.number);
  bool good = cut_torn_tail(file_.number);
  const std::string text = good ? lines() : "";
  good = good && (text.empty() || write_all(file_.number, text, end));
  if (good) return;
  const std::string reason = std::strerror(errno);
  const bool restored = end >= 0 && ::ftruncate(file_.number, end) == 0;
  fail(path_,
       fmt::format("cannot write the journal: {}; free some space, then `antigrad resume`{}",
                   reason, restored ? "" : " (its last line may be torn: that is repaired)"));
}

std::string timestamp() {
  const auto now = std::chrono::system_clock::now();
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}+00:00",
                     fmt::gmtime(static_cast<std::time_t>(micros / 1000000)), micros % 1000000);
}

}  // namespace antigrad::search
