#include "kernels/export/c.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cctype>

#include "kernels/export/c_arithmetic.hpp"
#include "kernels/export/c_loops.hpp"
#include "kernels/export/c_test.hpp"
#include "kernels/program.hpp"
#include "space/text.hpp"

namespace antigrad::kernels {
namespace {

CNames names_of(const Subject& subject) {
  CNames names{identifier(subject), "", subject.activation.gate,
               subject.activation.parameters.size()};
  for (const char c : names.prefix)
    names.upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return names;
}

std::string places_text(const Subject& subject, const CNames& names) {
  if (names.parameters == 0) return "";
  std::vector<Place> places = subject.places;
  if (places.empty()) places.push_back({"start values", start_values(subject)});
  std::string rows;
  for (const Place& p : places)
    rows += fmt::format("  {{{}}}, /* {} */\n", fmt::join(p.theta, ", "), p.label);
  return fmt::format(
      "/* theta: {0}. One row a place of the network. */\n"
      "static const double {1}_theta[{2}][{3}] = {{\n{4}}};\n\n",
      fmt::join(space::names_of(subject.activation.parameters), ", "), names.prefix, places.size(),
      names.parameters, rows);
}

std::string comment(const Subject& subject, const CNames& names) {
  std::string out = "/* An activation function in C.\n\n";
  for (const std::string& line : headlines(subject)) out += line + "\n";
  return out + fmt::format(
                   "\n{0}_forward_f32(x{1}, y, n{2}): y[i] = f(x[i]){3}.\n"
                   "{0}_backward_f32(x, {4}gy, gx, {5}n{2}{6}): gx[i] = gy[i] f'(x[i]){7}.\n"
                   "The same with f64. n elements, any alignment; y may be x, gx may be gy. NaN in "
                   "gives NaN out;\nat infinities f and f' have their limits. The loops of f32 "
                   "have no branches: compilers vectorise them "
                   "(square roots with -fno-math-errno).\n"
                   "Test: cc -std=c11 -O2 -D{8}_TEST -x c {9}.h -lm && ./a.out */\n",
                   names.prefix, names.gate ? ", v" : "", names.parameters > 0 ? ", theta" : "",
                   names.gate ? " v[i]" : "", names.gate ? "v, " : "", names.gate ? "gv, " : "",
                   names.parameters > 0 ? ", gtheta" : "", names.gate ? " v[i]" : "", names.upper,
                   subject.name);
}

}  // namespace

std::vector<ExportedFile> c_files(const Subject& subject) {
  const space::Activation a = trained(subject);
  const Thetas thetas = thetas_of(subject);
  const CNames names = names_of(subject);
  std::string functions, readers;
  Tables tables;
  const auto kinds = c_arithmetics(lowered_needs_double(subject));
  for (const CArithmetic& kind : kinds) {
    const Precision p = kind.lowered ? Precision::f32 : Precision::f64;
    const MakeProgram forward = a.gate ? gated_forward_program : forward_program;
    const MakeProgram backward = a.gate ? gated_backward_program : backward_program;
    functions += c_forward(forward(a, p, thetas), kind, names, tables) +
                 c_backward(backward(a, p, thetas), kind, names, tables);
  }
  for (std::size_t k = 0; k < tables.size(); ++k) {
    if (kinds.front().lowered)
      readers += c_float_table(fmt::format("{}_integral_{}_f32", names.prefix, k), *tables[k]);
    readers += c_double_table(fmt::format("{}_integral_{}_f64", names.prefix, k), *tables[k]);
  }
  return {{subject.name + ".h",
           comment(subject, names) +
               fmt::format("#ifndef {0}_H\n#define {0}_H\n#include <math.h>\n#include <stddef.h>\n"
                           "#include <stdint.h>\n#include <string.h>\n\n",
                           names.upper) +
               c_operations() + places_text(subject, names) + readers + functions +
               c_test(subject, names) + "#endif\n"}};
}

}  // namespace antigrad::kernels
