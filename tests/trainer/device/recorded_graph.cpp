// An operation has to be done for its results' shapes: what it wrote is put back when the recording
// ends, and what was taken meanwhile is filled with NaN.
#include "recorded_graph.hpp"

#include <ATen/core/LegacyTypeDispatch.h>
#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "host_device.hpp"
#include "paths.hpp"

namespace antigrad::trainer {
namespace {

using Block = std::shared_ptr<void>;

std::mutex mutex;
std::map<void*, std::size_t> live;  // blocks of the host device and their sizes

class Recorded;
Recorded* open = nullptr;  // what is being recorded
int begun = 0;

void give_back(void* block) {
  const std::scoped_lock lock(mutex);
  live.erase(block);
  std::free(block);
}

/// A mode of the thread; autograd has threads of its own.
bool flushes_subnormals() {
  volatile float half = std::numeric_limits<float>::min();
  half = half / 2;
  return half == 0;
}

/// Launches go to `take`; nullptr: they are done.
void capture_launches(void (*take)(std::function<void()>)) {
  static void* const library = ::dlopen(ANTIGRAD_BIN_DIR "/libantigrad_stand_in_cuda.so", RTLD_NOW);
  const auto capture =
      reinterpret_cast<void (*)(decltype(take))>(::dlsym(library, "antigrad_stand_in_capture"));
  TORCH_CHECK(capture != nullptr, ::dlerror());
  capture(take);
}

class Recorded final : public StepGraph {
 public:
  void begin() override {
    TORCH_CHECK(open == nullptr, "two graphs are recorded at once");
    const std::scoped_lock lock(mutex);
    for (const auto& [block, bytes] : live)
      before_[block] = std::string(static_cast<const char*>(block), bytes);
    open = this;
    ++begun;
    capture_launches([](std::function<void()> launch) { record(std::move(launch)); });
  }

  void end() override {
    capture_launches(nullptr);
    open = nullptr;
    const std::scoped_lock lock(mutex);
    for (const auto& [block, bytes] : live) {
      const auto known = before_.find(block);
      if (known == before_.end())
        std::memset(block, 0xff, bytes);
      else
        std::memcpy(block, known->second.data(), bytes);
    }
    before_.clear();
  }

  ~Recorded() override {
    if (open == this) end();  // what was recorded threw
  }

  void replay() override {
    const at::AutoDispatchBelowADInplaceOrView as_in_a_kernel;
    const bool own = flushes_subnormals();
    for (const auto& operation : operations_) operation();
    at::globalContext().setFlushDenormal(own);
  }

  void keep(std::function<void()> operation) { operations_.push_back(std::move(operation)); }
  void own(Block block) { blocks_.push_back(std::move(block)); }

 private:
  std::vector<std::function<void()>> operations_;
  std::vector<Block> blocks_;
  std::map<void*, std::string> before_;
};

}  // namespace

StepGraph* recorded_graph() { return new Recorded; }
int recordings() { return begun; }

bool recording() { return open != nullptr; }

void record(std::function<void()> operation) {
  if (open == nullptr) return;
  open->keep([operation = std::move(operation), flushes = flushes_subnormals()] {
    at::globalContext().setFlushDenormal(flushes);
    operation();
  });
}

void refuse_while_recording(const std::string& what) {
  TORCH_CHECK(open == nullptr, what, " in a CUDA graph: the processor would wait");
}

c10::DataPtr HostMemory::allocate(std::size_t bytes) {
  if (bytes == 0) return {nullptr, nullptr, &c10::detail::deleteNothing, host_device()};
  void* const data = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
  auto block = std::make_unique<Block>(data, &give_back);
  {
    const std::scoped_lock lock(mutex);
    live[data] = bytes;
  }
  if (open != nullptr) open->own(*block);
  return {data, block.release(), [](void* held) { delete static_cast<Block*>(held); },
          host_device()};
}

}  // namespace antigrad::trainer
