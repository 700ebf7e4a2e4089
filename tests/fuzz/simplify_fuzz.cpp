// The simplifier on any straight-line expression, not only on those that the parser builds: its
// result is sound, not larger, a fixpoint, and has the same values bit for bit, NaN-ness included.
//
// An input is read as nodes of 3 bytes: a row, and two numbers that choose operands among the nodes
// before (the second pair of a selection comes from their high halves).
#include <algorithm>
#include <bit>
#include <cmath>

#include "space/builder.hpp"
#include "space/error.hpp"
#include "space/text.hpp"
#include "target.hpp"

namespace antigrad::fuzz {
namespace {

using space::Expr;
using space::Op;
using space::Sym;

constexpr std::size_t kMostNodes = 40;
constexpr double kLiterals[] = {0, -0.0, 1, -1, 0.5, 2, -3, 1e-30, 1e30, 1e300, 5e-324, 0.1};
constexpr double kPoints[] = {0,      -0.0,    1,       -1,       0.3,       -2.7,
                              1e-30,  1e8,     7.5,     1e30,     -1e30,     1e-8,
                              1e-310, -5e-324, 1.7e308, INFINITY, -INFINITY, NAN};

Op row(unsigned byte) {
  const auto op = static_cast<Op>(byte % space::primitives().size());
  // Tables need an integrand, Scale2 and Exponent are for machine code and whole exponents.
  const bool left_out = op == Op::Integral || op == Op::Scale2 || op == Op::Exponent;
  return left_out ? Op::Add : op;
}

Expr decode(std::string_view input) {
  space::Builder out(true);
  std::vector<Sym> made{out.variable()};
  for (std::size_t i = 0; i + 3 <= input.size() && made.size() < kMostNodes; i += 3) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(input[i + k]); };
    const auto one = [&](unsigned k) { return made[made.size() - 1 - k % made.size()].id; };
    const Op op = row(byte(0));
    if (op == Op::Lit)
      made.push_back(out.literal(kLiterals[byte(1) % std::size(kLiterals)]));
    else if (op == Op::Var || op == Op::Param)
      made.push_back(op == Op::Var ? out.variable() : out.param(byte(1) % 2));
    else {
      const int arity = space::primitive(op).arity;
      const unsigned from[] = {byte(1), byte(2), byte(1) / 16U, byte(2) / 16U};
      std::uint16_t operands[4]{};
      for (int k = 0; k < arity; ++k) operands[k] = one(from[k]);
      made.push_back(out.raw(op, operands[0], operands[1], operands[2], operands[3]));
    }
  }
  return out.finish(made.back());
}

std::string shown(const Expr& e) {
  try {
    return space::to_string(e);
  } catch (const space::Error&) {
    return fmt::format("({} nodes, too long to write out)", e.nodes.size());
  }
}

/// Whether copysign reads the sign of a NaN at x: it has none that is kept.
bool reads_sign_of_nan(const Expr& e, double x, const std::vector<double>& theta) {
  return std::ranges::any_of(e.nodes, [&](const space::Node& n) {
    if (n.op != Op::CopySign) return false;
    Expr part = e;
    part.outputs = {n.b};
    return std::isnan(space::value(part, x, theta));
  });
}

void require_same_value(const Expr& e, const Expr& s, double x, const std::vector<double>& theta) {
  const double want = space::value(e, x, theta), got = space::value(s, x, theta);
  if (std::bit_cast<std::uint64_t>(got) == std::bit_cast<std::uint64_t>(want)) return;
  if (std::isnan(got) && std::isnan(want)) return;
  if (reads_sign_of_nan(e, x, theta)) return;
  throw Finding(fmt::format("at {}: {} becomes {}\n  {}\n  {}", x, want, got, shown(e), shown(s)));
}

}  // namespace

std::vector<std::string> seeds() {
  std::vector<std::string> all{std::string(12, '\0')};
  const auto count = static_cast<int>(space::primitives().size());
  for (int op = 0; op < count; ++op)
    for (int other = 0; other < count; other += 3) {
      const auto a = static_cast<char>(op), b = static_cast<char>(other);
      all.push_back({static_cast<char>(Op::Lit), a, 0, a, 0, 1, b, 0, 1, a, 1, 0});
    }
  return all;
}

std::vector<std::string> words() {
  std::vector<std::string> all;
  for (int op = 0; op < static_cast<int>(space::primitives().size()); ++op)
    all.push_back({static_cast<char>(op), 0, 1});
  for (int k = 0; k < static_cast<int>(std::size(kLiterals)); ++k)
    all.push_back({static_cast<char>(Op::Lit), static_cast<char>(k), 0});
  return all;
}

void run(std::string_view input) {
  const Expr e = decode(input);
  const Expr s = space::simplify(e);
  const Expr again = space::simplify(s);
  const bool sound = space::verify(s).empty() && s.nodes.size() <= e.nodes.size() && again == s;
  if (!sound)
    throw Finding(fmt::format("unsound ({}), larger or no fixpoint:\n  {}\n  {}\n  {}",
                              space::verify(s), shown(e), shown(s), shown(again)));
  for (const double x : kPoints) require_same_value(e, s, x, {0.75, -1.5});
}

}  // namespace antigrad::fuzz
