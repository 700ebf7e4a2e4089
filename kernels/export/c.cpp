// Legend: tK values, x, gy, v inputs, pK parameters, integral_0_f32 a table's reader; numbers are
// hexadecimal. Parameter gradients go through a buffer, so that the loop over elements has no sum
// in it that a compiler may not reorder.
#include "kernels/export/c.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "kernels/export/dialect.hpp"
#include "kernels/export/flatten.hpp"
#include "kernels/float_table.hpp"
#include "kernels/lower.hpp"
#include "kernels/program.hpp"
#include "space/table.hpp"
#include "space/text.hpp"

namespace antigrad::kernels {
namespace {

using space::Op;

constexpr Form kFloatForms[] = {
    {Op::Add, "{0} + {1}"},
    {Op::Sub, "{0} - {1}"},
    {Op::Mul, "{0} * {1}"},
    {Op::Div, "{0} / {1}"},
    {Op::Neg, "-{0}"},
    {Op::Abs, "fabsf({0})"},
    {Op::Sqrt, "sqrtf({0})"},
    {Op::Min, "antigrad_selectf(({0} < {1}) | ({0} != {0}), {0}, {1})"},
    {Op::Max, "antigrad_selectf(({0} > {1}) | ({0} != {0}), {0}, {1})"},
    {Op::Less, "antigrad_selectf({0} < {1}, {2}, {3})"},
    {Op::LessEqual, "antigrad_selectf({0} <= {1}, {2}, {3})"},
    {Op::Fma, "antigrad_fmaf({0}, {1}, {2})"},
    {Op::CopySign, "copysignf({0}, {1})"},
    {Op::Round, "antigrad_roundf({0})"},
    {Op::Scale2, "antigrad_scalef({0}, {1})"},
    {Op::Exponent, "antigrad_exponentf({0})"},
};

constexpr Form kDoubleForms[] = {
    {Op::Add, "{0} + {1}"},
    {Op::Sub, "{0} - {1}"},
    {Op::Mul, "{0} * {1}"},
    {Op::Div, "{0} / {1}"},
    {Op::Neg, "-{0}"},
    {Op::Abs, "fabs({0})"},
    {Op::Sqrt, "sqrt({0})"},
    {Op::Min, "({0} < {1}) | ({0} != {0}) ? {0} : {1}"},
    {Op::Max, "({0} > {1}) | ({0} != {0}) ? {0} : {1}"},
    {Op::Less, "{0} < {1} ? {2} : {3}"},
    {Op::LessEqual, "{0} <= {1} ? {2} : {3}"},
    {Op::CopySign, "copysign({0}, {1})"},
    {Op::Exp, "exp({0})"},
    {Op::Expm1, "expm1({0})"},
    {Op::Log1p, "log1p({0})"},
    {Op::Erf, "erf({0})"},
    {Op::Erfc, "erfc({0})"},
    {Op::Tanh, "tanh({0})"},
    {Op::Atan, "atan({0})"},
    {Op::Sin, "sin({0})"},
    {Op::Cos, "cos({0})"},
};

std::string parenthesised(double sign, std::string text) {
  return std::signbit(sign) ? "(" + text + ")" : text;
}
std::string double_number(double v) {
  if (std::isinf(v)) return v > 0 ? "INFINITY" : "(-INFINITY)";
  return parenthesised(v, fmt::format("{:a}", v));
}
std::string float_number(double v) {
  const auto f = static_cast<float>(v);
  return parenthesised(
      v, std::isinf(f) ? (f > 0 ? "INFINITY" : "-INFINITY") : fmt::format("{:a}f", f));
}

/// The type that elements have, and the type and forms that arithmetic has.
struct Arithmetic {
  const char* suffix;  // "f32"
  const char* element;
  const char* type;
  Dialect dialect;
  bool lowered;
};

constexpr Dialect kFloat{"    const float t{0} = {1};\n", kFloatForms, float_number, "{0}"};
constexpr Dialect kDouble{"    const double t{0} = {1};\n", kDoubleForms, double_number, "{0}"};

std::vector<Arithmetic> arithmetics(bool wide) {
  return {wide ? Arithmetic{"f32", "float", "double", kDouble, false}
               : Arithmetic{"f32", "float", "float", kFloat, true},
          {"f64", "double", "double", kDouble, false}};
}

constexpr const char* kOperations = R"c(#ifdef __FAST_MATH__
#error "these functions rely on IEEE arithmetic; compile without -ffast-math"
#endif

#ifndef ANTIGRAD_OPERATIONS
#define ANTIGRAD_OPERATIONS
/* By bits, so that a loop has no branch in it. */
static inline float antigrad_selectf(int yes, float a, float b) {
  const uint32_t mask = 0u - (uint32_t)yes;
  uint32_t i, j;
  float y;
  memcpy(&i, &a, sizeof i);
  memcpy(&j, &b, sizeof j);
  i = (i & mask) | (j & ~mask);
  memcpy(&y, &i, sizeof y);
  return y;
}
/* a b + c with one rounding; where there is no instruction, through double. */
static inline float antigrad_fmaf(float a, float b, float c) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
  return fmaf(a, b, c);
#else
  return (float)((double)a * (double)b + (double)c);
#endif
}
/* To the nearest integer, ties to even. */
static inline float antigrad_roundf(float a) {
  const float m = fabsf(a), r = (m + 0x1p+23f) - 0x1p+23f;
  return antigrad_selectf(m < 0x1p+23f, copysignf(r, a), a);
}
static inline float antigrad_powerf(int32_t n) {
  const int32_t bits = (int32_t)((uint32_t)(n + 127) << 23);
  float y;
  memcpy(&y, &bits, sizeof y);
  return y;
}
/* a 2^n in two steps, so that one rounding goes into the denormals. */
static inline float antigrad_scalef(float a, float n) {
  const float low = antigrad_selectf(n > -252.0f, n, -252.0f);
  const float high = antigrad_selectf(low < 252.0f, low, 252.0f);
  const int32_t whole = (int32_t)high, half = whole >> 1;
  return antigrad_selectf(n == n, a * antigrad_powerf(half) * antigrad_powerf(whole - half), n);
}
static inline float antigrad_exponentf(float a) {
  int32_t bits;
  memcpy(&bits, &a, sizeof bits);
  return (float)(((bits >> 23) & 255) - 127);
}
#endif

)c";

/// Names of one file.
struct Names {
  std::string prefix;  // "xielu"
  bool gate;
  std::size_t parameters;
};

template <class Values>
std::string list(const Values& values, std::string (*number)(double)) {
  std::vector<std::string> texts;
  for (const auto v : values) texts.push_back(number(static_cast<double>(v)));
  return fmt::format("{{{}}}", fmt::join(texts, ", "));
}

/// Between the ends of the table; the lowered program holds the tails.
std::string float_table(const std::string& name, const space::Table& table) {
  const FloatTable t = make_float_table(table);
  std::string rows, breaks;
  for (const auto& column : t.coefficients)
    rows += fmt::format("    {},\n", list(column, float_number));
  if (!t.breaks.empty())
    breaks = fmt::format("  static const float breaks[] = {};\n", list(t.breaks, float_number));
  return fmt::format(
      "/* The integral of {0} from 0. */\nstatic inline float {1}(float x) {{\n{2}"
      "  static const float origins[] = {3};\n  static const float rows[][{4}] = {{\n{5}  }};\n"
      "  int s = 0;\n  float t, y;\n{6}  t = x - origins[s];\n  y = rows[{7}][s];\n"
      "  for (int k = {7}; k-- > 0;) y = antigrad_fmaf(y, t, rows[k][s]);\n"
      "  return x != x ? x : y;\n}}\n\n",
      space::to_string(table.integrand()), name, breaks, list(t.origins, float_number),
      t.origins.size(), rows,
      t.breaks.empty()
          ? ""
          : fmt::format("  for (int k = 0; k < {}; ++k) s += x >= breaks[k];\n", t.breaks.size()),
      t.coefficients.size() - 1);
}

std::string double_table(const std::string& name, const space::Table& table) {
  const auto left = trimmed(table.left_tail()), right = trimmed(table.right_tail());
  std::string rows;
  for (const auto& c : table.coefficients())
    rows += fmt::format("    {},\n", list(c, double_number));
  return fmt::format(
      "/* The integral of {0} from 0; error below {1:.1e} max(1, |integral|). */\n"
      "static inline double {2}(double x) {{\n  static const double breaks[] = {3};\n"
      "  static const double origins[] = {4};\n  static const double rows[][{5}] = {{\n{6}  }};\n"
      "  static const double left[] = {7}, right[] = {8};\n"
      "  const double* c = x < breaks[0] ? left : right;\n"
      "  int n = x < breaks[0] ? {9} : {10}, i = 0;\n  double t = x, y;\n"
      "  if (x >= breaks[0] && x < breaks[{11}]) {{\n    while (x >= breaks[i + 1]) ++i;\n"
      "    c = rows[i];\n    n = {5};\n    t = x - origins[i];\n  }}\n"
      "  y = c[n - 1];\n  for (i = n - 2; i >= 0; --i) y = y * t + c[i];\n"
      "  return x != x ? x : y;\n}}\n\n",
      space::to_string(table.integrand()), table.bound(), name, list(table.breaks(), double_number),
      list(table.origins(), double_number), table.coefficients().front().size(), rows,
      list(left, double_number), list(right, double_number), left.size(), right.size(),
      table.origins().size());
}

/// What a loop over elements needs of a program, as text.
struct Loop {
  std::string signature, loads, lines, stores, parameters;
};

Loop loop_of(const Program& program, const Arithmetic& a, const Names& names,
             const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
             Tables& tables) {
  Leaves leaves;
  Loop loop;
  for (const auto& input : inputs) {
    leaves.inputs.push_back(input + "_i");
    loop.signature += fmt::format("const {}* {}, ", a.element, input);
    loop.loads += fmt::format("    const {0} {1}_i = ({0}){1}[i];\n", a.type, input);
  }
  for (int k = 0; k < program.parameters; ++k) {
    leaves.parameters.push_back(fmt::format("p{}", k));
    loop.parameters += fmt::format("  const {0} p{1} = ({0})theta[{1}];\n", a.type, k);
  }
  leaves.integral = [&](std::size_t k, const std::string& t) {
    return fmt::format("{}_integral_{}_{}({})", names.prefix, k, a.lowered ? "f32" : "f64", t);
  };
  const space::Expr e = a.lowered ? lower(program.expr) : flatten(program.expr);
  const Body body = write_body(e, a.dialect, leaves, tables);
  loop.lines = body.lines;
  for (std::size_t k = 0; k < body.results.size(); ++k) {
    if (k < outputs.size()) {
      loop.signature += fmt::format("{}* {}, ", a.element, outputs[k]);
      loop.stores += fmt::format("    {}[i] = ({}){};\n", outputs[k], a.element, body.results[k]);
    } else {
      loop.stores +=
          fmt::format("    part[{}][i - from] = {};\n", k - outputs.size(), body.results[k]);
    }
  }
  loop.signature += "size_t n";
  if (names.parameters > 0) loop.signature += ", const double* theta";
  return loop;
}

/// Two blanks more in front of every line.
std::string deeper(const std::string& lines) {
  std::string out;
  for (const char c : lines)
    out += out.empty() || out.back() == '\n' ? fmt::format("  {}", c) : std::string(1, c);
  return out;
}

std::string forward_text(const Program& program, const Arithmetic& a, const Names& names,
                         Tables& tables) {
  const std::vector<std::string> inputs =
      names.gate ? std::vector<std::string>{"x", "v"} : std::vector<std::string>{"x"};
  const Loop loop = loop_of(program, a, names, inputs, {"y"}, tables);
  return fmt::format(
      "static inline void {0}_forward_{1}({2}) {{\n{3}  for (size_t i = 0; i < n; ++i) {{\n{4}{5}"
      "{6}{7}  }}\n}}\n\n",
      names.prefix, a.suffix, loop.signature, loop.parameters, loop.loads, loop.lines, loop.stores,
      names.gate ? "" : "    (void)x_i;\n");
}

std::string backward_text(const Program& program, const Arithmetic& a, const Names& names,
                          Tables& tables) {
  const std::vector<std::string> inputs =
      names.gate ? std::vector<std::string>{"x", "v", "gy"} : std::vector<std::string>{"x", "gy"};
  std::vector<std::string> outputs{"gx"};
  if (names.gate) outputs.emplace_back("gv");
  const Loop loop = loop_of(program, a, names, inputs, outputs, tables);
  if (program.reductions == 0)
    return fmt::format(
        "static inline void {0}_backward_{1}({2}) {{\n  for (size_t i = 0; i < n; ++i) "
        "{{\n{3}{4}{5}"
        "    (void)x_i;\n  }}\n}}\n\n",
        names.prefix, a.suffix, loop.signature, loop.loads, loop.lines, loop.stores);
  return fmt::format(
      "static inline void {0}_backward_{1}({2}, double* gtheta) {{\n{3}  {4} part[{5}][512];\n"
      "  for (int k = 0; k < {5}; ++k) gtheta[k] = 0;\n"
      "  for (size_t from = 0; from < n; from += 512) {{\n"
      "    const size_t to = n - from < 512 ? n : from + 512;\n"
      "    for (size_t i = from; i < to; ++i) {{\n{6}{7}{8}      (void)x_i;\n    }}\n"
      "    for (int k = 0; k < {5}; ++k) {{\n      double sum = 0;\n"
      "      for (size_t i = from; i < to; ++i) sum += (double)part[k][i - from];\n"
      "      gtheta[k] += sum;\n    }}\n  }}\n}}\n\n",
      names.prefix, a.suffix, loop.signature, loop.parameters, a.type, program.reductions,
      deeper(loop.loads), deeper(loop.lines), deeper(loop.stores));
}

std::string places_text(const Subject& subject, const Names& names) {
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

std::string test_text(const Subject& subject, const Names& names, std::string upper) {
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
        fmt::runtime(kTestOfType), names.prefix, suffix, type, upper + "_COUNT",
        (names.gate ? fmt::format("  {0} v[{1}_COUNT], gv[{1}_COUNT];\n", type, upper) : "") +
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
  return fmt::format(fmt::runtime(kTest), names.prefix, upper, lists, s.x.size(), tests, "1e-6");
}

std::string comment(const Subject& subject, const Names& names, const std::string& upper) {
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
                   names.parameters > 0 ? ", gtheta" : "", names.gate ? " v[i]" : "", upper,
                   subject.name);
}

}  // namespace

std::vector<ExportedFile> c_files(const Subject& subject) {
  const space::Activation& a = subject.activation;
  const Names names{identifier(subject), a.gate, a.parameters.size()};
  std::string upper = names.prefix;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string functions, readers;
  Tables tables;
  const auto kinds = arithmetics(lowered_needs_double(subject));
  for (const Arithmetic& kind : kinds) {
    const Precision p = kind.lowered ? Precision::f32 : Precision::f64;
    functions += forward_text(a.gate ? gated_forward_program(a, p) : forward_program(a, p), kind,
                              names, tables) +
                 backward_text(a.gate ? gated_backward_program(a, p) : backward_program(a, p), kind,
                               names, tables);
  }
  for (std::size_t k = 0; k < tables.size(); ++k) {
    if (kinds.front().lowered)
      readers += float_table(fmt::format("{}_integral_{}_f32", names.prefix, k), *tables[k]);
    readers += double_table(fmt::format("{}_integral_{}_f64", names.prefix, k), *tables[k]);
  }
  return {{subject.name + ".h",
           comment(subject, names, upper) +
               fmt::format("#ifndef {0}_H\n#define {0}_H\n#include <math.h>\n#include <stddef.h>\n"
                           "#include <stdint.h>\n#include <string.h>\n\n",
                           upper) +
               kOperations + places_text(subject, names) + readers + functions +
               test_text(subject, names, upper) + "#endif\n"}};
}

}  // namespace antigrad::kernels
