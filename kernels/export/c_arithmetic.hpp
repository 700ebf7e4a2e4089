// How C computes: the forms of operations in float and double, numbers, and the readers of tables.
//
// Legend: tK values; numbers are hexadecimal.
#pragma once
#include <string>
#include <vector>

#include "kernels/export/dialect.hpp"
#include "space/table.hpp"

namespace antigrad::kernels {

/// The type that elements have, and the type and forms that arithmetic has.
struct CArithmetic {
  const char* suffix;  // "f32"
  const char* element;
  const char* type;
  Dialect dialect;
  bool lowered;  // arithmetic of our machine code, in float
};

/// Of the functions of a file: f32 and f64. wide: f32 computes in double, too.
std::vector<CArithmetic> c_arithmetics(bool wide);

/// The functions of float that the forms call, as text.
const char* c_operations();

/// A function `name` that reads the table between its ends, in float; the program that calls it
/// holds the tails.
std::string c_float_table(const std::string& name, const space::Table& table);
/// The same in double, with its tails.
std::string c_double_table(const std::string& name, const space::Table& table);

}  // namespace antigrad::kernels
