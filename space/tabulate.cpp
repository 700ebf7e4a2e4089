#include "space/tabulate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "space/asymptote.hpp"
#include "space/normal_form.hpp"
#include "space/table.hpp"

namespace antigrad::space {
namespace {

constexpr double kResidue = 1e-15;  // of a coefficient of the tail: less is rounding

/// The polynomial that h settles on; what else is left far out must cancel.
Polynomial settled(const std::vector<Term>& h, double sign) {
  Polynomial out{0};
  for (auto& [others, p] : tails_of(h, sign)) {
    if (others.empty()) {
      out = p;
    } else if (std::ranges::any_of(p, [](double c) { return std::fabs(c) > kResidue; })) {
      const auto worst = std::ranges::find_if(h, [&first = others.front()](const Term& t) {
        return std::ranges::count(t.factors, first) > 0;
      });
      throw Error(refusal(*worst));
    }
  }
  return out;
}

Expr as_expr(const std::vector<Term>& terms) {
  Builder out;
  return out.finish(to_sym(terms, out.variable()));
}

}  // namespace

std::shared_ptr<const Table> tabulate(const std::vector<Term>& h) {
  std::vector<double> kinks;
  for (const Term& t : h) {
    if (!t.weight.constant()) throw Error("an integrand holds no parameters");
    for (const Factor& f : t.factors) {
      if (!f.scale.constant() || !f.shift.constant())
        throw Error("an integrand holds no parameters");
      kinks.push_back(-f.shift.base / f.scale.base);
    }
  }
  // Written twice: the terms come back in the order that their text has.
  return Table::make(
      as_expr(to_terms(as_expr(h))), kinks,
      {settled(h, -1), settled(h, 1), settled_from(h, -1), settled_from(h, 1), kTailError});
}

std::shared_ptr<const Table> tabulate(const Expr& h) { return tabulate(to_terms(h)); }

}  // namespace antigrad::space
