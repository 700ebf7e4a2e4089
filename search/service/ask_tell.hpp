// Trials for workers of any language: ask, report, tell.
//
// A trial that is asked for is leased: its worker must report now and then. When it falls silent,
// the next one who asks gets the trial again, as a new trial with the same parameters, as often as
// the study allows (Optuna's RetryFailedTrialCallback keeps it so); a result that comes late is
// taken as long as nobody was given the trial again. Leases are counted on a clock that does not
// jump; after a restart of the service each lasts its full time again.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "search/candidate.hpp"
#include "search/service/settings.hpp"
#include "search/service/store.hpp"

namespace antigrad::search {

/// A user attribute of a trial that a sampler elsewhere, as Optuna's, has asked for and leaves to
/// workers of the service.
constexpr const char* kQueuedAttribute = "antigrad:queued";

/// Seconds from any beginning, never going back.
using Ticks = std::function<double()>;
double steady_seconds();

class AskTell {
 public:
  /// The store outlives it.
  explicit AskTell(Store& store, Ticks now = steady_seconds);
  ~AskTell();

  /// {"name", "directions": ["minimize", ...], settings...}: makes a study, or, when it is there
  /// with the same directions, changes the settings that are given. Returns the study.
  Json create_study(const Json& request, const Key& key);
  Json studies();
  /// study: its name, or its id.
  Json study(const std::string& study);
  /// {"worker": a name for people}: the next trial with its parameters. Throws Refusal 409
  /// "budget_spent" or "nothing_to_do".
  Json ask(const std::string& study, const Json& request, const Key& key);
  /// {"step", "value"}: {"prune": whether to stop}.
  Json report(const std::string& study, int number, const Json& request, const Key& key);
  /// Whether to stop, by what was reported; renews the lease.
  Json should_prune(const std::string& study, int number);
  /// {"state": "complete", "pruned" or "fail", "value" or "values", "user_attrs"}. Throws Refusal
  /// 409 "finished" for a trial that has its result, or was given to another worker.
  Json tell(const std::string& study, int number, const Json& request, const Key& key);
  /// A worker that must go gives its trial back: it waits for another one at once, and that is none
  /// of its retries. Throws Refusal as tell() does.
  Json release(const std::string& study, int number, const Key& key);
  Json trial(const std::string& study, int number);
  /// Trials from number `from` on, at most `count`.
  Json trials(const std::string& study, int from, int count);
  /// {"activations": [text, ...], "by"}: each is read, proved to have what the study demands, told
  /// apart from the study's others, and queued as a trial that waits.
  Json add_candidates(const std::string& study, const Json& request, const Key& key,
                      const Describe& describe = describe_activation);
  /// Fails trials whose workers have been silent for two leases; those that are to be tried again
  /// wait. To be called now and then.
  void sweep();

 private:
  struct Brain;
  struct Heard {
    std::size_t touched = 0;
    double at = 0;
  };

  bool expired(const View& view, const StoredTrial& trial, double leases);
  void heard_of(const View& view, int id);
  std::vector<Entry> next(const View& view, const StoredStudy& study, const Key& key,
                          const std::string& worker);
  Entry new_trial(const View& view, const StoredStudy& study, const ServiceSettings& settings);
  Brain& brain_of(const View& view, const StoredStudy& study);

  Store& store_;
  const Ticks now_;
  // Used inside of commits and reads of the store only, which come one at a time.
  std::map<int, Heard> heard_;                    // by trial id
  std::map<int, std::unique_ptr<Brain>> brains_;  // by study id
  int generation_ = 0;
};

/// Throws Refusal 409 when nothing more can be said about a trial.
void demand_running(const StoredStudy& study, const StoredTrial& trial);

}  // namespace antigrad::search
