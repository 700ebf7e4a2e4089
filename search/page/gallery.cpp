// Finds runs and keeps their views.
#include "search/page/gallery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "search/page/drawing.hpp"
#include "space/error.hpp"

namespace antigrad::search::page {
namespace {

namespace fs = std::filesystem;

constexpr int kMostWaiting = 64;
constexpr int kMostStudies = 10000;  // of one journal
constexpr auto kLook = std::chrono::milliseconds{100};

/// The last name of a folder's path, whatever way it is written.
std::string name_of(const fs::path& folder) {
  const fs::path whole = fs::absolute(folder).lexically_normal();
  return (whole.has_filename() ? whole.filename() : whole.parent_path().filename()).string();
}

}  // namespace

Gallery::Gallery(std::string path) : path_(std::move(path)) {}

std::map<std::string, std::string> Gallery::runs() const {
  constexpr const char* kJournal = "journal.log";
  std::map<std::string, std::string> out;
  const fs::path root(path_);
  std::error_code none;
  if (fs::is_regular_file(root, none)) {
    out[root.filename().string()] = path_;
    return out;
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(root, none)) {
    const fs::path journal = entry.path() / kJournal;
    if (fs::is_regular_file(journal, none)) out[entry.path().filename().string()] = journal;
  }
  if (fs::is_regular_file(root / kJournal, none)) out[name_of(root)] = root / kJournal;
  return out;
}

View& Gallery::view(const std::string& name, const std::string& journal) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<View>& view = views_[name];
  if (view == nullptr) view = std::make_unique<View>(journal);
  return *view;
}

Json Gallery::studies() {
  Json out = Json::array();
  for (const auto& [name, path] : runs()) {
    try {
      View& one = view(name, path);
      one.refresh();
      for (Json& study : one.studies()) {
        study["run"] = name;
        out.push_back(std::move(study));
      }
    } catch (const space::Error& e) {
      out.push_back({{"run", name}, {"name", name}, {"fault", e.what()}, {"trials", 0}});
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const Json& a, const Json& b) {
    return a.value("updated", "") > b.value("updated", "");
  });
  return out;
}

std::string Gallery::journal(const std::string& name) const {
  const auto known = runs();
  const auto found = known.find(name);
  if (found == known.end()) throw space::Error(fmt::format("no run \"{}\" in {}", name, path_));
  return found->second;
}

View& Gallery::run(const std::string& name) {
  View& found = view(name, journal(name));
  found.refresh();
  return found;
}

void Gallery::wait(const std::string& name, const Known& known, double seconds,
                   const std::atomic<bool>& stop) {
  struct Waiter {
    explicit Waiter(std::atomic<int>& n) : count(n), place(++count) {}
    ~Waiter() { --count; }
    std::atomic<int>& count;
    const int place;
  };
  const Waiter waiter(waiting_);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  View& view = run(name);
  while (waiter.place <= kMostWaiting && !stop && std::chrono::steady_clock::now() < end) {
    const Known now = view.known();
    if (now.epoch != known.epoch || now.record != known.record) return;
    std::this_thread::sleep_for(kLook);
    view.refresh();
  }
}

void Gallery::each_study(const Look& look) {
  for (const auto& [name, path] : runs()) {
    View& one = view(name, path);
    int place = 0;
    {
      const std::lock_guard lock(mutex_);
      const auto found = std::find(seen_.begin(), seen_.end(), name);
      place = static_cast<int>(found - seen_.begin());
      if (found == seen_.end()) seen_.push_back(name);
    }
    try {
      one.refresh();
    } catch (const space::Error&) {
      continue;  // studies() says what is wrong with it
    }
    one.look([&](const Replay& replay) {
      for (const StoredStudy& study : replay.studies) look(study, place * kMostStudies + study.id);
    });
  }
}

void Gallery::numbered_study(int id, const Look& look) {
  bool found = false;
  each_study([&](const StoredStudy& study, int number) {
    if (number != id) return;
    found = true;
    look(study, id);
  });
  if (!found) throw space::Error(fmt::format("no study {}", id));
}

std::string Gallery::properties(const std::string& activation) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = proved_.find(activation);
    if (found != proved_.end()) return found->second;
  }
  std::string text = to_text(page::properties(activation));  // outside the lock: it takes long
  const std::lock_guard lock(mutex_);
  constexpr std::size_t kMost = 2000;
  if (proved_.size() >= kMost) proved_.clear();
  return proved_[activation] = std::move(text);
}

}  // namespace antigrad::search::page
