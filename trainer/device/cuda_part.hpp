// What libtorch offers for GPUs through CUDA's headers alone: CUDA graphs with its allocator, and
// limits on memory. It is a library of its own (libantigrad_cuda.so), built where the pinned wheels
// brought the headers, opened behind libtorch's CUDA half.
#pragma once
#include <memory>

namespace antigrad::trainer {

/// What a stream was given between begin() and end(), to be done again by one launch.
class StepGraph {
 public:
  virtual ~StepGraph() = default;
  /// From now on what this thread's current stream is given is kept and not done. Memory that
  /// tensors take meanwhile belongs to the graph.
  virtual void begin() = 0;
  virtual void end() = 0;
  /// On this thread's current stream.
  virtual void replay() = 0;
};

/// The library's functions.
struct CudaPart {
  StepGraph* (*make_graph)();
  void (*limit_memory)(double share, int gpu);  // of this process
};

/// Opens it; libtorch's CUDA half must be open. Throws space::Error with the way out.
const CudaPart& cuda_part();

}  // namespace antigrad::trainer

extern "C" antigrad::trainer::CudaPart* antigrad_cuda_part();
