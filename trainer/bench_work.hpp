// Work for `antigrad bench kernels` that needs libtorch: ATen's own kernels, and steps of training.
// Whoever runs it looks at the clock.
#pragma once
#include <cstdint>

namespace antigrad::trainer {

class Work {
 public:
  virtual ~Work() = default;
  virtual void run() = 0;
};

/// Flat arrays of n floats that outlive the work.
struct Arrays {
  const float *x, *gy;
  float* out;
  std::int64_t n;
};

}  // namespace antigrad::trainer

/// Entry points of libantigrad_trainer.so; the caller deletes what it gets. One thread.
///
/// ATen's forward (out = f(x)) or backward (out = gy f'(x)) of an activation of the zoo, or a
/// composition of ATen's operations with buffers of its own; nullptr where there is neither.
extern "C" antigrad::trainer::Work* antigrad_aten_work(const char* name, bool backward,
                                                       const antigrad::trainer::Arrays* arrays);

/// One step of training a ResNet-20 with the activation, batches of `batch` random 3x32x32 images.
/// Throws space::Error.
extern "C" antigrad::trainer::Work* antigrad_training_work(const char* activation, int batch);
