// Reading on where the last reading ended; commits in groups.
#include "search/service/store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

constexpr std::int64_t kPiece = 1 << 22;  // bytes read at once

std::string read_piece(int file, std::int64_t begin, std::int64_t size) {
  std::string text(static_cast<std::size_t>(size), '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t n = ::pread(file, text.data() + have, text.size() - have,
                              begin + static_cast<std::int64_t>(have));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    have += static_cast<std::size_t>(n);
  }
  text.resize(have);
  return text;
}

}  // namespace

/// A commit on its way.
struct Store::Waiting {
  const std::function<std::vector<Entry>(const View&)>* decide;
  bool done = false;
  std::exception_ptr error{};
};

Store::Store(std::string path)
    : path_(std::move(path)), worker_id_(fmt::format("antigrad-{}", ::getpid())) {}

Store::~Store() {
  if (file_ >= 0) ::close(file_);
}

Entry Store::entry(Json record) const {
  record["worker_id"] = worker_id_;
  std::string text = to_python_text(record);
  return {std::move(record), std::move(text)};
}

const Done* Store::done(const View& view, const Key& key) {
  const auto at = view.done.find(key.name);
  if (key.name.empty() || at == view.done.end()) return nullptr;
  if (at->second.request != key.request)
    throw Refusal(
        422, "key_reused",
        "this Idempotency-Key came with another request before; a new request needs a new "
        "key");
  return &at->second;
}

void Store::mark(Entry& entry, const Key& key) {
  if (key.name.empty()) return;
  const Json value = key.name + "#" + key.request;
  entry.record["antigrad_key"] = value;
  entry.text.replace(entry.text.rfind('}'), std::string::npos,
                     ",\"antigrad_key\":" + to_text(value) + "}");
}

std::vector<Entry> Store::missing(const View& view, const Key& key, std::vector<Entry> entries) {
  if (const Done* const known = done(view, key); known != nullptr)
    entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(
                                                         std::min(known->records, entries.size())));
  for (Entry& entry : entries) mark(entry, key);
  return entries;
}

void Store::forget() {
  replayer_ = {};
  done_.clear();
  keys_.clear();
  leases_.clear();
  begins_.clear();
  end_ = 0;
  ++generation_;
  known_ = true;
}

void Store::remember_key(const Json& record, int trials_before) {
  const auto field = record.find("antigrad_key");
  if (field == record.end() || !field->is_string()) return;
  const std::string& text = field->get_ref<const std::string&>();
  const std::size_t cut = text.rfind('#');
  if (cut == text.npos) return;
  const auto [at, is_new] = done_.try_emplace(text.substr(0, cut));
  if (is_new) keys_.push_back(at->first);
  Done& done = at->second;
  done.request = text.substr(cut + 1);
  ++done.records;
  if (replayer_.state().trial_count > trials_before) done.trials.push_back(trials_before);
  if (record.contains("trial_id")) done.trials.push_back(record["trial_id"].get<int>());
  if (keys_.size() <= kKeys) return;
  done_.erase(keys_.front());
  keys_.pop_front();
}

void Store::remember_lease(const Json& record, const Replayer::Change& change) {
  if (change.trial < 0) return;
  const bool created = !record.contains("trial_id");
  const int id = created ? replayer_.state().trial_count - 1 : record["trial_id"].get<int>();
  const StoredTrial* const trial = replayer_.trial(id);
  if (trial == nullptr || trial->state != TrialState::running) {
    leases_.erase(id);
    return;
  }
  const auto field = record.find("antigrad_lease");
  if (field != record.end() && field->is_number()) leases_[id].seconds = field->get<double>();
  if (const auto at = leases_.find(id); at != leases_.end()) at->second.touched = begins_.size();
}

void Store::apply(const Json& record) {
  const int before = replayer_.state().trial_count;
  const Replayer::Change change = replayer_.apply(record);
  remember_key(record, before);
  remember_lease(record, change);
}

// Complete lines that begin at end_.
void Store::take_lines(const std::string& text) {
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    try {
      apply(parse_record(std::string_view(text).substr(begin, end - begin)));
    } catch (const space::Error& e) {
      throw space::Error({path_, static_cast<int>(begins_.size()) + 1, e.where().column},
                         e.message());
    }
    begins_.push_back(end_);
    end_ += static_cast<std::int64_t>(end + 1 - begin);
  }
}

// A run that was set aside leaves its place to another file.
void Store::notice_other_file() {
  struct stat ours {
  }, named{};
  if (file_ < 0 || ::fstat(file_, &ours) != 0) return;
  if (::stat(path_.c_str(), &named) == 0 && named.st_ino == ours.st_ino) return;
  ::close(file_);
  file_ = -1;
  forget();
}

void Store::refresh() {
  if (!known_) forget();
  notice_other_file();
  if (file_ < 0) file_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (file_ < 0 || ::fstat(file_, &status) != 0) {
    if (errno == ENOENT) return;
    throw space::Error({path_, 0, 0},
                       fmt::format("cannot read the journal: {}", std::strerror(errno)));
  }
  if (status.st_size < end_) forget();  // cut by somebody: what was known is no more
  std::int64_t size = kPiece;
  while (end_ < status.st_size) {
    const std::int64_t begin = end_;
    const std::string text = read_piece(file_, end_, std::min(size, status.st_size - end_));
    take_lines(text);
    if (end_ > begin) continue;
    if (begin + static_cast<std::int64_t>(text.size()) >= status.st_size) break;  // a torn tail
    size *= 2;                                                                    // a long line
  }
}

void Store::open_for_writing() {
  refresh();
  if (journal_ != nullptr && file_ < 0) journal_.reset();  // of a file that is gone
  if (journal_ == nullptr) journal_ = std::make_unique<Journal>(path_);
}

void Store::read(const std::function<void(const View&)>& look) {
  const std::lock_guard lock(mutex_);
  refresh();
  look(view());
}

// The text of all commits of a group that do not refuse.
std::string Store::decide_all(std::vector<Waiting*>& group) {
  std::string text;
  for (Waiting* waiting : group) {
    std::vector<Entry> entries;
    try {
      entries = (*waiting->decide)(view());
    } catch (const std::exception&) {  // thrown again in the thread that asked
      waiting->error = std::current_exception();
    }
    for (const Entry& entry : entries) {
      apply(entry.record);
      begins_.push_back(end_);
      end_ += static_cast<std::int64_t>(entry.text.size()) + 1;
      text += entry.text + '\n';
    }
  }
  return text;
}

void Store::write(std::vector<Waiting*>& group) {
  bool decided = false;
  try {
    open_for_writing();
    journal_->transact([&] {
      refresh();
      decided = true;
      return decide_all(group);
    });
  } catch (const std::exception&) {  // thrown again in the threads that asked
    if (decided) known_ = false;
    for (Waiting* waiting : group) waiting->error = std::current_exception();
  }
}

void Store::commit(const std::function<std::vector<Entry>(const View&)>& decide) {
  Waiting mine{&decide};
  {
    const std::lock_guard lock(queue_mutex_);
    queue_.push_back(&mine);
  }
  const std::lock_guard lock(mutex_);
  // Whoever comes first writes for all that wait; they find their work done.
  if (!mine.done) {
    std::vector<Waiting*> group;
    {
      const std::lock_guard queue_lock(queue_mutex_);
      group.swap(queue_);
    }
    const std::size_t before = begins_.size();
    write(group);
    for (Waiting* waiting : group) waiting->done = true;
    if (begins_.size() != before) grown_.notify_all();
  }
  if (mine.error) std::rethrow_exception(mine.error);
}

std::string Store::lines(std::size_t from, std::size_t most, std::size_t& total) {
  const std::lock_guard lock(mutex_);
  refresh();
  total = begins_.size();
  if (from >= total) return "";
  const std::int64_t begin = begins_[from];
  const auto last = std::upper_bound(begins_.begin() + static_cast<std::ptrdiff_t>(from) + 1,
                                     begins_.end(), begin + static_cast<std::int64_t>(most));
  return read_piece(file_, begin, (last == begins_.end() ? end_ : *last) - begin);
}

std::size_t Store::wait(std::size_t records, std::chrono::milliseconds longest) {
  constexpr std::chrono::milliseconds kLook{200};  // other programs do not tell
  const auto until = std::chrono::steady_clock::now() + longest;
  std::unique_lock lock(mutex_);
  for (refresh(); begins_.size() <= records; refresh()) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left <= left.zero()) break;
    grown_.wait_for(lock, std::min<std::chrono::steady_clock::duration>(left, kLook));
  }
  return begins_.size();
}

}  // namespace antigrad::search
