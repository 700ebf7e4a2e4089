// Tables of functions without polynomial tails: within reach they serve, and beyond it another
// engine, element by element, so that a value does not depend on its neighbours.
#pragma once
#include <functional>

#include "kernels/routine.hpp"
#include "kernels/table_kernel.hpp"

namespace antigrad::kernels {

/// out[i] by the table's loop where |x[i]| <= reach, else by the routine, x (and gy, where it is
/// not null) -> out. It is asked for when it is first needed. out may be x or gy.
void run_within_reach(const Table& table, TableLoop loop,
                      const std::function<const Routine&()>& routine, const void* x, const void* gy,
                      void* out, std::int64_t n);

}  // namespace antigrad::kernels
