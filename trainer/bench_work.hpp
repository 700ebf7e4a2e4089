// Work for `antigrad bench kernels` and `bench trainer` that needs libtorch: ATen's own kernels,
// and steps of training. Whoever runs it looks at the clock.
#pragma once
#include <cstdint>

namespace antigrad::trainer {

class Work {
 public:
  virtual ~Work() = default;
  virtual void run() = 0;
  /// Of training: the loss of the last step, of the first candidate where there are several. On a
  /// GPU it waits for the step's end.
  virtual double loss() { return 0; }
};

/// Where and how steps are computed.
struct WorkPlace {
  bool gpu = false, bf16 = false, graphs = false;
  int stacked = 1;  // candidates as one network: the zoo's, from the named one on, by turns
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

/// One step of training a network with the activation on random data, `batch` examples, or as many
/// as the network's row has (0): "resnet20" on 3x32x32, "resnet8" on 3x16x16 images (128, SGD),
/// "llama" of width 128 and 4 layers on windows of 128 bytes (8, AdamW). place: null for one
/// candidate on the processor. Throws space::Error.
extern "C" antigrad::trainer::Work* antigrad_training_work(
    const char* net, const char* activation, int batch, const antigrad::trainer::WorkPlace* place);
