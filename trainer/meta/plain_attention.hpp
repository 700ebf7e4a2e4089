// Attention in the form that has second derivatives, as long as this lives.
#pragma once
#include <ATen/Context.h>

namespace antigrad::trainer {

class PlainAttention {
 public:
  PlainAttention() : flash_(at::globalContext().userEnabledFlashSDP()) {
    at::globalContext().setSDPUseFlash(false);
  }
  ~PlainAttention() { at::globalContext().setSDPUseFlash(flash_); }
  PlainAttention(const PlainAttention&) = delete;
  PlainAttention& operator=(const PlainAttention&) = delete;

 private:
  bool flash_;
};

}  // namespace antigrad::trainer
