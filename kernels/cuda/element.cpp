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
  Lines(std::set<std::string>& parts, bool is_near) : near(is_near), parts_(parts) {}
  std::string add(const std::string& value) {
    const auto [it, added] = index_.emplace(value, fmt::format("t{}", index_.size()));
    if (added) text_ += fmt::format("  const float {} = {};\n", it->second, value);
    return it->second;
  }
  void need(const std::string& part) { parts_.insert(part); }
  const std::string& text() const { return text_; }

  const bool near;  // the near functions serve

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
  float value = 0;  // of a literal
};

std::string number(float c) {
  if (std::isfinite(c)) return fmt::format("{:a}f", c);
  return fmt::format("from_bits({:#x}u)", std::bit_cast<std::uint32_t>(c) & 0xffc00000U);
}

Text literal(Lines* lines, float c) {
  if (!std::isfinite(c)) lines->need("bits");
  return {lines, number(c), true, c};
}

auto constants(const Text& a) {
  return [lines = a.lines](double c) { return literal(lines, static_cast<float>(c)); };
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

// The table: core arithmetic ...
Text operator+(const Text& a, const Text& b) { return line("{} + {}", a, b); }
Text operator-(const Text& a, const Text& b) { return line("{} - {}", a, b); }
Text operator*(const Text& a, const Text& b) { return line("{} * {}", a, b); }
Text operator-(const Text& a) { return a.literal ? literal(a.lines, -a.value) : line("-{}", a); }
Text operator/(const Text& a, const Text& b) {
  if (a.literal && b.literal) return literal(a.lines, a.value / b.value);
  const char* const reciprocal = a.lines->near ? "near_reciprocal" : "reciprocal";
  if (a.literal && a.value == 1) return call(reciprocal, b);
  if (a.literal && a.value == -1) return -call(reciprocal, b);
  return call("divide", a, b);
}
Text base_abs(const Text& a) { return line("fabsf({})", a); }
Text base_sqrt(const Text& a) { return call("square_root", a); }
Text base_min(const Text& a, const Text& b) { return call("minimum", a, b); }
Text base_max(const Text& a, const Text& b) { return call("maximum", a, b); }
Text base_less(const Text& a, const Text& b, const Text& c, const Text& d) {
  return call("less", a, b, c, d);
}
Text base_less_equal(const Text& a, const Text& b, const Text& c, const Text& d) {
  return call("less_equal", a, b, c, d);
}
Text base_fma(const Text& a, const Text& b, const Text& c) {
  return line("fmaf({}, {}, {})", a, b, c);
}
Text base_copysign(const Text& a, const Text& b) { return line("copysignf({}, {})", a, b); }
Text base_round(const Text& a) { return line("rintf({})", a); }
Text base_scale2(const Text& a, const Text& n) { return call("scale2", a, n); }
Text base_exponent(const Text& a) { return call("exponent", a); }
// ... and the base functions.
Text base_exp(const Text& a) { return call("near_exp", a); }
Text base_expm1(const Text& a) { return call("near_expm1", a); }
Text base_log1p(const Text& a) { return call("near_log1p", a); }
Text base_erf(const Text& a) { return call("near_erf", a); }
Text base_erfc(const Text& a) { return call("near_erfc", a); }
Text base_tanh(const Text& a) { return call("near_tanh", a); }
Text base_atan(const Text& a) { return call("near_atan", a); }
Text base_sin(const Text& a) { return call("near_sin", a); }
Text base_cos(const Text& a) { return call("near_cos", a); }

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

std::string list(const std::vector<float>& values) {
  std::vector<std::string> texts;
  for (const float v : values) texts.push_back(number(v));
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

std::size_t index_of(const std::shared_ptr<const space::Table>& table, CudaText& out) {
  const auto at = std::ranges::find(out.tables, table);
  const auto index = static_cast<std::size_t>(at - out.tables.begin());
  if (at == out.tables.end()) {
    add_table(out, *table);
    out.tables.push_back(table);
  }
  return index;
}

std::vector<Text> write_nodes(Lines& lines, const Expr& e, std::span<const char* const> inputs,
                              CudaText& out) {
  std::vector<Text> at;
  for (const Node& n : e.nodes) {
    switch (n.op) {
      case Op::Var: at.push_back({&lines, inputs[n.a]}); break;
      case Op::Param: at.push_back({&lines, fmt::format("p[{}]", n.a)}); break;
      case Op::Lit: at.push_back(literal(&lines, static_cast<float>(e.literals[n.a]))); break;
      case Op::Integral:
        at.push_back({&lines, lines.add(fmt::format("integral{}({})", index_of(e.tables[n.b], out),
                                                    at[n.a].name))});
        break;
      default: at.push_back(row(n.op, at[n.a], at[n.b], at[n.c], at[n.d]));
    }
  }
  return at;
}

}  // namespace

void add_element(CudaText& out, const std::string& name, const Program& program,
                 std::span<const char* const> inputs, Type type) {
  const Expr e = type == Type::f32 ? lower(program.expr) : lower_tables(program.expr);
  Lines lines(out.parts, type != Type::f32);
  const auto at = write_nodes(lines, e, inputs, out);
  std::vector<std::string> arguments;
  for (const char* const input : inputs) arguments.push_back(fmt::format("float {}", input));
  if (program.parameters > 0) arguments.emplace_back("const float* p");
  std::string results;
  for (std::size_t k = 0; k < e.outputs.size(); ++k)
    results += fmt::format("  y[{}] = {};\n", k, at[e.outputs[k]].name);
  out.parts.insert("base");
  out.text += fmt::format("ANTIGRAD_DEVICE void {}({}, float* y) {{\n{}{}}}\n", name,
                          fmt::join(arguments, ", "), lines.text(), results);
}

}  // namespace antigrad::kernels
