// What a piece of a run sets for its thread, and takes back at its end.
#pragma once
#include <ATen/Context.h>

#include "trainer/device/compute.hpp"

namespace antigrad::trainer {

/// Subnormal numbers are 0 while training: they cost a hundred times the time of others, and how
/// often they come depends on the candidate. The mode belongs to the thread, so every piece of a
/// run sets it for itself.
class FlushSubnormals {
 public:
  FlushSubnormals() { at::globalContext().setFlushDenormal(true); }
  ~FlushSubnormals() { at::globalContext().setFlushDenormal(false); }
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;
};

struct Surroundings {
  explicit Surroundings(const Compute& compute) : scope(compute) {}
  FlushSubnormals flush;
  ComputeScope scope;
};

}  // namespace antigrad::trainer
