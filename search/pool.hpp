// Slots that evaluate: a TBB arena in which each slot drives one evaluator, by default a worker
// process of its own.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "trainer/evaluator.hpp"

namespace antigrad::search {

/// Makes the evaluator of a slot (0 .. workers-1), on first use, in the slot's thread.
using EvaluatorFactory = std::function<std::unique_ptr<trainer::Evaluator>(int slot)>;

class Pool {
 public:
  /// workers >= 1.
  Pool(int workers, EvaluatorFactory factory);
  ~Pool();
  int workers() const;

  /// Calls body(evaluator, slot) once for each slot, each in its own thread of the arena, and waits
  /// for all. The first exception is thrown again here. Evaluators live until the pool ends.
  void run(const std::function<void(trainer::Evaluator&, int)>& body);

 private:
  struct Arena;
  std::unique_ptr<Arena> arena_;
  EvaluatorFactory factory_;
  std::vector<std::unique_ptr<trainer::Evaluator>> evaluators_;
};

}  // namespace antigrad::search
