#include "space/formula_table.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "space/cover.hpp"
#include "space/enclose.hpp"
#include "space/error.hpp"
#include "space/table.hpp"
#include "space/tabulate.hpp"
#include "space/tail.hpp"

namespace antigrad::space {
namespace {

constexpr double kNear = 4, kFar = 64;  // where a table may end
constexpr double kStep = 1.3;           // between places where it may
constexpr double kTailError = 2e-16;    // so small a rest of the integral lets it end earlier
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

/// What h settles on on one side, from where on, and the integral of the rest.
struct End {
  std::vector<double> polynomial;  // side x = X
  double from, error;
};

End end_from(const Expr& h, double side, double from) {
  const Tail t = tail(h, side, from);
  if (!t.known()) refuse(side, "could not be followed");
  End end{{0}, side * from, 0};
  Tail rest = Tail::number(Ball(), from);
  for (const Tail::Term& term : t.terms()) {
    if (decays(term.growth)) {
      rest.add(term);
      continue;
    }
    if (!polynomial(term.growth)) refuse(side, "decays or grows like no polynomial");
    const double c = term.factor.middle();
    if (!term.constant || term.oscillating || term.factor.radius() > kSharp * std::fabs(c))
      refuse(side, "does not settle");
    const auto k = static_cast<std::size_t>(term.growth.power);
    if (end.polynomial.size() <= k) end.polynomial.resize(k + 1, 0.0);
    end.polynomial[k] += k % 2 == 1 ? side * c : c;
  }
  end.error = rest.integral_bound();
  return end;
}

/// As near to 0 as the rest is small enough, and beyond the kinks.
End settled(const Expr& h, double side, const std::vector<double>& kinks) {
  double least = kNear;
  for (const double k : kinks) least = std::fmax(least, 1.01 * std::fabs(k));
  const auto small_from = [&](double from) -> std::optional<End> {
    try {
      if (End end = end_from(h, side, from); end.error <= kTailError) return end;
    } catch (const Error&) {  // further out it may be known
    }
    return std::nullopt;
  };
  // The rest shrinks outwards: halving finds the nearest of the places.
  int fails = -1, serves = static_cast<int>(std::ceil(std::log(kFar / least) / std::log(kStep)));
  End nearest = end_from(h, side, std::fmax(least, kFar));
  while (serves - fails > 1) {
    const int middle = fails + (serves - fails) / 2;
    if (std::optional<End> end = small_from(least * std::pow(kStep, middle)))
      serves = middle, nearest = std::move(*end);
    else
      fails = middle;
  }
  return nearest;
}

/// Which branches h takes at x; nothing where a comparison is too close to tell.
std::optional<std::vector<signed char>> branches(const Expr& h, double x) {
  Switches switches;
  (void)enclose_jet(h, Ball(x), 1, {}, &switches);
  if (switches.undecided) return std::nullopt;
  return switches.taken;
}

/// The kink in the ball to the last digit: an error of its place would be one of the integral where
/// h jumps.
double crossing(const Expr& h, const Ball& kink) {
  const double room = 1e-12 * (1 + std::fabs(kink.middle()));
  double left = kink.lower() - room, right = kink.upper() + room;
  const auto before = branches(h, left), after = branches(h, right);
  const auto lost = [&] {
    throw Error(
        fmt::format("no table: where the formula has its kink near x = {} is not known "
                    "well enough; expected comparisons whose sides cross there once",
                    kink.middle()));
  };
  if (!before || !after || *before == *after) lost();
  while (std::nextafter(left, right) < right) {
    const double middle = 0.5 * left + 0.5 * right;
    if (!(left < middle && middle < right)) break;
    const auto here = branches(h, middle);
    if (here == after)
      right = middle;
    else if (!here || here == before)
      left = middle;
    else
      lost();
  }
  return left;
}

}  // namespace

std::vector<double> kinks_of(const Expr& h) {
  std::vector<double> out;
  const Cover cover(h, {});
  for (const Cover::Kink& kink : cover.kinks())
    out.push_back(kink.at.exact() ? kink.at.middle() : crossing(h, kink.at));
  return out;
}

std::shared_ptr<const Table> tabulate_formula(const Expr& h) {
  try {
    return tabulate(h);
  } catch (const Error&) {  // not a sum of products of rows: its tails and kinks must be found
  }
  const std::vector<double> kinks = kinks_of(h);
  const End left = settled(h, -1, kinks), right = settled(h, 1, kinks);
  return Table::make(h, kinks,
                     {left.polynomial, right.polynomial, left.from, right.from,
                      std::fmax(left.error, right.error)});
}

}  // namespace antigrad::space
