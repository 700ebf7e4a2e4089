// Stands in for CUDA's words, so that g++ compiles the text of kernels/cuda and a processor runs
// it: threads of a block are fibers that take turns, one after the other up to the next
// __syncthreads() or shuffle. Blocks run one after the other, so __shared__ is static.
#pragma once
#include <math.h>
#include <ucontext.h>

#include <array>
#include <functional>
#include <vector>

#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__ static

namespace shim {

struct Index {
  unsigned x = 0;
};

struct Fiber {
  ucontext_t context;
  std::vector<char> stack;
  bool done = false;
};

struct Machine {
  std::vector<Fiber> fibers;
  ucontext_t scheduler;
  std::function<void()> body;
  float exchanged[1024];
};
static Machine machine;

}  // namespace shim

static shim::Index blockIdx, threadIdx, blockDim, gridDim;

namespace shim {

static void give_way() {
  const unsigned me = threadIdx.x;
  swapcontext(&machine.fibers[me].context, &machine.scheduler);
  threadIdx.x = me;
}

static void enter() {
  machine.body();
  machine.fibers[threadIdx.x].done = true;
}

static void start(unsigned thread) {
  constexpr std::size_t kStack = 65536;
  Fiber& f = machine.fibers[thread];
  f.stack.resize(kStack);
  f.done = false;
  getcontext(&f.context);
  f.context.uc_stack.ss_sp = f.stack.data();
  f.context.uc_stack.ss_size = kStack;
  f.context.uc_link = &machine.scheduler;
  makecontext(&f.context, enter, 0);
}

/// All threads of a block up to their ends, in rounds.
static void run_block() {
  for (unsigned t = 0; t < blockDim.x; ++t) start(t);
  for (bool any = true; any;) {
    any = false;
    for (unsigned t = 0; t < blockDim.x; ++t) {
      if (machine.fibers[t].done) continue;
      threadIdx.x = t;
      swapcontext(&machine.scheduler, &machine.fibers[t].context);
      any = any || !machine.fibers[t].done;
    }
  }
}

/// Kernel arguments as the driver gets them: a pointer to each.
template <class... A, std::size_t... I>
static void launch(void (*kernel)(A...), unsigned blocks, unsigned threads, bool waits,
                   void** arguments, std::index_sequence<I...>) {
  gridDim.x = blocks;
  blockDim.x = threads;
  machine.fibers.resize(threads);
  machine.body = [&] { kernel(*static_cast<std::remove_cv_t<A>*>(arguments[I])...); };
  for (blockIdx.x = 0; blockIdx.x < blocks; ++blockIdx.x) {
    if (waits) {
      run_block();
    } else {
      for (threadIdx.x = 0; threadIdx.x < threads; ++threadIdx.x) machine.body();
    }
  }
}

template <class... A>
static void launch(void (*kernel)(A...), unsigned blocks, unsigned threads, bool waits,
                   void** arguments) {
  launch(kernel, blocks, threads, waits, arguments, std::index_sequence_for<A...>());
}

/// Bytes of each argument, then 0.
template <class... A>
static constexpr std::array<unsigned, sizeof...(A) + 1> sizes(void (*)(A...)) {
  return {sizeof(A)..., 0};
}

}  // namespace shim

static inline void __syncthreads() { shim::give_way(); }

/// The value of the thread `offset` further on in the warp, one's own at its end. Every thread of
/// the block must take part.
static inline float __shfl_down_sync(unsigned, float v, int offset) {
  const unsigned me = threadIdx.x, from = me + static_cast<unsigned>(offset);
  shim::machine.exchanged[me] = v;
  shim::give_way();
  const float got = from / 32 == me / 32 && from < blockDim.x ? shim::machine.exchanged[from] : v;
  shim::give_way();
  return got;
}

/// A kernel under a name that dlsym finds, and its arguments' sizes. waits: it has __syncthreads()
/// or shuffles.
#define SHIM_KERNEL(NAME, WAITS)                                                     \
  extern "C" void NAME##_call(unsigned blocks, unsigned threads, void** arguments) { \
    shim::launch(NAME, blocks, threads, WAITS, arguments);                           \
  }                                                                                  \
  extern "C" const unsigned* NAME##_sizes() {                                        \
    static constexpr auto all = shim::sizes(NAME);                                   \
    return all.data();                                                               \
  }
