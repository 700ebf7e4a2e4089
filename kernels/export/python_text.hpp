// Parts that every exported Python file has.
#pragma once
#include <functional>
#include <string>

#include "kernels/export/dialect.hpp"
#include "kernels/export/subject.hpp"
#include "kernels/program.hpp"

namespace antigrad::kernels {

/// "PARAMETERS = ..." and "PLACES = ((0.71, 0.93), ...)": one row a place, at least one.
std::string python_places(const Subject& subject);

/// "SAMPLES = {"x": [...], "gy": ..., "y": ..., "gx": ..., "gtheta": ...}"; of several places a
/// tuple of these.
std::string python_samples(const Subject& subject);

/// worst(got, want) of a self-test in torch: the largest error, relative beyond 1.
inline constexpr const char* kTorchWorst = R"py(
def worst(got, want):
    want = torch.tensor(want, dtype=torch.float64)
    return float(((got.double().cpu() - want).abs() / want.abs().clamp(min=1)).max()) if len(want) else 0.0


)py";

/// What lines of a self-test call a place and its samples, inside at_every_place().
struct PythonTest {
  bool several;  // places
  const char* place = several ? "place" : "0";
  const char* samples = several ? "samples" : "SAMPLES";

  /// The lines, in a loop over the places where there are several.
  std::string at_every_place(const std::string& lines) const;
};
PythonTest python_test(const Subject& subject);

/// Function `f(x)` of a gate is multiplied by a second input; " * v" and ", v" for one, else "".
struct GateText {
  std::string argument, factor;
};
GateText gate_text(const Subject& subject);

/// "def NAME(x, gy, p0, p1): ..." returning a tuple: elementwise outputs shaped like x, then sums.
/// shaped: an output {} with the shape of x, in that language; table: what the name of a table is
/// in front of its number.
std::string python_function(const std::string& name, const Program& program, const Dialect& dialect,
                            const char* shaped, const char* table, Tables& tables);

/// forward_program, backward_program and double_backward_program by `function`, which writes one
/// "def NAME(...)". What is put in far out depends on the arithmetic: where it differs there is one
/// for float32 and one for float64, and NAME takes that of x.dtype. wide: all is float64.
/// float64: the type's name in Python.
std::string python_programs(
    const Subject& subject, bool wide, const char* float64,
    const std::function<std::string(const std::string& name, const Program& program)>& function);

}  // namespace antigrad::kernels
