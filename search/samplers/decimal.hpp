// Doubles as the decimal numbers that their shortest text is, as Python's Decimal(str(x)) has them.
#pragma once
#include <string>

namespace antigrad::search {

/// The largest low + k step <= high (k an integer, low <= high, step > 0) in exact decimal
/// arithmetic, rounded to a double once. Throws space::Error for a non-finite number and where more
/// than 36 digits lie between the largest and the smallest number.
double last_on_grid(double low, double high, double step);

/// Python's repr: the shortest digits that read back, "1.0", "1e-05", "1e+16"; NaN, Infinity and
/// -Infinity as Python's json writes them.
std::string python_repr(double value);

}  // namespace antigrad::search
