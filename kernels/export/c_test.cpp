#include "kernels/export/c_test.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>
#include <vector>

#include "kernels/export/dialect.hpp"

namespace antigrad::kernels {
namespace {

/// {0}: prefix, {1}: NAME, {2}: lists, {3}: how many samples, {4}: tests, {5}: the tolerance.
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

/// {0}: prefix, {1}: f32, {2}: float, {3}: how many samples, {4}: further arrays, {5}: what is
/// tested at every place.
constexpr const char* kTestOfType = R"c(
static void {0}_test_{1}(double limit) {{
  {2} x[{3}], gy[{3}], y[{3}], gx[{3}];
{4}{5}}}
)c";

/// {0} .. {3} as before, {4}: filling, {5}: of a gate, {6}: parameters, {7}: of a gate, {8}: sums,
/// {9}: a factor of gates, {10}, {11}: further checks, {12}: the index of a place.
constexpr const char* kTestAtPlace = R"c(  for (int i = 0; i < {3}; ++i) {{
    x[i] = ({2}){0}_x{12}[i];
    gy[i] = ({2}){0}_gy{12}[i];
{4}  }}
  {0}_forward_{1}(x, {5}y, {3}{6});
  {0}_backward_{1}(x, {5}gy, gx, {7}{3}{6}{8});
  for (int i = 0; i < {3}; ++i) {{
    {0}_check("f", (double)y[i], {9}{0}_y{12}[i], limit);
    {0}_check("df/dx", (double)gx[i], {9}{0}_gx{12}[i], {9}limit);
{10}  }}
{11})c";

template <class Values>
std::string c_list(const std::string& name, const std::vector<Samples>& all, const Values& values) {
  if (all.size() == 1)
    return fmt::format("static const double {}[] = {{{}}};\n", name,
                       fmt::join(values(all.front()), ", "));
  std::string rows;
  for (const Samples& s : all) rows += fmt::format("  {{{}}},\n", fmt::join(values(s), ", "));
  return fmt::format("static const double {}[{}][{}] = {{\n{}}};\n", name, all.size(),
                     values(all.front()).size(), rows);
}

std::string test_of_type(const CNames& n, std::size_t places, const char* suffix,
                         const char* type) {
  const bool parameters = n.parameters > 0;
  const char* const place = places > 1 ? "[place]" : "";
  const std::string count = n.upper + "_COUNT";
  std::string arrays, checks, sums;
  if (n.gate) {
    arrays = fmt::format("  {0} v[{1}], gv[{1}];\n", type, count);
    checks =
        fmt::format("    {0}_check(\"df/dv\", (double)gv[i], {0}_gy{1}[i] * {0}_y{1}[i], limit);\n",
                    n.prefix, place);
  }
  if (parameters) {
    arrays += fmt::format("  double gtheta[{}];\n", n.parameters);
    sums = fmt::format(
        "  for (int k = 0; k < {0}; ++k)\n    {1}_check(\"df/dtheta\", gtheta[k], "
        "{2}{1}_gtheta{3}[k], 16 * limit);\n",
        n.parameters, n.prefix, n.gate ? "2 * " : "", place);
  }
  std::string test = fmt::format(
      fmt::runtime(kTestAtPlace), n.prefix, suffix, type, count, n.gate ? "    v[i] = 2;\n" : "",
      n.gate ? "v, " : "",
      parameters ? fmt::format(", {}_theta[{}]", n.prefix, places > 1 ? "place" : "0") : "",
      n.gate ? "gv, " : "", parameters ? ", gtheta" : "", n.gate ? "2 * " : "", checks, sums,
      place);
  if (places > 1)
    test = fmt::format("  for (int place = 0; place < {}; ++place) {{\n{}  }}\n", places,
                       indented(test, "  "));
  return fmt::format(fmt::runtime(kTestOfType), n.prefix, suffix, type, count, arrays, test);
}

}  // namespace

std::string c_samples(const Subject& subject, const std::string& prefix) {
  const auto all = samples_of_places(subject);
  std::string lists = c_list(prefix + "_x", all, [](const Samples& s) { return s.x; }) +
                      c_list(prefix + "_gy", all, [](const Samples& s) { return s.gy; }) +
                      c_list(prefix + "_y", all, [](const Samples& s) { return s.y; }) +
                      c_list(prefix + "_gx", all, [](const Samples& s) { return s.gx; });
  if (!subject.activation.parameters.empty())
    lists += c_list(prefix + "_gtheta", all, [](const Samples& s) { return s.gtheta; });
  return lists;
}

std::string c_test(const Subject& subject, const CNames& names) {
  const auto all = samples_of_places(subject);
  std::string tests;
  for (const auto& [suffix, type] : {std::pair{"f32", "float"}, std::pair{"f64", "double"}})
    tests += test_of_type(names, all.size(), suffix, type);
  return fmt::format(fmt::runtime(kTest), names.prefix, names.upper,
                     c_samples(subject, names.prefix), all.front().x.size(), tests, "1e-6");
}

}  // namespace antigrad::kernels
