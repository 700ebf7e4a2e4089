// Reads a journal from where it was left.
#include "search/page/tail.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "space/error.hpp"

namespace antigrad::search::page {
namespace {

class File {
 public:
  explicit File(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number_ < 0 || ::fstat(number_, &status_) != 0)
      throw space::Error({path, 0, 0},
                         fmt::format("cannot read the journal: {}", std::strerror(errno)));
  }
  ~File() {
    if (number_ >= 0) ::close(number_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::int64_t size() const { return status_.st_size; }
  std::uint64_t id() const { return status_.st_ino; }
  std::string from(std::int64_t offset) const {
    std::string text(static_cast<std::size_t>(size() - offset), '\0');
    std::size_t got = 0;
    while (got < text.size()) {
      const ssize_t n = ::pread(number_, text.data() + got, text.size() - got,
                                offset + static_cast<std::int64_t>(got));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      got += static_cast<std::size_t>(n);
    }
    text.resize(got);
    return text;
  }

 private:
  int number_;
  struct stat status_ {};
};

Json record_of(std::string_view line, const space::Where& where) {
  Json record;
  try {
    record = parse_json(line);
  } catch (const space::Error& e) {
    throw space::Error({where.file, where.line, e.where().column}, e.message());
  }
  if (record.is_object() && record.contains("op_code")) return record;
  throw space::Error(
      where, fmt::format("expected a journal record with op_code, got {}", line.substr(0, 60)));
}

}  // namespace

JournalTail::News JournalTail::read() {
  const File file(path_);
  News news;
  if (file.id() != file_ || file.size() < offset_) {
    news.anew = true;
    file_ = file.id();
    offset_ = 0;
    lines_ = 0;
  }
  if (file.size() == offset_) return news;
  const std::string text = file.from(offset_);
  std::size_t begin = 0;
  try {
    for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
      std::string_view line = std::string_view(text).substr(begin, end - begin);
      if (line.ends_with('\r')) line.remove_suffix(1);
      news.records.push_back(record_of(line, {path_, ++lines_, 0}));
    }
  } catch (const space::Error&) {
    file_ = 0;
    throw;
  }
  offset_ += static_cast<std::int64_t>(begin);
  return news;
}

}  // namespace antigrad::search::page
