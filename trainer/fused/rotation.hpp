// Queries, keys and values out of one tensor, the first two turned by their positions, in one pass.
#pragma once
#include <tuple>

#include "trainer/torch.hpp"

namespace antigrad::trainer {

/// How many heads of what width stand side by side in a token's vector: queries, keys, values.
struct HeadSizes {
  std::int64_t heads = 1, kv_heads = 1, width = 2;
};

/// x [n, t, (h + 2 k) e] -> q [n, t, h, e], k and v [n, t, k, e]; pairs (i, i + e / 2) of q and k
/// are turned: (a, b) -> (a cos - b sin, b cos + a sin), cosine and sine [t or more, e / 2] on the
/// device of x; linear in x, so differentiable to any order. In one pass, on one thread, where all
/// are float or double on the processor; else by operations of libtorch.
std::tuple<at::Tensor, at::Tensor, at::Tensor> split_and_turn(const at::Tensor& x,
                                                              const HeadSizes& sizes,
                                                              const at::Tensor& cosine,
                                                              const at::Tensor& sine);

}  // namespace antigrad::trainer
