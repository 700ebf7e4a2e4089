// The arena: one task a slot.
#include "search/pool.hpp"

#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>

#include "space/error.hpp"

namespace antigrad::search {

// Slots wait for each other's results, so there must be as many threads as slots, whatever the
// machine has.
struct Pool::Arena {
  explicit Arena(int workers)
      : threads(tbb::global_control::max_allowed_parallelism,
                std::max(static_cast<std::size_t>(workers),
                         tbb::global_control::active_value(
                             tbb::global_control::max_allowed_parallelism))),
        arena(workers) {}
  tbb::global_control threads;
  tbb::task_arena arena;
};

Pool::Pool(int workers, EvaluatorFactory factory) : factory_(std::move(factory)) {
  if (workers < 1) throw space::Error("a pool needs at least one worker");
  arena_ = std::make_unique<Arena>(workers);
  evaluators_.resize(static_cast<std::size_t>(workers));
}

Pool::~Pool() = default;

int Pool::workers() const { return static_cast<int>(evaluators_.size()); }

void Pool::run(const std::function<void(trainer::Evaluator&, int)>& body) {
  arena_->arena.execute([&] {
    tbb::task_group group;
    for (int slot = 0; slot < workers(); ++slot) {
      group.run([&, slot] {
        std::unique_ptr<trainer::Evaluator>& mine = evaluators_[static_cast<std::size_t>(slot)];
        if (mine == nullptr) mine = factory_(slot);
        body(*mine, slot);
      });
    }
    group.wait();
  });
}

}  // namespace antigrad::search
