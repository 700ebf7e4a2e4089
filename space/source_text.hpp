// Functions as source text for people: self-contained C over <math.h>, and Python over numpy.
// The rows' formulas, run on text: one line an operation, equal ones merged, tables as arrays.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "space/activation.hpp"

namespace antigrad::space {

struct NamedFunction {
  std::string name;  // a C identifier
  Expr e;            // its first output, of x and the parameters
};

/// A keyword of C or Python.
bool is_keyword(const std::string& name);

/// C99: `double NAME(double x, double PARAMETER...)` for each function. A parameter whose name C or
/// Python or <math.h> takes has an underscore behind it.
std::string c_source(std::span<const NamedFunction> functions,
                     std::span<const Parameter> parameters);

/// Python: `NAME(x, PARAMETER=start...)`, elementwise on numpy arrays.
std::string python_source(std::span<const NamedFunction> functions,
                          std::span<const Parameter> parameters);

}  // namespace antigrad::space
