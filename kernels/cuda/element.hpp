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

/// How an element is computed, between inputs and outputs that are float32. lowered: in float32, by
/// the lowered program (kernels/lower.hpp). near: in float32, by the rows themselves, with the near
/// functions of device.cuh in the place of libm's, exact enough for results of 11 bits. wide: in
/// float64, by the rows themselves and the mathematical library, where terms cancel.
enum class Arithmetic { lowered, near, wide };

/// Adds "ANTIGRAD_DEVICE void NAME(float x, float gy, const float* p, float* y)" (p only where the
/// program has parameters), and in front of it the tables that it reads first. Elements of
/// one text have one arithmetic.
void add_element(CudaText& out, const std::string& name, const Program& program,
                 std::span<const char* const> inputs, Arithmetic arithmetic);

}  // namespace antigrad::kernels
