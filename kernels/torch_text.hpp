// A program as a function of plain torch operations, one line of text a node. The rows' formulas
// run with a type that writes lines, so that a new row needs nothing here; the core operations and
// the base functions are the table in torch_text.cpp.
//
// Legend: t0, t1, ... tensors; x, gy, ggx inputs; p0, p1, ... parameters; number(c, x) is the
// constant c, shortest-exact, as a tensor like x; integral(table0, t) a tabulated antiderivative.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "kernels/program.hpp"

namespace antigrad::kernels {

/// Tables of a file, each once; table k is named "table<k>".
using Tables = std::vector<std::shared_ptr<const space::Table>>;

/// "def NAME(x, gy, p0, p1): ..." returning a tuple: elementwise outputs shaped like x, then sums.
/// Tables that the program needs are added to `tables`.
std::string torch_function(const std::string& name, const Program& program, Tables& tables);

/// "table0 = (breaks, origins, coefficients, left, right)", in lists of floats.
std::string torch_table(std::size_t index, const space::Table& table);

}  // namespace antigrad::kernels
