// A user's own program as the evaluator of a study: one process a run, JSON lines both ways, no
// shell.
//
// The program is told in one line on stdin {"activation", "pytorch", "class", "task", "seed",
// "steps", "until"} and says on stdout {"step": n, "loss": x} (also "accuracy", "training_loss",
// "current_loss"), one line an evaluation, steps growing; other lines that do not begin with { are
// passed over. It trains up to step `until` and may wait there: the next line is {"until": n}, go
// on to there, or {"prune": true}, end. One that does not wait trains on, and what it says is kept.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "search/study.hpp"
#include "trainer/evaluator.hpp"

namespace antigrad::search {

/// An activation as a file that the program can import.
struct ExportedActivation {
  std::string path;        // a PyTorch file, absolute
  std::string class_name;  // the torch.nn.Module in it
};

struct CommandOptions {
  CommandConfig command;
  Limits limits;  // seconds of one request; memory of the process and all that it started
  std::map<std::string, int> full_steps;  // by task
  std::function<ExportedActivation(const std::string& activation)> exported;
  const std::atomic<bool>* cancel = nullptr;  // true: what is asked for is given up, as `crashed`
};

/// Death, silence, too much memory or nonsense is a Measurement with that outcome. What is pruned
/// is told so, and killed after `grace` seconds. Throws space::Error when there is no such program.
std::unique_ptr<trainer::Evaluator> make_command_evaluator(CommandOptions options);

}  // namespace antigrad::search
