// A series of activations with trainable scales and shifts, after which each channel mixes its
// neighbours: LSLU's form in its authors' code (arXiv 2409.08283), as layers of a plan.
#pragma once
#include <string>

#include "trainer/models/plan.hpp"

namespace antigrad::trainer {

struct Series {
  std::string name;   // prefix of its layers' names
  std::string place;  // of its activations
  int length = 0;     // n
};

/// z_0 = a, z_(i+1) = scale_i f(z_i) + shift_i for i < n, then f(z_n), a (2n+1)x(2n+1) convolution
/// of each channel by itself and batch normalisation. Scales start at 1, shifts at 0, one of each a
/// channel and step, and all are trained. n = 0: f(a) alone. What is evaluated is what was trained:
/// the normalisation, the only part that differs, may be folded into the convolution exactly.
int add_series(Plan& plan, const Series& series, int a);

}  // namespace antigrad::trainer
