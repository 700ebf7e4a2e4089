// The one form of every function in antigrad: straight-line SSA over the rows of primitives.def.
// A value: copy, ==, hash, parse(to_string(e)) == e. Model: LuaJIT's lj_ir.h.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace antigrad::space {

class Table;  // space/table.hpp: a tabulated antiderivative

/// Rows of primitives.def, in its order.
enum class Op : std::uint8_t {
#define CORE(id, ...) id,
#define PRIMITIVE(id, ...) id,
#include "space/primitives.def"
};

/// What a row says about itself that is not a formula run by the program.
struct Primitive {
  std::string_view name;            // as printed and parsed
  int arity;                        // number of operands that are nodes
  bool core;                        // arithmetic that every back-end has
  std::string_view latex;           // "#" stands for the operand
  std::string_view source;          // the formula of y as text
  std::string_view antiderivative;  // the formula of P as text, "NONE" without one
  bool has_antiderivative;
  bool has_square;  // y * y is a sum of polynomials times rows
  bool search;      // may be a term of a gradient
  bool has_limits;  // the next four hold
  // p(u) -> slope u + intercept for u -> -inf and +inf.
  double left_slope, left_intercept, right_slope, right_intercept;
  bool exponential_tails;  // the rest decays at least like exp(-|u|/4)
  bool grows;              // faster than linearly, or without a linear limit, on some side
  double ulp;              // largest error of y in float64
};

/// All rows, in the order of Op.
std::span<const Primitive> primitives();
inline const Primitive& primitive(Op op) { return primitives()[static_cast<std::size_t>(op)]; }

/// One SSA instruction. Operands are indices of earlier nodes; unused fields stay 0, so that nodes
/// compare and hash as bytes. Var: a = which input (0 = x, 1 = gy, 2 = ggx). Param: a = which
/// parameter. Lit: a = index into Expr::literals. Integral: a = operand, b = index into
/// Expr::tables.
struct Node {
  Op op;
  std::uint8_t zero = 0;
  std::uint16_t a = 0, b = 0, c = 0, d = 0;
  bool operator==(const Node&) const = default;
};
static_assert(std::is_trivially_copyable_v<Node> && sizeof(Node) == 10);
static_assert(std::has_unique_object_representations_v<Node>);

/// A function of inputs (Var) and parameters (Param) with one or more outputs.
/// Equality is structural, NaN literals excluded by construction.
struct Expr {
  std::vector<Node> nodes;
  std::vector<double> literals;
  std::vector<std::shared_ptr<const Table>> tables;
  std::vector<std::uint16_t> outputs;  // indices of nodes; one for a plain f(x)
  bool operator==(const Expr& other) const;
};

/// A 64-bit hash of the structure (equal expressions have equal hashes).
std::uint64_t hash(const Expr& e);

/// Broken invariants (operand order, index ranges, non-finite literals) as text; "" when sound.
std::string verify(const Expr& e);

/// All outputs at one point. T is float or double. vars: x (and gy, ggx where the expression reads
/// them). Special values follow the rows: NaN in gives NaN out, infinities give limits where the
/// form has them.
template <class T>
void evaluate(const Expr& e, std::span<const T> vars, std::span<const T> params, std::span<T> out);

/// First output at x. Convenience over evaluate().
double value(const Expr& e, double x, std::span<const double> params = {});

/// The same value with fewer or equal nodes: unreachable nodes dropped, equal ones merged,
/// constants folded, neutral elements and double signs dropped. Idempotent, never larger, never
/// changes a value: bit for bit, only that a NaN is any NaN.
Expr simplify(const Expr& e);

/// d(outputs[0])/d(Var 0) and d(outputs[0])/d(Param k), as expressions with one output.
Expr derivative(const Expr& e);
Expr derivative_param(const Expr& e, int k);

/// Outputs of several expressions as one expression, shared nodes merged.
Expr bundle(std::span<const Expr> parts);

}  // namespace antigrad::space
