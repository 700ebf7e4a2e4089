// Evaluations that other machines do: an Evaluator whose requests lie as trials in a journal of
// their own, each on lease like any trial of the service, until a worker has told its measurement.
//
// That journal is the memory. What was asked for before a crash is not asked for again, and what
// was measured meanwhile counts; so a search on these evaluators goes on after any interruption of
// server or workers, and writes what it would have written on one machine.
#pragma once
#include <atomic>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "search/service/ask_tell.hpp"
#include "trainer/evaluator.hpp"

namespace antigrad::search {

/// Attributes of a trial that is an evaluation: the request; then the measurement, or what is wrong
/// with the request.
constexpr const char* kEvaluateAttribute = "evaluate";
constexpr const char* kMeasurementAttribute = "measurement";
constexpr const char* kErrorAttribute = "error";

/// The server ends while a search waits for a worker. No space::Error: it is nobody's result.
class RemoteStopped : public std::exception {
 public:
  const char* what() const noexcept override { return "stopped while workers train"; }
};

class RemoteWork {
 public:
  struct Options {
    double lease = 60;  // seconds a worker may be silent
    int retries = 20;   // of an evaluation whose workers fell silent; then it counts as crashed
  };
  /// Makes the study `name` in the store. All that is named outlives this object; evaluators throw
  /// RemoteStopped once `stop` is set.
  RemoteWork(Store& store, AskTell& ask_tell, std::string name, const Options& options,
             const std::atomic<bool>& stop);

  /// Thread-safe with others of its kind. Throws space::Error for what a worker calls an error.
  std::unique_ptr<trainer::Evaluator> evaluator();

 private:
  struct Answer;
  class Remote;

  trainer::Measurement evaluate(const trainer::Evaluation& request);
  Answer look(const std::string& request);
  Answer answer_of(const StoredStudy& study, const std::vector<int>& numbers) const;
  void index(const StoredStudy& study);
  void queue(const trainer::Evaluation& request);

  Store& store_;
  AskTell& ask_tell_;
  const std::string name_;
  const std::atomic<bool>& stop_;
  // Used inside of reads and commits of the store only, which come one at a time.
  std::map<std::string, std::vector<int>> numbers_;  // of trials, by request
  std::size_t indexed_ = 0;                          // trials
};

}  // namespace antigrad::search
