// Journals under one folder, each with its view: what a server of the page asks.
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "search/page/view.hpp"

namespace antigrad::search::page {

/// Thread-safe.
class Gallery {
 public:
  /// path: a folder of run directories (it may hold a journal.log of its own), one run directory,
  /// or a journal. Nothing needs to be there yet.
  explicit Gallery(std::string path);

  /// Every study of every run, the one that changed last first: View::studies with "run"; a run
  /// that cannot be read has "fault" instead.
  Json studies();
  /// The view of a run, up to date. Throws space::Error for a name that is no run here.
  View& run(const std::string& name);
  /// The path of a run's journal. Throws as run() does: a name never leads outside.
  std::string journal(const std::string& name) const;

  /// Waits until a run has news for one who knows `known`, at most so many seconds; at once when
  /// there are too many who wait, or `stop` is set.
  void wait(const std::string& name, const Known& known, double seconds,
            const std::atomic<bool>& stop);
  /// page::properties, kept.
  std::string properties(const std::string& activation);

  /// Every study with a number, for those who know studies by numbers: it stays as long as this
  /// object lives.
  using Look = std::function<void(const StoredStudy& study, int id)>;
  void each_study(const Look& look);
  /// Throws space::Error for an unknown number.
  void numbered_study(int id, const Look& look);

 private:
  std::map<std::string, std::string> runs() const;  // name -> journal
  View& view(const std::string& name, const std::string& journal);

  std::string path_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<View>> views_;  // by name
  std::vector<std::string> seen_;              // runs in the order in which they were numbered
  std::map<std::string, std::string> proved_;  // by activation
  std::atomic<int> waiting_{0};
};

}  // namespace antigrad::search::page
