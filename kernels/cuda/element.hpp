// A program as the text of a device function, one line a node. The rows' formulas run with a type
// that writes lines: a new row needs nothing here. float32 is written from the lowered program
// (kernels/lower.hpp); bfloat16 and float16 from the rows themselves, with the near functions of
// device.cuh in the place of libm's, which are exact enough for results of 11 bits.
//
// Legend: x, gy, ggx (u, v, gy for a gate) the inputs; p[k] parameter k; t0, t1, ... nodes;
// y[k] output k, elementwise ones first. Literals are hexadecimal floats. integral0, integral1, ...
// are tabulated antiderivatives. Every other name is a part of device.cuh or of <math.h>.
#pragma once
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "kernels/kernel.hpp"
#include "kernels/program.hpp"

namespace antigrad::kernels {

/// Text under construction: functions share its tables and the parts of device.cuh they call.
struct CudaText {
  std::string text;
  std::set<std::string> parts;
  std::vector<std::shared_ptr<const space::Table>> tables;
};

/// Adds "ANTIGRAD_DEVICE void NAME(float x, float gy, const float* p, float* y)" (p only where the
/// program has parameters), and in front of it the tables that it reads first. `type` is f32, bf16
/// or f16.
void add_element(CudaText& out, const std::string& name, const Program& program,
                 std::span<const char* const> inputs, Type type);

}  // namespace antigrad::kernels
