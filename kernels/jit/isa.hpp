// What the machine code of a kernel is made for: width of vectors and the instructions that matter.
#pragma once
#include <string>

namespace antigrad::kernels {

struct Isa {
  int lanes = 4;        // floats in a vector
  bool fma = false;     // else a fused operation goes through float64
  bool avx512 = false;  // a 2^n and lookups of 32 floats in one instruction
  bool f16c = false;    // float16 to and from float32 in one instruction
  std::string cpu;      // as LLVM names it
  std::string features;
};

/// This machine, as LLVM detects it, lowered by ANTIGRAD_ISA. Needs the LLVM tier.
Isa host_isa();

}  // namespace antigrad::kernels
