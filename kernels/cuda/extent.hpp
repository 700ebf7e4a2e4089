// The sizes that a kernel of an activation is told. A part of device.cuh's text as well.
#pragma once

namespace antigrad::kernels {

//@ threads:
constexpr int kThreads = 256;  // of a block
//@ extent:
// How a tensor lies in memory. One set of parameters: n elements; `lanes` is the number of virtual
// blocks. Parameters by channel: rows of `plane` elements, channels of `inner` elements in each;
// row r is read by lane r mod lanes.
struct Extent {
  long long n, rows, plane, inner, channels, lanes;
};
//@ end:

}  // namespace antigrad::kernels
