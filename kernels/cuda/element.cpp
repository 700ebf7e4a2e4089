#include "kernels/cuda/element.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <utility>

#include "kernels/float_table.hpp"
#include "kernels/lower.hpp"
#include "space/rows-inl.hpp"

namespace antigrad::kernels {
namespace {

using space::Expr;
using space::Node;
using space::Op;

/// Lines of a function under construction; equal right-hand sides are one line.
class Lines {
 public:
  Lines(std::set<std::string>& parts, Arithmetic by) : arithmetic(by), parts_(parts) {}
  std::string add(const std::string& value) {
    const auto [it, added] = index_.emplace(value, fmt::format("t{}", index_.size()));
    if (added)
      text_ += fmt::format("  const {} {} = {};\n", wide() ? "double" : "float", it->second, value);
    return it->second;
  }
  void need(const std::string& part) { parts_.insert(part); }
  const std::string& text() const { return text_; }

  bool wide() const { return arithmetic == Arithmetic::wide; }

  const Arithmetic arithmetic;

 private:
  std::set<std::string>& parts_;
  std::map<std::string, std::string> index_;
  std::string text_;
};

/// A value in the text: a name or a literal.
struct Text {
  Lines* lines = nullptr;
  std::string name;
  bool literal = false;
  double value = 0;  // of a literal
};

std::string number(float c) {
  if (std::isfinite(c)) return fmt::format("{:a}f", c);
  return fmt::format("from_bits({:#x}u)", std::bit_cast<std::uint32_t>(c) & 0xffc00000U);
}

std::string number(double c) {
  if (std::isfinite(c)) return fmt::format("{:a}", c);
  return "(double)" + number(static_cast<float>(c));
}

Text literal(Lines* lines, double c) {
  if (!std::isfinite(c)) lines->need("bits");
  if (lines->wide()) return {lines, number(c), true, c};
  const auto narrow = static_cast<float>(c);
  return {lines, number(narrow), true, static_cast<double>(narrow)};
}

auto constants(const Text& a) {
  return [lines = a.lines](double c) { return literal(lines, c); };
}

template <class... Rest>
Text line(const char* form, const Text& a, const Rest&... rest) {
  return {a.lines, a.lines->add(fmt::format(fmt::runtime(form), a.name, rest.name...))};
}

/// A call of a function that is a part of device.cuh.
template <class... Rest>
Text call(const std::string& part, const Text& a, const Rest&... rest) {
  a.lines->need(part);
  std::string arguments = a.name;
  ((arguments += ", " + rest.name), ...);
  return {a.lines, a.lines->add(fmt::format("{}({})", part, arguments))};
}

/// In float64 a line of this form, else a call of the part.
template <class... Rest>
Text chosen(const char* wide, const char* part, const Text& a, const Rest&... rest) {
  return a.lines->wide() ? line(wide, a, rest...) : call(part, a, rest...);
}

/// A function of <math.h>, whose names for float32 end in f.
template <class... Rest>
Text of_library(const char* wide, const char* narrow, const Text& a, const Rest&... rest) {
  return line(a.lines->wide() ? wide : narrow, a, rest...);
}

// The table: core arithmetic ...
Text operator+(const Text& a, const Text& b) { return line("{} + {}", a, b); }
Text operator-(const Text& a, const Text& b) { return line("{} - {}", a, b); }
Text operator*(const Text& a, const Text& b) { return line("{} * {}", a, b); }
Text operator-(const Text& a) { return a.literal ? literal(a.lines, -a.value) : line("-{}", a); }
Text operator/(const Text& a, const Text& b) {
  if (a.literal && b.literal) return literal(a.lines, a.value / b.value);
  if (a.lines->wide()) return line("{} / {}", a, b);
  const char* const reciprocal =
      a.lines->arithmetic == Arithmetic::near ? "near_reciprocal" : "reciprocal";
  if (a.literal && a.value == 1) return call(reciprocal, b);
  if (a.literal && a.value == -1) return -call(reciprocal, b);
  return call("divide", a, b);
}
Text base_abs(const Text& a) { return of_library("fabs({})", "fabsf({})", a); }
Text base_sqrt(const Text& a) { return chosen("sqrt({})", "square_root", a); }
Text base_min(const Text& a, const Text& b) {
  return chosen("{0} < {1} || {0} != {0} ? {0} : {1}", "minimum", a, b);
}
Text base_max(const Text& a, const Text& b) {
  return chosen("{0} > {1} || {0} != {0} ? {0} : {1}", "maximum", a, b);
}
Text base_less(const Text& a, const Text& b, const Text& c, const Text& d) {
  return chosen("{} < {} ? {} : {}", "less", a, b, c, d);
}
Text base_less_equal(const Text& a, const Text& b, const Text& c, const Text& d) {
  return chosen("{} <= {} ? {} : {}", "less_equal", a, b, c, d);
}
Text base_fma(const Text& a, const Text& b, const Text& c) {
  return of_library("fma({}, {}, {})", "fmaf({}, {}, {})", a, b, c);
}
Text base_copysign(const Text& a, const Text& b) {
  return of_library("copysign({}, {})", "copysignf({}, {})", a, b);
}
Text base_round(const Text& a) { return of_library("rint({})", "rintf({})", a); }
Text base_scale2(const Text& a, const Text& n) {
  return chosen("ldexp({}, (int){})", "scale2", a, n);
}
Text base_exponent(const Text& a) { return chosen("floor(log2(fabs({})))", "exponent", a); }
// ... and the base functions.
Text base_exp(const Text& a) { return chosen("exp({})", "near_exp", a); }
Text base_expm1(const Text& a) { return chosen("expm1({})", "near_expm1", a); }
Text base_log1p(const Text& a) { return chosen("log1p({})", "near_log1p", a); }
Text base_erf(const Text& a) { return chosen("erf({})", "near_erf", a); }
Text base_erfc(const Text& a) { return chosen("erfc({})", "near_erfc", a); }
Text base_tanh(const Text& a) { return chosen("tanh({})", "near_tanh", a); }
Text base_atan(const Text& a) { return chosen("atan({})", "near_atan", a); }
Text base_sin(const Text& a) { return call(a.lines->wide() ? "wide_sin" : "near_sin", a); }
Text base_cos(const Text& a) { return call(a.lines->wide() ? "wide_cos" : "near_cos", a); }

/// One row; inputs, parameters, constants and integrals are the caller's.
Text row(Op op, const Text& a, const Text& b, const Text& c, const Text& d) {
  using namespace space::rows;
  [[maybe_unused]] const auto K = constants(a);
  switch (op) {
#define CORE(ID, NAME, ARITY, Y, ...) \
  case Op::ID: {                      \
    return Y;                         \
  }
#define PRIMITIVE(ID, NAME, ...) \
  case Op::ID: {                 \
    return space::rows::NAME(a); \
  }
#include "space/primitives.def"
  }
  (void)b, (void)c, (void)d;
  return a;
}

template <class Real>
std::string list(const std::vector<Real>& values) {
  std::vector<std::string> texts;
  for (const Real v : values) texts.push_back(number(v));
  return fmt::format("{{{}}}", fmt::join(texts, ", "));
}

/// The tables as arrays, and P(x) for x between their ends: Horner's rule on the segment's row.
void add_table(CudaText& out, const space::Table& exact) {
  const FloatTable table = make_float_table(exact);
  const std::size_t k = out.tables.size(), segments = table.origins.size();
  std::string rows;
  for (std::size_t i = 0; i < segments; ++i) {
    std::vector<float> values{table.origins[i]};
    for (const auto& power : table.coefficients) values.push_back(power[i]);
    rows += fmt::format("{}  {}", i == 0 ? "" : ",\n", list(values));
  }
  const std::size_t width = table.coefficients.size() + 1;
  std::string sum = fmt::format("  float y = row[{}];\n", width - 1);
  for (std::size_t i = width - 1; i-- > 1;) sum += fmt::format("  y = fmaf(y, t, row[{}]);\n", i);
  std::vector<float> breaks = table.breaks;
  if (breaks.empty()) breaks.push_back(0);  // an array is not empty; none of it is looked at
  out.parts.insert("lookup");
  out.text += fmt::format(
      "ANTIGRAD_TABLE float breaks{0}[] = {1};\n"
      "ANTIGRAD_TABLE float rows{0}[][{2}] = {{\n{3}}};\n"
      "ANTIGRAD_DEVICE float integral{0}(float x) {{\n"
      "  const float* row = rows{0}[lookup(breaks{0}, {4}, {5}, x)];\n"
      "  const float t = x - row[0];\n{6}  return y;\n}}\n",
      k, list(breaks), width, rows, segments - 1, std::bit_floor(segments), sum);
}

/// The same in float64, with the tails: rows 0 and last, polynomials in x. Their leading zeros
/// count for nothing, at infinities either.
void add_wide_table(CudaText& out, const space::Table& table) {
  const std::vector<double> none{0};
  std::vector<std::vector<double>> all{none};
  all.front().insert(all.front().end(), table.left_tail().begin(), table.left_tail().end());
  for (std::size_t i = 0; i < table.origins().size(); ++i) {
    all.push_back({table.origins()[i]});
    const auto& powers = table.coefficients()[i];
    all.back().insert(all.back().end(), powers.begin(), powers.end());
  }
  all.push_back(none);
  all.back().insert(all.back().end(), table.right_tail().begin(), table.right_tail().end());
  std::size_t width = 0;
  for (const auto& row : all) width = std::max(width, row.size());
  std::vector<std::string> rows;
  for (auto& row : all) {
    row.resize(width);
    rows.push_back("  " + list(row));
  }
  out.parts.insert("base");
  out.text += fmt::format(
      "ANTIGRAD_TABLE double breaks{0}[] = {1};\n"
      "ANTIGRAD_TABLE double rows{0}[][{2}] = {{\n{3}}};\n"
      "ANTIGRAD_DEVICE double integral{0}(double x) {{\n"
      "  int found = 0;\n"
      "  while (found < {4} && x >= breaks{0}[found]) ++found;\n"
      "  const double* row = rows{0}[found];\n"
      "  const double t = x - row[0];\n"
      "  double y = row[{5}];\n"
      "  for (int i = {5}; --i > 0;) y = y == 0 ? row[i] : y * t + row[i];\n"
      "  return x != x ? x : y;\n}}\n",
      out.tables.size(), list(table.breaks()), width, fmt::format("{}", fmt::join(rows, ",\n")),
      table.breaks().size(), width - 1);
}

std::size_t index_of(const std::shared_ptr<const space::Table>& table, bool wide, CudaText& out) {
  const auto at = std::ranges::find(out.tables, table);
  const auto index = static_cast<std::size_t>(at - out.tables.begin());
  if (at == out.tables.end()) {
    if (wide)
      add_wide_table(out, *table);
    else
      add_table(out, *table);
    out.tables.push_back(table);
  }
  return index;
}

std::vector<Text> write_nodes(Lines& lines, const Expr& e, std::span<const char* const> inputs,
                              CudaText& out) {
  const auto widened = [&lines](const std::string& name) {
    return Text{&lines, lines.wide() ? lines.add(name) : name};
  };
  std::vector<Text> at;
  for (const Node& n : e.nodes) {
    switch (n.op) {
      case Op::Var: at.push_back(widened(inputs[n.a])); break;
      case Op::Param: at.push_back(widened(fmt::format("p[{}]", n.a))); break;
      case Op::Lit: at.push_back(literal(&lines, e.literals[n.a])); break;
      case Op::Integral: {
        const std::size_t k = index_of(e.tables[n.b], lines.wide(), out);
        at.push_back({&lines, lines.add(fmt::format("integral{}({})", k, at[n.a].name))});
        break;
      }
      default: at.push_back(row(n.op, at[n.a], at[n.b], at[n.c], at[n.d]));
    }
  }
  return at;
}

Expr written(const Expr& e, Arithmetic arithmetic) {
  switch (arithmetic) {
    case Arithmetic::lowered: return lower(e);
    case Arithmetic::near: return lower_tables(e);
    case Arithmetic::wide: break;
  }
  return e;
}

}  // namespace

void add_element(CudaText& out, const std::string& name, const Program& program,
                 std::span<const char* const> inputs, Arithmetic arithmetic) {
  const Expr e = written(program.expr, arithmetic);
  Lines lines(out.parts, arithmetic);
  const auto at = write_nodes(lines, e, inputs, out);
  std::vector<std::string> arguments;
  for (const char* const input : inputs) arguments.push_back(fmt::format("float {}", input));
  if (program.parameters > 0) arguments.emplace_back("const float* p");
  std::string results;
  for (std::size_t k = 0; k < e.outputs.size(); ++k)
    results +=
        fmt::format("  y[{}] = {}{};\n", k, lines.wide() ? "(float)" : "", at[e.outputs[k]].name);
  out.parts.insert("base");
  out.text += fmt::format("ANTIGRAD_DEVICE void {}({}, float* y) {{\n{}{}}}\n", name,
                          fmt::join(arguments, ", "), lines.text(), results);
}

}  // namespace antigrad::kernels
