#include "kernels/torch_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "space/rows-inl.hpp"
#include "space/table.hpp"
#include "space/text.hpp"

namespace antigrad::kernels {
namespace {

/// Lines of a function under construction; equal right-hand sides are one line.
class Lines {
 public:
  int add(const std::string& value) {
    const auto [it, added] = index_.emplace(value, static_cast<int>(index_.size()));
    if (added) text_ += fmt::format("    t{} = {}\n", it->second, value);
    return it->second;
  }
  const std::string& text() const { return text_; }

 private:
  std::map<std::string, int> index_;
  std::string text_;
};

/// A tensor in the text.
struct Tensor {
  Lines* lines = nullptr;
  int id = 0;
};

template <class... Rest>
Tensor line(const char* form, Tensor a, Rest... rest) {
  return {a.lines, a.lines->add(fmt::format(fmt::runtime(form), a.id, rest.id...))};
}

std::string number(double c) { return fmt::format("number({}, x)", space::to_string(c)); }

auto constants(Tensor a) {
  return [lines = a.lines](double c) { return Tensor{lines, lines->add(number(c))}; };
}

// The table: core arithmetic ...
Tensor operator+(Tensor a, Tensor b) { return line("t{} + t{}", a, b); }
Tensor operator-(Tensor a, Tensor b) { return line("t{} - t{}", a, b); }
Tensor operator*(Tensor a, Tensor b) { return line("t{} * t{}", a, b); }
Tensor operator/(Tensor a, Tensor b) { return line("t{} / t{}", a, b); }
Tensor operator-(Tensor a) { return line("-t{}", a); }
Tensor base_abs(Tensor a) { return line("torch.abs(t{})", a); }
Tensor base_sqrt(Tensor a) { return line("torch.sqrt(t{})", a); }
Tensor base_min(Tensor a, Tensor b) { return line("torch.minimum(t{}, t{})", a, b); }
Tensor base_max(Tensor a, Tensor b) { return line("torch.maximum(t{}, t{})", a, b); }
Tensor base_less(Tensor a, Tensor b, Tensor c, Tensor d) {
  return line("torch.where(t{} < t{}, t{}, t{})", a, b, c, d);
}
Tensor base_less_equal(Tensor a, Tensor b, Tensor c, Tensor d) {
  return line("torch.where(t{} <= t{}, t{}, t{})", a, b, c, d);
}
Tensor base_fma(Tensor a, Tensor b, Tensor c) { return line("t{} * t{} + t{}", a, b, c); }
Tensor base_copysign(Tensor a, Tensor b) { return line("torch.copysign(t{}, t{})", a, b); }
Tensor base_round(Tensor a) { return line("torch.round(t{})", a); }
Tensor base_scale2(Tensor a, Tensor b) { return line("torch.ldexp(t{}, t{})", a, b); }
Tensor base_exponent(Tensor a) { return line("torch.floor(torch.log2(torch.abs(t{})))", a); }
// ... and the base functions.
Tensor base_exp(Tensor a) { return line("torch.exp(t{})", a); }
Tensor base_expm1(Tensor a) { return line("torch.expm1(t{})", a); }
Tensor base_log1p(Tensor a) { return line("torch.log1p(t{})", a); }
Tensor base_erf(Tensor a) { return line("torch.erf(t{})", a); }
Tensor base_erfc(Tensor a) { return line("torch.erfc(t{})", a); }
Tensor base_tanh(Tensor a) { return line("torch.tanh(t{})", a); }
Tensor base_atan(Tensor a) { return line("torch.atan(t{})", a); }
Tensor base_sin(Tensor a) { return line("torch.sin(t{})", a); }
Tensor base_cos(Tensor a) { return line("torch.cos(t{})", a); }

/// One row on tensors; inputs, parameters, constants and integrals are the caller's.
Tensor row(space::Op op, Tensor a, Tensor b, Tensor c, Tensor d) {
  using namespace space::rows;
  [[maybe_unused]] const auto K = constants(a);
  switch (op) {
#define CORE(ID, NAME, ARITY, Y, ...) \
  case space::Op::ID: {               \
    return Y;                         \
  }
#define PRIMITIVE(ID, NAME, ...) \
  case space::Op::ID: {          \
    return space::rows::NAME(a); \
  }
#include "space/primitives.def"
  }
  (void)b, (void)c, (void)d;
  return a;
}

std::size_t index_of(const std::shared_ptr<const space::Table>& table, Tables& tables) {
  const auto at = std::ranges::find(tables, table);
  const auto index = static_cast<std::size_t>(at - tables.begin());
  if (at == tables.end()) tables.push_back(table);
  return index;
}

std::vector<Tensor> write_nodes(Lines& lines, const space::Expr& e, Tables& tables) {
  static constexpr const char* kInputs[] = {"x", "gy", "ggx"};
  std::vector<Tensor> at;
  const auto add = [&](const std::string& value) { at.push_back({&lines, lines.add(value)}); };
  for (const space::Node& n : e.nodes) {
    switch (n.op) {
      case space::Op::Var: add(kInputs[n.a]); break;
      case space::Op::Param: add(fmt::format("p{}", n.a)); break;
      case space::Op::Lit: add(number(e.literals[n.a])); break;
      case space::Op::Integral:
        add(fmt::format("integral(table{}, t{})", index_of(e.tables[n.b], tables), at[n.a].id));
        break;
      default: at.push_back(row(n.op, at[n.a], at[n.b], at[n.c], at[n.d]));
    }
  }
  return at;
}

std::string list(const std::vector<double>& values) {
  std::vector<std::string> texts;
  for (const double v : values) texts.push_back(space::to_string(v));
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

/// Without the zeros at the end, so that it can be evaluated at infinity.
std::vector<double> trimmed(std::vector<double> polynomial) {
  while (polynomial.size() > 1 && polynomial.back() == 0) polynomial.pop_back();
  return polynomial;
}

}  // namespace

std::string torch_function(const std::string& name, const Program& program, Tables& tables) {
  static constexpr const char* kArguments[] = {"x", "x, gy", "x, gy, ggx"};
  std::string arguments = kArguments[program.inputs - 1];
  for (int k = 0; k < program.parameters; ++k) arguments += fmt::format(", p{}", k);
  Lines lines;
  const auto at = write_nodes(lines, program.expr, tables);
  std::vector<std::string> results;
  for (std::size_t k = 0; k < program.expr.outputs.size(); ++k)
    results.push_back(fmt::format("t{}.expand_as(x){}", at[program.expr.outputs[k]].id,
                                  static_cast<int>(k) < program.elementwise ? "" : ".sum()"));
  return fmt::format("def {}({}):\n{}    return ({},)\n", name, arguments, lines.text(),
                     fmt::join(results, ", "));
}

std::string torch_table(std::size_t index, const space::Table& table) {
  std::size_t width = 0;
  for (const auto& c : table.coefficients()) width = std::max(width, c.size());
  std::string rows;
  for (auto c : table.coefficients()) {
    c.resize(width, 0.0);
    rows += fmt::format("        {},\n", list(c));
  }
  return fmt::format("table{} = (\n    {},\n    {},\n    [\n{}    ],\n    {},\n    {},\n)\n", index,
                     list(table.breaks()), list(table.origins()), rows,
                     list(trimmed(table.left_tail())), list(trimmed(table.right_tail())));
}

}  // namespace antigrad::kernels
