// What the service keeps of a study between requests: its settings, sampler and the trials as the
// sampler sees them. All of it comes out of the journal again.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "search/service/ask_tell.hpp"

namespace antigrad::search {

struct AskTell::Brain {
  Brain(const StoredStudy& study, ServiceSettings s);

  /// Parameters of the study's next trial: a function of the settings, the trial's number and the
  /// trials so far.
  Parameters propose(const StoredStudy& study);

  /// Records that give a trial that waits its parameters: those that Optuna's enqueue_trial fixed,
  /// the space's others by the sampler. A fixed value that the space does not have is left to the
  /// worker. None for a trial that nobody enqueued so.
  std::vector<Json> fixed_parameters(const StoredStudy& study, const StoredTrial& trial);

  /// What the pruner says of a trial with what it has reported, and with one more report.
  Decision judge(const StoredStudy& study, const StoredTrial& trial);
  Decision judge(const StoredStudy& study, const StoredTrial& trial, int step, double value);

  /// Trials before this one are finished. Each is looked at once, so that a study of any length
  /// costs the same an ask.
  std::size_t first_open(const StoredStudy& study);
  /// budget_used(study), by the same trick.
  int used(const StoredStudy& study);

  ServiceSettings settings;

 private:
  void observe(const StoredStudy& study);
  std::span<const Reports> reports(const StoredStudy& study);

  std::unique_ptr<Pruner> pruner_;
  std::vector<Reports> reports_;  // by number

  std::unique_ptr<ParameterSampler> sampler_;
  std::vector<Observation> seen_;  // by number

  std::size_t first_open_ = 0, counted_ = 0;  // trials
  int used_ = 0;
};

}  // namespace antigrad::search
