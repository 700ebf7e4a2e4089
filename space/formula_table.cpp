#include "space/formula_table.hpp"

#include <fmt/format.h>

#include <cmath>

#include "space/cover.hpp"
#include "space/error.hpp"
#include "space/table.hpp"
#include "space/tabulate.hpp"
#include "space/tail.hpp"

namespace antigrad::space {
namespace {

constexpr double kFar = 64;  // tails are proved from here on
constexpr int kMaxDegree = 8;
constexpr double kSharp = 1e-14;  // relative radius of a coefficient that is known well enough

[[noreturn]] void refuse(double side, const char* reason) {
  throw Error(
      fmt::format("no table: for x -> {}inf the formula {}; expected that it settles "
                  "exponentially on a polynomial, as with exp, tanh, sigmoid, gaussian",
                  side < 0 ? "-" : "", reason));
}

/// Whether the term vanishes at least like exp(-c X).
bool decays(const Tail::Growth& g) {
  for (const Rate* rate : {&g.cubic, &g.quadratic, &g.linear})
    if (!rate->is_zero()) return rate->sign().value_or(1) < 0;
  return false;
}

bool polynomial(const Tail::Growth& g) {
  return g.cubic.is_zero() && g.quadratic.is_zero() && g.linear.is_zero() && g.logs == 0 &&
         g.power >= 0 && g.power <= kMaxDegree && g.power == std::floor(g.power);
}

/// The coefficients of x^k on one side; side x = X.
std::vector<double> settled(const Expr& h, double side) {
  const Tail t = tail(h, side, kFar);
  if (!t.known()) refuse(side, "could not be followed");
  std::vector<double> out{0};
  for (const Tail::Term& term : t.terms()) {
    if (decays(term.growth)) continue;
    if (!polynomial(term.growth)) refuse(side, "decays or grows like no polynomial");
    const double c = term.factor.middle();
    if (!term.constant || term.oscillating || term.factor.radius() > kSharp * std::fabs(c))
      refuse(side, "does not settle");
    const auto k = static_cast<std::size_t>(term.growth.power);
    if (out.size() <= k) out.resize(k + 1, 0.0);
    out[k] += k % 2 == 1 ? side * c : c;
  }
  return out;
}

std::vector<double> kinks_of(const Expr& h) {
  std::vector<double> out;
  const Cover cover(h, {});
  for (const Cover::Kink& kink : cover.kinks()) out.push_back(kink.at.middle());
  return out;
}

}  // namespace

std::shared_ptr<const Table> tabulate_formula(const Expr& h) {
  try {
    return tabulate(h);
  } catch (const Error&) {  // not a sum of products of rows: its tails and kinks must be found
  }
  return Table::make(h, kinks_of(h), {settled(h, -1), settled(h, 1)});
}

}  // namespace antigrad::space
