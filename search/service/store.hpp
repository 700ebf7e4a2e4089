// A journal that is alive: many threads read what it says and append to it, other programs may
// append to the file too.
//
// A commit decides on its records while it holds Optuna's lock and has read everything that others
// wrote: what it saw is still so when its records are written. Commits that wait for the disk at
// the same time share one write and one fsync; nobody sees a record before it is on the disk.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "search/storage/journal.hpp"
#include "search/storage/replay.hpp"
#include "space/error.hpp"

namespace antigrad::search {

/// What a client calls a request that it may send again; "" when it does not.
struct Key {
  std::string name;
  std::string request;  // digest of what is asked
};

/// A record and how it is written.
struct Entry {
  Json record;
  std::string text;  // one line, without its end
};

/// The records that carry a field "antigrad_key": what was done for a request that may come again.
struct Done {
  std::string request;      // digest of the request
  std::vector<int> trials;  // ids of the trials that its records made or changed
  std::size_t records = 0;
};

/// A trial that runs for a worker which must be heard of now and then: of records that carry a
/// field "antigrad_lease".
struct Lease {
  double seconds = 0;
  std::size_t touched = 0;  // number of the last record about the trial
};

/// What a commit and a reader see.
struct View {
  const Replayer& journal;
  const std::map<std::string, Done>& done;  // by key; the newest kKeys of them
  const std::map<int, Lease>& leases;       // by trial id; of running trials
  std::size_t records;
  int generation;  // another number when the journal was read anew
};
constexpr std::size_t kKeys = 20000;

/// What a service does not do, and why; the statuses are HTTP's.
class Refusal : public space::Error {
 public:
  Refusal(int status, std::string code, const std::string& message)
      : space::Error(message), status_(status), code_(std::move(code)) {}
  int status() const { return status_; }
  const std::string& code() const { return code_; }  // a word for programs

 private:
  int status_;
  std::string code_;
};

class Store {
 public:
  /// Nothing is opened yet; a file that is missing is an empty journal and made by the first
  /// commit.
  explicit Store(std::string path);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Calls `look` with the state of now, other programs' records included. Throws space::Error with
  /// the line for a file that cannot be replayed. `look` must be quick: others wait.
  void read(const std::function<void(const View&)>& look);

  /// Calls `decide` with the state of now and appends its entries; returns when they are on the
  /// disk. Throws what `decide` throws (nothing is written then), space::Error when the file cannot
  /// be written: nothing of this commit is in it then.
  void commit(const std::function<std::vector<Entry>(const View&)>& decide);

  /// Lines from record `from` on, whole ones, about `most` bytes; `total`: how many records there
  /// are.
  std::string lines(std::size_t from, std::size_t most, std::size_t& total);

  /// Waits until there are more than `records` records, or the time is over; how many there are.
  std::size_t wait(std::size_t records, std::chrono::milliseconds longest);

  /// What was done for a request with this key before; nullptr when it is new or has no key. Throws
  /// Refusal when the key stands for another request.
  static const Done* done(const View& view, const Key& key);
  /// The key on a record.
  static void mark(Entry& entry, const Key& key);
  /// `entries` of a request without those that are in the journal already, the key on each: a
  /// request that a crash cut off in its middle goes on where it was.
  static std::vector<Entry> missing(const View& view, const Key& key, std::vector<Entry> entries);

  /// A record of ours, with the journal's worker id.
  Entry entry(Json record) const;

  const std::string& path() const { return path_; }

 private:
  struct Waiting;

  void open_for_writing();
  void notice_other_file();
  void refresh();
  void forget();  // what is known; it is read again
  void take_lines(const std::string& text);
  void apply(const Json& record);
  std::string decide_all(std::vector<Waiting*>& group);
  void write(std::vector<Waiting*>& group);
  void remember_key(const Json& record, int trials_before);
  void remember_lease(const Json& record, const Replayer::Change& change);
  View view() const { return {replayer_, done_, leases_, begins_.size(), generation_}; }

  const std::string path_, worker_id_;
  std::mutex queue_mutex_;
  std::vector<Waiting*> queue_;

  std::mutex mutex_;  // all below
  std::condition_variable grown_;
  std::unique_ptr<Journal> journal_;  // open for writing since the first commit
  int file_ = -1;                     // for reading
  Replayer replayer_;
  std::map<std::string, Done> done_;
  std::deque<std::string> keys_;  // of done_, the oldest first
  std::map<int, Lease> leases_;
  int generation_ = 0;
  std::vector<std::int64_t> begins_;  // of lines in the file
  std::int64_t end_ = 0;              // of the last known line
  bool known_ = true;                 // false: a write failed, the file must be read anew
};

}  // namespace antigrad::search
