// The runs of a request for several candidates: which of them train as one network, and until when.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "trainer/dataset.hpp"
#include "trainer/measure/checkpoints.hpp"
#include "trainer/run.hpp"

namespace antigrad::trainer {

/// One candidate's run, as its evaluator keeps it.
struct StackMember {
  const Evaluation* request = nullptr;
  Run* run = nullptr;
  std::function<std::unique_ptr<Run>()> again;  // the same run from its beginning
  bool* checked = nullptr;                      // whether it may be in a stack is known; is set
};

/// Trains members that stand at the same step, together in pieces between checkpoints. Those of
/// which it is not known are first compared with runs of their own over the first `checked` steps:
/// a candidate whose losses differ by more than 1e-4 may not stay (float32 training of deep narrow
/// networks amplifies rounding). Gives the positions of those that may not, whose runs are not to
/// be used; all others are at their request's step, or diverged, or stood alone at their step and
/// were left as they are.
std::vector<std::size_t> train_stack(const std::vector<StackMember>& members, const Task& task,
                                     const Dataset& data, int checked, Checkpoints& checkpoints);

}  // namespace antigrad::trainer
