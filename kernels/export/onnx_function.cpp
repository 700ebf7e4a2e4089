// Legend: tK values in the order of the nodes; "shape" x's shape. ONNX has neither expm1 nor log1p
// nor erfc: expm1(x) = tanh(x/2) (e^x + 1), log1p(x) = log(u) (x / (u - 1)) with u = 1 + x rounded
// (Kahan), and erfc is the polynomial of our machine code.
#include "kernels/export/onnx_function.hpp"

#include <fmt/format.h>

#include <limits>
#include <map>
#include <stdexcept>

#include "kernels/export/dialect.hpp"
#include "kernels/flatten.hpp"
#include "kernels/float_table.hpp"
#include "kernels/lower.hpp"
#include "kernels/program.hpp"
#include "space/builder.hpp"
#include "space/table.hpp"

namespace antigrad::kernels {
namespace {

using onnx::Tensor;
using space::Builder;
using space::Expr;
using space::Op;
using space::Sym;

/// A row of x as the core operations that lower() makes of it.
Expr lowered(Op op) {
  Builder b;
  return lower(b.finish(b.apply(op, b.variable())));
}

/// Every erfc as core operations; where all is float64 also erf and atan, which onnxruntime has in
/// float32 alone. Their polynomials are good to 2e-8.
Expr without_lacking(const Expr& e, bool wide) {
  const Expr erfc = lowered(Op::Erfc), erf = lowered(Op::Erf), atan = lowered(Op::Atan);
  Builder out(true);
  std::vector<Sym> at, outputs;
  for (const space::Node& n : e.nodes) {
    const auto id = [&](int k, std::uint16_t operand) {
      return k < space::primitive(n.op).arity ? at[operand].id : operand;
    };
    const auto inlined = [&](const Expr& row) {
      return out.inline_expr(row, {&at[n.a], 1}).front();
    };
    if (n.op == Op::Erfc || (wide && (n.op == Op::Erf || n.op == Op::Atan))) {
      at.push_back(inlined(n.op == Op::Erfc ? erfc : n.op == Op::Erf ? erf : atan));
      continue;
    }
    switch (n.op) {
      case Op::Var: at.push_back(out.variable(n.a)); break;
      case Op::Param: at.push_back(out.param(n.a)); break;
      case Op::Lit: at.push_back(out.literal(e.literals[n.a])); break;
      case Op::Integral: at.push_back(out.integral(e.tables[n.b], at[n.a])); break;
      default: at.push_back(out.raw(n.op, id(0, n.a), id(1, n.b), id(2, n.c), id(3, n.d)));
    }
  }
  for (const auto o : e.outputs) outputs.push_back(at[o]);
  return out.finish(outputs);
}

/// The nodes of a function.
class Nodes {
 public:
  explicit Nodes(onnx::Type type) : type_(type) {}

  std::string add(const char* operation, std::vector<std::string> inputs,
                  std::vector<std::pair<std::string, std::int64_t>> integers = {}) {
    nodes_.push_back(
        {operation, std::move(inputs), {fmt::format("t{}", count_)}, "", std::move(integers)});
    return fmt::format("t{}", count_++);
  }
  std::string constant(double value) {
    const auto [at, added] = constants_.emplace(value, "");
    if (added) at->second = constant({"value", type_, {}, {value}});
    return at->second;
  }
  std::string constant(Tensor tensor) {
    nodes_.push_back({"Constant", {}, {fmt::format("t{}", count_)}, "", {}, {std::move(tensor)}});
    return fmt::format("t{}", count_++);
  }
  std::string list(const std::vector<double>& values) {
    return constant({"value", type_, {static_cast<std::int64_t>(values.size())}, values});
  }
  std::string axes(std::int64_t axis) {
    return constant({"value", onnx::Type::i64, {1}, {static_cast<double>(axis)}});
  }
  std::string cast(const std::string& value, onnx::Type type) {
    return add("Cast", {value}, {{"to", static_cast<int>(type)}});
  }
  void name_last(const std::string& name) { nodes_.back().outputs = {name}; }

  bool wide() const { return type_ == onnx::Type::f64; }
  onnx::Type type() const { return type_; }
  std::vector<onnx::Node> take() { return std::move(nodes_); }

 private:
  onnx::Type type_;
  std::vector<onnx::Node> nodes_;
  std::map<double, std::string> constants_;
  int count_ = 0;
};

using Names = std::vector<std::string>;

std::string select(Nodes& n, const char* compare, const Names& v) {
  return n.add("Where", {n.add(compare, {v[0], v[1]}), v[2], v[3]});
}

/// The second, or the first where that is NaN.
std::string or_nan(Nodes& n, const Names& v) {
  return n.add("Where", {n.add("IsNaN", {v[0]}), v[0], v[1]});
}

std::string log1p(Nodes& n, const std::string& x) {
  const std::string one = n.constant(1), u = n.add("Add", {one, x});
  const std::string y =
      n.add("Mul", {n.add("Log", {u}), n.add("Div", {x, n.add("Sub", {u, one})})});
  const std::string near = n.add("Where", {n.add("Equal", {u, one}), x, y});
  const double most = n.wide() ? std::numeric_limits<double>::max()
                               : static_cast<double>(std::numeric_limits<float>::max());
  return select(n, "LessOrEqual", {x, n.constant(most), near, x});
}

std::string scale2(Nodes& n, const std::string& a, const std::string& power) {
  const std::string two = n.constant(2);
  const std::string half = n.add("Floor", {n.add("Mul", {power, n.constant(0.5)})});
  const std::string first = n.add("Mul", {a, n.add("Pow", {two, half})});
  return n.add("Mul", {first, n.add("Pow", {two, n.add("Sub", {power, half})})});
}

std::string operation(Nodes& n, Op op, const Names& v) {
  switch (op) {
    case Op::Add: return n.add("Add", {v[0], v[1]});
    case Op::Sub: return n.add("Sub", {v[0], v[1]});
    case Op::Mul: return n.add("Mul", {v[0], v[1]});
    case Op::Div: return n.add("Div", {v[0], v[1]});
    case Op::Fma: return n.add("Add", {n.add("Mul", {v[0], v[1]}), v[2]});
    case Op::Neg: return n.add("Neg", {v[0]});
    case Op::Abs: return n.add("Abs", {v[0]});
    case Op::Sqrt: return n.add("Sqrt", {v[0]});
    case Op::Min: return select(n, "Less", {v[0], v[1], v[0], or_nan(n, v)});
    case Op::Max: return select(n, "Greater", {v[0], v[1], v[0], or_nan(n, v)});
    case Op::Less: return select(n, "Less", v);
    case Op::LessEqual: return select(n, "LessOrEqual", v);
    case Op::CopySign: {
      const std::string size = n.add("Abs", {v[0]});
      return select(n, "Less", {v[1], n.constant(0), n.add("Neg", {size}), size});
    }
    case Op::Round: return n.add("Round", {v[0]});
    case Op::Scale2: return scale2(n, v[0], v[1]);
    default: break;
  }
  // The base functions, by the names of their rows.
  const std::string name(space::primitive(op).name);
  if (name == "expm1") {
    const std::string half = n.add("Tanh", {n.add("Mul", {v[0], n.constant(0.5)})});
    return n.add("Mul", {half, n.add("Add", {n.add("Exp", {v[0]}), n.constant(1)})});
  }
  if (name == "log1p") return log1p(n, v[0]);
  static const std::map<std::string, const char*> kFunctions{{"exp", "Exp"},   {"erf", "Erf"},
                                                             {"tanh", "Tanh"}, {"atan", "Atan"},
                                                             {"sin", "Sin"},   {"cos", "Cos"}};
  const auto at = kFunctions.find(name);
  if (at == kFunctions.end())
    throw std::logic_error(fmt::format("no form for the operation \"{}\" in ONNX", name));
  return n.add(at->second, {v[0]});
}

std::string polynomial(Nodes& n, const Names& coefficients, const std::string& t) {
  std::string y = coefficients.back();
  for (std::size_t k = coefficients.size() - 1; k-- > 0;)
    y = n.add("Add", {n.add("Mul", {y, t}), coefficients[k]});
  return y;
}

std::string tail(Nodes& n, const std::vector<double>& coefficients, const std::string& x) {
  Names constants;
  for (const double c : trimmed(coefficients)) constants.push_back(n.constant(c));
  return polynomial(n, constants, x);
}

/// Breaks between the segments, origins, and coefficients by power.
struct Fit {
  std::vector<double> breaks, origins;
  std::vector<std::vector<double>> powers;
};

Fit fit_of(const space::Table& t, bool wide) {
  Fit fit;
  if (!wide) {
    const FloatTable f = make_float_table(t);
    fit.breaks.assign(f.breaks.begin(), f.breaks.end());
    fit.origins.assign(f.origins.begin(), f.origins.end());
    for (const auto& c : f.coefficients) fit.powers.emplace_back(c.begin(), c.end());
    return fit;
  }
  fit.breaks.assign(t.breaks().begin() + 1, t.breaks().end() - 1);
  fit.origins = t.origins();
  for (std::size_t i = 0; i < t.coefficients().size(); ++i)
    for (std::size_t k = 0; k < t.coefficients()[i].size(); ++k) {
      if (fit.powers.size() <= k) fit.powers.emplace_back(t.coefficients().size());
      fit.powers[k][i] = t.coefficients()[i][k];
    }
  return fit;
}

/// The segment is how many breaks are not above x.
std::string integral(Nodes& n, const space::Table& table, const std::string& x) {
  const Fit fit = fit_of(table, n.wide());
  std::string segment = n.constant({"value", onnx::Type::i64, {}, {0}});
  if (!fit.breaks.empty()) {
    const std::string column = n.add("Unsqueeze", {x, n.axes(-1)});
    const std::string above = n.add("GreaterOrEqual", {column, n.list(fit.breaks)});
    segment = n.add("ReduceSum", {n.cast(above, onnx::Type::i64), n.axes(-1)}, {{"keepdims", 0}});
  }
  Names coefficients;
  for (const auto& power : fit.powers)
    coefficients.push_back(n.add("Gather", {n.list(power), segment}));
  const std::string t = n.add("Sub", {x, n.add("Gather", {n.list(fit.origins), segment})});
  const std::string y = polynomial(n, coefficients, t);
  const std::string first = n.constant(table.breaks().front()),
                    last = n.constant(table.breaks().back());
  const std::string left = select(n, "Less", {x, first, tail(n, table.left_tail(), x), y});
  return select(n, "Less", {last, x, tail(n, table.right_tail(), x), left});
}

}  // namespace

onnx::Function onnx_function(const std::string& name, const Program& program, const Names& inputs,
                             const Names& parameters, const Names& outputs, bool wide) {
  Nodes n(wide ? onnx::Type::f64 : onnx::Type::f32);
  const auto enter = [&](const std::string& v) { return wide ? n.cast(v, n.type()) : v; };
  Names x, p, at;
  for (const auto& v : inputs) x.push_back(enter(v));
  for (const auto& v : parameters) p.push_back(enter(v));
  const Expr e = without_lacking(flatten(program.expr), wide);
  for (const space::Node& node : e.nodes) {
    const std::uint16_t operands[] = {node.a, node.b, node.c, node.d};
    Names v;
    for (int k = 0; k < space::primitive(node.op).arity; ++k) v.push_back(at[operands[k]]);
    switch (node.op) {
      case Op::Var: at.push_back(x[node.a]); break;
      case Op::Param: at.push_back(p[node.a]); break;
      case Op::Lit: at.push_back(n.constant(e.literals[node.a])); break;
      case Op::Integral: at.push_back(integral(n, *e.tables[node.b], v[0])); break;
      default: at.push_back(operation(n, node.op, v));
    }
  }
  const std::string shape = n.add("Shape", {inputs.front()});
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    std::string y = n.add("Expand", {at[e.outputs[k]], shape});
    if (static_cast<int>(k) >= program.elementwise) y = n.add("ReduceSum", {y}, {{"keepdims", 0}});
    if (wide) n.cast(y, onnx::Type::f32);
    n.name_last(outputs[k]);
  }
  Names all = inputs;
  all.insert(all.end(), parameters.begin(), parameters.end());
  return {name, all, outputs, n.take(), ""};
}

}  // namespace antigrad::kernels
