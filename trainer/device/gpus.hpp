// The GPUs that libtorch can use. It is linked without CUDA; its CUDA half, which the same wheels
// bring, is opened at run time, where there is a driver, before libtorch is first asked for it.
#pragma once
#include <string>

namespace antigrad::trainer {

struct Gpus {
  int count = 0;
  std::string why;  // there are none: what was looked for, what was found, and the way out
};

/// Looked for once a process; thread-safe. $ANTIGRAD_TORCH_CUDA names another file than
/// libtorch_cuda.so beside libtorch_cpu.so.
const Gpus& gpus();

/// Opens a CUDA half of libtorch, whose symbols are then seen by what is opened afterwards; what
/// went wrong, "" when it is there. For gpus() and its tests: it does not need a driver.
std::string open_torch_cuda(const std::string& path);

/// libtorch_cuda.so beside the libtorch that this process has, or $ANTIGRAD_TORCH_CUDA.
std::string torch_cuda_path();

/// Before a worker uses a GPU: adds its share to what this process may take of that GPU's memory,
/// and asks libtorch for sums in an order that does not change and for float32 where it says so.
void settle_gpu(int gpu, double memory);

}  // namespace antigrad::trainer
