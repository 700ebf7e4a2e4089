// A device that is none: libtorch's "privateuseone" on the processor's memory. Its operations are
// those of the processor, but an operation that gets tensors of both is an error, as on a GPU, and
// nothing of ours may read its memory as the processor's. With the stand-in for CUDA's driver
// (tests/kernels/stand_in_cuda.cpp) the generated CUDA kernels run on its tensors.
#pragma once
#include "trainer/torch.hpp"

namespace antigrad::trainer {

inline at::Device host_device() { return {at::kPrivateUse1, 0}; }

/// Tells libtorch of the device, and points the driver and NVRTC at the stand-in.
void use_stand_in();

}  // namespace antigrad::trainer
