// What `antigrad bench evidence` replays: the tables of experiments/tables, one a task, and what
// judges the finds of a search over them.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "search/evidence/strategy.hpp"

namespace antigrad::app {

/// A task whose trainings were recorded.
struct EvidenceTask {
  std::string name;         // experiments/tables/NAME.csv.gz
  std::string keys;         // of the task, as its study has them: by these tasks are like or unlike
  double seconds_per_step;  // of the recorded trainings on one core, evaluation included
  bool goal = false;        // how much faster than random search is decided here
};
std::span<const EvidenceTask> evidence_tasks();

/// The file of experiments/tables; whether it is there, saying so on stderr where it is not.
std::string table_path(const std::string& file);
bool table_exists(const std::string& file);
search::RecordedTable read_table(const std::string& file);

class Recording {
 public:
  /// The file must exist.
  explicit Recording(const EvidenceTask& task);

  const search::RecordedTable& table() const { return table_; }
  const EvidenceTask& task() const { return task_; }
  double seconds_per_step() const;
  /// Whether what a strategy finds is judged by seeds that it does not train with.
  bool judges(const search::Strategy& strategy) const { return again_ || strategy.seeds == 1; }
  /// Whether runs on seeds of their own judge, so that other targets can be asked for.
  bool has_again() const { return again_.has_value(); }
  /// What good means, for people.
  std::string target() const;
  /// When a study first names something good. Judged by runs on seeds of their own where
  /// NAME_again.csv has them: as good as the fifth best; else by the seed that the study does not
  /// see, which alone is noisy: one of the best in twenty.
  search::Reached judge(const std::vector<search::Milestone>& milestones,
                        std::uint64_t study) const;
  /// Where good is as good as the k-th best by NAME_again.csv, which must be there.
  search::Reached judge_by_rank(const std::vector<search::Milestone>& milestones, int k) const;
  /// The same for studies that train on seeds of their own; without NAME_again.csv by the mean over
  /// all recorded seeds: one of the best in twenty.
  search::Reached judge_live(const std::vector<search::Milestone>& milestones) const;
  std::string live_target() const;
  /// Of the means by which NAME_again.csv judges (search::Again); nothing without it.
  std::optional<double> reliability() const;

 private:
  search::Reached judged_by(const std::vector<search::Milestone>& milestones,
                            const search::Again& unseen) const;
  int twentieth() const { return static_cast<int>(table_.texts().size()) / 20; }

  const EvidenceTask& task_;
  search::RecordedTable table_;
  std::optional<search::Again> again_;
};

/// What searches spent until they named a good one, one number a study.
struct Costs {
  std::vector<double> steps{}, trials{};
  std::vector<double> seconds{};  // of one core: training, and what the search itself takes
  std::vector<search::Reached> studies{};
  std::vector<std::vector<search::Milestone>> ways{};  // of the studies, where they are kept
  int reached = 0;
  void add(const search::Reached& reached, double seconds_per_step);
};

}  // namespace antigrad::app
