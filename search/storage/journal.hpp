// The journal: Optuna's append-only file of JSON lines, the only store of a study.
//
// A record is one line. Appends happen under Optuna's lock (a symlink beside the file), after a
// torn last line, left by a writer that was killed, has been cut off; a group of records is one
// write and one fsync. Readers take no lock.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/storage/json.hpp"

namespace antigrad::search {

/// One line of a journal, without its end. Throws space::Error as read_journal does, without file
/// and line.
Json parse_record(std::string_view line);

/// All complete records of a journal; a torn last line is left out. Throws space::Error naming file
/// and line for what would make Optuna refuse the file too: a blank line, a line that is not a JSON
/// object, no op_code or worker_id.
std::vector<Json> read_journal(const std::string& path);

/// The records as text without what differs from run to run: times, worker ids, attributes named
/// "resource:...". Equal for equal deterministic studies, whatever the number of workers and
/// interruptions.
std::string canonical_text(std::span<const Json> records);

/// The one antigrad process that writes a journal; other programs may append too, under the lock.
class Journal {
 public:
  /// Creates the file if it is missing, cuts off a torn last line. Throws space::Error if it
  /// cannot, or if another antigrad process writes it.
  explicit Journal(std::string path);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Adds worker_id and appends all records in one write, then fsync. Throws space::Error when the
  /// disk refuses; the file then ends as before.
  void append(std::span<const Json> records);
  /// The same for text that is complete lines already. `lines` is asked under the lock, after the
  /// repair: what it reads then is what the file holds before its answer. Nothing is written when
  /// the answer is "" or `lines` throws.
  void transact(const std::function<std::string()>& lines);

  const std::string& path() const { return path_; }
  double seconds() const { return seconds_; }  // spent in append so far

 private:
  struct File {  // closed even when the constructor throws
    int number = -1;
    ~File();
  };

  std::string path_, worker_id_;
  File file_;
  double seconds_ = 0;
};

/// Now, as Optuna writes times: UTC with microseconds, "2026-01-31T12:00:00.000000+00:00".
std::string timestamp();

}  // namespace antigrad::search
