// The arena: one task a slot.
#include "search/pool.hpp"

#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>

#include "space/ball_constants.hpp"
#include "space/error.hpp"

#if defined(__SANITIZE_THREAD__)
#define ANTIGRAD_THREAD_SANITIZER
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ANTIGRAD_THREAD_SANITIZER
#endif
#endif
#ifdef ANTIGRAD_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif

namespace antigrad::search {
namespace {

// libtbb is not built with ThreadSanitizer, which so does not see that tasks begin after they are
// given and that their end is waited for. It is told here, of these two alone.
#ifdef ANTIGRAD_THREAD_SANITIZER
const char kHandOver = 0;
void give() { __tsan_release(const_cast<char*>(&kHandOver)); }
void take() { __tsan_acquire(const_cast<char*>(&kHandOver)); }
#else
void give() {}
void take() {}
#endif

/// One slot's task. What TBB has copied of it is read outside the sanitizer, the rest inside.
template <class Use>
struct SlotTask {
  const Use& use;
  int slot;
  __attribute__((no_sanitize("thread"))) void operator()() const {
    take();
    use(slot);
  }
};

}  // namespace

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
  const auto use = [&](int slot) {
    struct AtEnd {
      ~AtEnd() {
        space::free_ball_constants();  // TBB ends its threads when it likes, and does not say so
        give();
      }
    } const at_end;
    std::unique_ptr<trainer::Evaluator>& mine = evaluators_[static_cast<std::size_t>(slot)];
    if (mine == nullptr) mine = factory_(slot);
    body(*mine, slot);
  };
  arena_->arena.execute([&] {
    tbb::task_group group;
    give();
    for (int slot = 0; slot < workers(); ++slot) group.run(SlotTask<decltype(use)>{use, slot});
    group.wait();
    take();
  });
}

}  // namespace antigrad::search
