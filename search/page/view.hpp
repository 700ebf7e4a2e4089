// A journal as the page sees it, kept up to date record by record: a refresh costs what is new,
// not what is there. Answers are JSON text; who asks, and how, is elsewhere.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "search/page/tail.hpp"
#include "search/storage/replay.hpp"
#include "search/summary.hpp"

namespace antigrad::search::page {

/// Up to where an asker knows a journal. `epoch` tells files apart: after `--fresh` a name means
/// another one, and everything is told again.
struct Known {
  std::string epoch;
  int record = 0;
};

/// Thread-safe.
class View {
 public:
  explicit View(std::string journal);
  ~View();

  /// Takes in what was appended. Throws space::Error when the journal cannot be read.
  void refresh();
  /// Records so far. An asker who knows them all is up to date.
  Known known() const;

  /// Its studies, confirmations with the study they belong to: [{"study": name, "phase": ..}, ...].
  Json studies() const;
  /// {"epoch", "record", "study": {...}, "evidence": HTML, "trials": [lines]}: all that changed
  /// after `known`; evidence (verdict, formulas of the best, confirmation) is absent when it did
  /// not. Throws space::Error for an unknown study.
  std::string study(const std::string& name, const Known& known) const;
  /// {"epoch", "record", "curves": [...]}: of trials that changed.
  std::string curves(const std::string& name, const Known& known) const;
  /// page::detail with the journal's log, its drawing, and drawings at trained values. Throws
  /// space::Error for an unknown trial.
  Json trial(const std::string& name, int number) const;
  /// Its activation's text. Throws space::Error for an unknown trial or one without.
  std::string activation(const std::string& name, int number) const;
  /// Calls `look` with what the journal says. It must be quick: others wait.
  void look(const std::function<void(const Replay&)>& look) const;
  /// A copy, for exporters. Throws space::Error for a study that antigrad did not write.
  Summary summary(const std::string& name) const;

 private:
  struct Study;
  void apply(const Json& record);
  void look_for_text(Study& study, const StoredStudy& stored);
  void take_in(const StoredStudy& stored, int number);
  void settle();  // after a batch of records: what follows from them
  void write_line(Study& study, const StoredTrial& stored);
  void take_confirmation(Study& study);
  static Json head_of(const Study& study);
  const Study& named(const std::string& name) const;
  const Trial& trial_of(const std::string& name, int number) const;
  std::string opening(const Known& known, int& from) const;

  mutable std::mutex mutex_;
  JournalTail tail_;
  Replayer replayer_;
  int record_ = 0;
  std::map<int, std::unique_ptr<Study>> studies_;  // by id
};

}  // namespace antigrad::search::page
