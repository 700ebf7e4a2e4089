// The candidate phase: proposals in order, each climbing rungs in a slot, records in order.
#pragma once
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "search/cohorts.hpp"
#include "search/session.hpp"
#include "space/properties.hpp"

namespace antigrad::search {

class CandidatePhase {
 public:
  /// recorded: the study's trials so far, baselines first.
  CandidatePhase(Session& session, Sampler& sampler, int study_id, std::vector<Trial> recorded);

  /// Body of one slot: takes candidates until there are none left or the search stops.
  void work(trainer::Evaluator& evaluator, int slot);
  bool complete() const { return static_cast<int>(recorded_.size()) == total_; }

 private:
  /// Why a candidate is not trained.
  struct Fault {
    std::string property, reason, sentence;
  };

  std::optional<Fault> fault_of(const std::string& activation) const;
  std::vector<Job> next(int slot);  // that train together
  int horizon(int number) const;    // how many trials a proposal of a deterministic study sees
  int end_of_next() const;          // the next proposals that train together are below this number
  bool ready() const;               // what the next proposals may see is recorded
  std::vector<const Trial*> visible() const;
  Job propose();
  void draw(const std::vector<const Trial*>& seen, Trial& trial);
  std::set<int> climb(std::vector<Job>& jobs, trainer::Evaluator& evaluator);
  bool leave(std::vector<Job> jobs, const std::set<int>& waiting);
  void measure_or_reject(const Stage& stage, trainer::Evaluator& evaluator,
                         std::span<Trial* const> trials);
  bool goes_on(Job& job);
  void put(Trial trial);

  Session& session_;
  Sampler& sampler_;
  const int study_id_;
  const int baseline_count_, total_;
  const std::vector<Stage> stages_;
  const RungPruners pruners_;
  Cohorts cohorts_;
  std::deque<Trial> recorded_;  // a deque: jobs keep pointers
  std::set<std::string> fingerprints_;
  const std::vector<const space::Property*> wanted_;  // of every candidate
  int next_ = 0;
  InOrder in_order_;
};

}  // namespace antigrad::search
