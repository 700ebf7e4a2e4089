#include "kernels/jit/row_calls.hpp"

#include "space/rows-inl.hpp"

namespace antigrad::kernels {

RowFunction row_function(space::Op op) {
  using namespace space::rows;
  using space::Op;
  switch (op) {
#define CORE(ID, NAME, ARITY, Y, ...)                                                          \
  case Op::ID:                                                                                 \
    return []([[maybe_unused]] double a, [[maybe_unused]] double b, [[maybe_unused]] double c, \
              [[maybe_unused]] double d) -> double {                                           \
      [[maybe_unused]] const auto K = constants(a);                                            \
      return Y;                                                                                \
    };
#define PRIMITIVE(ID, NAME, ...) \
  case Op::ID:                   \
    return [](double a, double, double, double) { return space::rows::NAME(a); };
#include "space/primitives.def"
  }
  return nullptr;
}

double table_value(const space::Table* table, double x) { return table->value(x); }

}  // namespace antigrad::kernels
