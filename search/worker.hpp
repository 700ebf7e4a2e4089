// An evaluator in a process of its own: JSON lines over two pipes, limits on time and memory, and
// death as a result.
//
// The worker says {"ready":true} once, then answers each {"evaluate":{...}} with
// {"measurement":{...}} or {"error":"..."}, and {"evaluate_together":[{...},...]} with
// {"measurements":[{...},...]} or {"error":"..."};
// {"forget":true} has no answer. It ends at end of file.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "search/study.hpp"
#include "space/error.hpp"
#include "trainer/evaluator.hpp"

namespace antigrad::search {

struct WorkerOptions {
  std::vector<std::string>
      argv;  // program and arguments, e.g. {"/proc/self/exe", "worker", "study.yaml"}
  Limits limits;
  double start_seconds = 120;  // to say that it is ready
  std::function<void(double)>
      started;  // called with the seconds each start took, in the thread of the slot
  const std::atomic<bool>* cancel = nullptr;  // true: what is asked for is given up, as `crashed`
};

/// The worker program does not come up: the study's fault or the machine's, not a candidate's.
class StartError : public space::Error {
 public:
  using space::Error::Error;
};

/// Drives a worker. A crash, a hang, too much memory or nonsense for an answer is a Measurement
/// with that outcome, and the next request gets a new process. Throws space::Error when the worker
/// cannot be started or says {"error"}. The worker ignores Ctrl-C and dies with this process.
std::unique_ptr<trainer::Evaluator> make_process_evaluator(WorkerOptions options);

/// The worker's side: reads requests from descriptor `in`, answers on `out`, until end of file.
/// Returns the exit status. What the evaluator prints must go elsewhere (stdout is free only if
/// `out` is another descriptor).
int serve_worker(int in, int out, trainer::Evaluator& evaluator);

}  // namespace antigrad::search
