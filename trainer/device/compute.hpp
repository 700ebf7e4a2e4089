// Where a run computes: a device, a stream of its own there, a precision.
#pragma once
#include <c10/core/StreamGuard.h>

#include <optional>

#include "trainer/device/device_spec.hpp"
#include "trainer/task.hpp"
#include "trainer/torch.hpp"

namespace antigrad::trainer {

class StepGraph;

struct Compute {
  at::Device device = at::kCPU;
  std::optional<c10::Stream> stream = {};  // of a GPU: this worker's own
  bool bf16 = false;                       // autocast
  StepGraph* (*graphs)() = nullptr;        // a step is one CUDA graph: what makes one
  bool operator==(const Compute&) const = default;
};

/// On which device a task can run. Games, clients and graph networks are small and draw numbers
/// one by one: they stay on the processor, in float32.
Compute compute_of(const Task& task, const Compute& wanted);

/// Of a worker: opens libtorch's CUDA half where the placement is on a GPU. Throws space::Error.
Compute open_device(const DeviceSpec& spec, int slot);

/// As long as it lives, this thread's operations go to the device and its stream, in the precision.
/// On the processor with float32: nothing changes.
class ComputeScope {
 public:
  explicit ComputeScope(const Compute& compute);
  ~ComputeScope();
  ComputeScope(const ComputeScope&) = delete;
  ComputeScope& operator=(const ComputeScope&) = delete;

 private:
  std::optional<c10::StreamGuard> stream_;
  std::optional<c10::DeviceType> cast_;  // autocast was switched on for it
};

/// Whether libtorch casts operations on this device now.
bool casts(const at::Device& device);

/// The handle of this thread's stream on a GPU, a cudaStream_t; null elsewhere.
void* stream_of(const at::Device& device);

}  // namespace antigrad::trainer
