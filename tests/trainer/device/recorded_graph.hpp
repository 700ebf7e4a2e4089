// A CUDA graph on the host device (host_device.hpp). Between begin() and end() what the device is
// given, operations and launches of generated kernels, is written down with the addresses and the
// numbers of the processor that it has then, and is not done; replay() does that again and nothing
// else. What would make the processor wait is an error meanwhile, as on a GPU.
#pragma once
#include <functional>
#include <string>

#include "trainer/device/cuda_part.hpp"
#include "trainer/torch.hpp"

namespace antigrad::trainer {

/// One that is empty; the caller owns it.
StepGraph* recorded_graph();

/// How many were begun so far, by all.
int recordings();

/// What the host device tells the graph that is being recorded, where there is one.
bool recording();
void record(std::function<void()> operation);
/// Throws c10::Error while something is recorded.
void refuse_while_recording(const std::string& what);

/// Memory of the host device; what is taken while recording belongs to the graph too.
class HostMemory final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override;
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }
};

}  // namespace antigrad::trainer
