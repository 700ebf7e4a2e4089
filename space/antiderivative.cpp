#include "space/antiderivative.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "space/asymptote.hpp"
#include "space/closed_form.hpp"
#include "space/formula_table.hpp"
#include "space/identities.hpp"
#include "space/row_facts.hpp"
#include "space/small_scale.hpp"
#include "space/table.hpp"
#include "space/tabulate.hpp"
#include "space/text.hpp"

namespace antigrad::space {
namespace {

constexpr double kResidue = 1e-13;  // of what was added: less is rounding, not a term
constexpr double kFar = 700;        // stands for infinity: exp(-700) is 1e-304

class Integrator {
 public:
  explicit Integrator(const std::vector<Parameter>& parameters) : parameters_(parameters) {}

  void add(const std::vector<Term>& terms) {
    std::vector<Term> plain;
    for (const Term& t : terms)
      if (space::composed(t))
        composition(t);
      else
        plain.push_back(t);
    for (const Term& t : by_identities(plain, out_.rules)) add(t);
  }

  Antiderivative finish() {
    out_.terms = merged(std::move(out_.terms), kResidue);
    return std::move(out_);
  }

 private:
  void add(const Term& t) {
    if (t.factors.size() == 1 && is_small(t.factors.front(), parameters_)) return small(t);
    const bool trains = !std::ranges::all_of(t.factors, is_constant);
    if (!trains) {
      if (const auto terms = closed_form(t, out_.rules)) {
        out_.terms.insert(out_.terms.end(), terms->begin(), terms->end());
        return;
      }
    }
    if (t.factors.size() == 1 && t.power == 0) return one_row(t);
    tabulate_product(t);
  }

  void emit(Opaque o) {
    const auto same = std::ranges::find_if(out_.opaque, [&](const Opaque& p) {
      const bool tables =
          p.table && o.table ? p.table->integrand() == o.table->integrand() : p.table == o.table;
      return tables && p.factor == o.factor && p.small == o.small && p.power == o.power;
    });
    if (same == out_.opaque.end()) {
      out_.opaque.push_back(std::move(o));
      return;
    }
    same->weight = cleaned(same->weight + o.weight, same->weight, o.weight, kResidue);
    if (same->weight == Affine{0, {}}) out_.opaque.erase(same);
  }

  /// A row with parameters inside, or one whose antiderivative is no sum of terms.
  void one_row(const Term& t) {
    const Factor& f = t.factors.front();
    const Primitive& row = primitive(f.primitive);
    Opaque o{t.weight, f, nullptr};
    if (!row.has_antiderivative) o.table = tabulate({Term{{1, {}}, 0, {{f.primitive}}}});
    out_.rules.insert(
        fmt::format("{} of {}", o.table ? "tabulated antiderivative" : "antiderivative", row.name));
    emit(std::move(o));
  }

  /// A composition has no closed form here: a table of it, or of the product that it stands in.
  void composition(const Term& t) {
    const bool alone = t.factors.size() == 1 && t.power == 0;
    Builder out;
    const Sym u = out.variable();
    const Expr h = out.finish(alone ? to_sym(t.factors.front(), u)
                                    : to_sym(Term{{1, {}}, t.power, t.factors}, u));
    const std::string text = to_string(h);
    Opaque o{t.weight, alone ? t.factors.front() : Factor{Op::Var}, table_of(h, text)};
    o.small = alone && is_small(t.factors.front(), parameters_);
    out_.rules.insert(fmt::format("tabulated antiderivative of {}{}", text,
                                  o.small ? ", by Gauss's rule where the scale is small" : ""));
    emit(std::move(o));
  }

  static std::shared_ptr<const Table> table_of(const Expr& h, const std::string& text) {
    try {
      return tabulate_formula(h);
    } catch (const Error& e) {
      throw Error(fmt::format("{}: {}; or give f itself, \"f: FORMULA\"", text, e.message()));
    }
  }

  void small(const Term& t) {
    const Factor& f = t.factors.front();
    Opaque o{t.weight, f, nullptr, true, t.power};
    if (t.power > 0) {
      const auto whole = closed_form(Term{{1, {}}, t.power, t.factors}, out_.rules);
      const bool finite = whole && std::ranges::all_of(*whole, [](const Term& s) {
                            return std::isfinite(s.weight.base);
                          });
      if (!finite)
        throw Error(fmt::format(
            "x^{} times {}(...) with the scale {}: no closed form is known that is accurate for "
            "such a small scale; write it nearer to 1, or leave the power of x out",
            t.power, primitive(f.primitive).name, to_string(f.scale.base)));
      o.whole = *whole;
    } else if (!primitive(f.primitive).has_antiderivative) {
      o.table = tabulate({Term{{1, {}}, 0, {{f.primitive}}}});
    }
    out_.rules.insert(fmt::format("antiderivative of {}, by Gauss's rule where the scale is small",
                                  primitive(f.primitive).name));
    emit(std::move(o));
  }

  /// Factors that vanish or settle exponentially are tabulated less their asymptotes; what is left
  /// has a closed form.
  void tabulate_product(const Term& t) {
    Term unit = t;
    unit.weight = {1, {}};
    const Split split = split_asymptotes(unit);
    for (const Term& s : by_identities(split.asymptotes, out_.rules)) {
      const auto terms = closed_form(s, out_.rules);
      if (!terms) throw Error(refusal(unit));
      for (Term c : *terms) {
        c.weight = c.weight.base * t.weight;
        out_.terms.push_back(std::move(c));
      }
    }
    if (!split.asymptotes.empty())
      out_.rules.insert("asymptotes in closed form, the rest tabulated");
    out_.rules.insert("tabulated: no closed form is known");
    emit(Opaque{t.weight, {Op::Var}, tabulate(split.rest)});
  }

  const std::vector<Parameter>& parameters_;
  Antiderivative out_;
};

/// The row's antiderivative, or the table's, at u.
Sym whole_at(const Opaque& o, Sym u) {
  Builder& out = *u.builder;
  if (o.table) return out.integral(o.table, u);
  return symbolic::antiderivative(o.factor.primitive, u, out.apply(o.factor.primitive, u));
}

/// The integral from 0 as a difference of antiderivatives.
Sym difference(const Opaque& o, Sym u, Sym x) {
  Builder& out = *x.builder;
  if (o.power > 0) return to_sym(o.whole, x) - to_sym(o.whole, out.literal(0));
  const Sym shift = to_sym(o.factor.shift, out);
  return (whole_at(o, u) - whole_at(o, shift)) / to_sym(o.factor.scale, out);
}

Sym to_sym(const Opaque& o, Sym x) {
  Builder& out = *x.builder;
  const Sym weight = to_sym(o.weight, out), scale = to_sym(o.factor.scale, out);
  const Sym u = scale * x + to_sym(o.factor.shift, out);
  if (o.small) return weight * small_scale_integral(o.factor, o.power, x, difference(o, u, x));
  return weight / scale * whole_at(o, u);
}

}  // namespace

Antiderivative antiderivative(const std::vector<Term>& terms,
                              const std::vector<Parameter>& parameters) {
  Integrator integrator(parameters);
  integrator.add(terms);
  return integrator.finish();
}

Sym to_sym(const Antiderivative& a, Sym x) {
  Sym sum = to_sym(a.terms, x);
  for (const Opaque& o : a.opaque) sum = sum + to_sym(o, x);
  return sum;
}

Sym at_infinity(const Antiderivative& a, double sign, const std::vector<Parameter>& parameters,
                Builder& out) {
  const Sym x = out.literal(sign * kFar);
  Sym sum = to_sym(a.terms, x);
  for (const Opaque& o : a.opaque) {
    const Range scale = range_of(o.factor.scale, parameters);
    if (scale.lo < 0 && scale.hi > 0)
      throw Error(fmt::format(
          "f cannot be anchored at infinity while the scale inside {}(...) can be 0; give its "
          "parameter a domain like (0, inf), or anchor f at a finite point",
          primitive(o.factor.primitive).name));
    const Sym u = scale.hi > 0 ? x : -x, weight = to_sym(o.weight, out);
    sum = sum + (o.small ? weight * difference(o, u, x)
                         : weight / to_sym(o.factor.scale, out) * whole_at(o, u));
  }
  return sum;
}

}  // namespace antigrad::space
