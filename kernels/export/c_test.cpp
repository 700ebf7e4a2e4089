#include "kernels/export/c_test.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace antigrad::kernels {
namespace {

/// {0}: prefix, {1}: NAME, {2}: lists, {3}..: parts of the calls that parameters and gates change.
constexpr const char* kTest = R"c(#ifdef {1}_TEST
#include <stdio.h>
#include <stdlib.h>
#define {1}_COUNT {3}
{2}
static void {0}_check(const char* what, double got, double want, double limit) {{
  const double scale = fabs(want) > 1 ? fabs(want) : 1;
  if (fabs(got - want) <= limit * scale) return;
  printf("{0}: %s is %.17g, expected %.17g\n", what, got, want);
  exit(1);
}}
{4}
int main(void) {{
  {0}_test_f32({5});
  {0}_test_f64(1e-12);
  printf("{0}: values and gradients in float and double pass\n");
  return 0;
}}
#endif
)c";

constexpr const char* kTestOfType = R"c(
static void {0}_test_{1}(double limit) {{
  {2} x[{3}], gy[{3}], y[{3}], gx[{3}];
{4}  for (int i = 0; i < {3}; ++i) {{
    x[i] = ({2}){0}_x[i];
    gy[i] = ({2}){0}_gy[i];
{5}  }}
  {0}_forward_{1}(x, {6}y, {3}{7});
  {0}_backward_{1}(x, {6}gy, gx, {8}{3}{7}{9});
  for (int i = 0; i < {3}; ++i) {{
    {0}_check("f", (double)y[i], {10}{0}_y[i], limit);
    {0}_check("df/dx", (double)gx[i], {10}{0}_gx[i], {10}limit);
{11}  }}
{12}}}
)c";

}  // namespace

std::string c_test(const Subject& subject, const CNames& names) {
  const Samples s = samples(subject);
  std::string lists, tests;
  for (const auto& [name, values] :
       {std::pair{"x", &s.x}, std::pair{"gy", &s.gy}, std::pair{"y", &s.y}, std::pair{"gx", &s.gx}})
    lists += fmt::format("static const double {}_{}[] = {{{}}};\n", names.prefix, name,
                         fmt::join(*values, ", "));
  const bool parameters = names.parameters > 0;
  if (parameters)
    lists += fmt::format("static const double {}_gtheta[] = {{{}}};\n", names.prefix,
                         fmt::join(s.gtheta, ", "));
  for (const auto& [suffix, type] : {std::pair{"f32", "float"}, std::pair{"f64", "double"}})
    tests += fmt::format(
        fmt::runtime(kTestOfType), names.prefix, suffix, type, names.upper + "_COUNT",
        (names.gate ? fmt::format("  {0} v[{1}_COUNT], gv[{1}_COUNT];\n", type, names.upper) : "") +
            (parameters ? fmt::format("  double gtheta[{}];\n", names.parameters) : ""),
        names.gate ? "    v[i] = 2;\n" : "", names.gate ? "v, " : "",
        parameters ? fmt::format(", {}_theta[0]", names.prefix) : "", names.gate ? "gv, " : "",
        parameters ? ", gtheta" : "", names.gate ? "2 * " : "",
        names.gate ? fmt::format("    {0}_check(\"df/dv\", (double)gv[i], {0}_gy[i] * {0}_y[i], "
                                 "limit);\n",
                                 names.prefix)
                   : "",
        parameters ? fmt::format("  for (int k = 0; k < {0}; ++k)\n    {1}_check(\"df/dtheta\", "
                                 "gtheta[k], {2}{1}_gtheta[k], 16 * limit);\n",
                                 names.parameters, names.prefix, names.gate ? "2 * " : "")
                   : "");
  return fmt::format(fmt::runtime(kTest), names.prefix, names.upper, lists, s.x.size(), tests,
                     "1e-6");
}

}  // namespace antigrad::kernels
