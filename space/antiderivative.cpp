#include "space/antiderivative.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "space/table.hpp"
#include "space/tabulate.hpp"

namespace antigrad::space {
namespace {

constexpr double kResidue = 1e-13;  // of what was added: less is rounding, not a term
constexpr int kMaxDepth = 10;

Expr as_expr(const Term& t) {
  Builder out;
  return out.finish(to_sym(t, out.variable()));
}

/// (a x + b)^m as coefficients of x^0 .. x^m.
std::vector<double> binomial(double a, double b, int m) {
  std::vector<double> c{1};
  for (int i = 0; i < m; ++i) {
    std::vector<double> next(c.size() + 1, 0.0);
    for (std::size_t k = 0; k < c.size(); ++k) next[k] += b * c[k], next[k + 1] += a * c[k];
    c = std::move(next);
  }
  return c;
}

using RowFormula = Sym (*)(Op, Sym, Sym);

/// A formula of the row as terms in u, when it is of that form.
std::optional<std::vector<Term>> row_terms(Op op, RowFormula formula) {
  Builder out;
  const Sym u = out.variable();
  try {
    return to_terms(out.finish(formula(op, u, out.apply(op, u))));
  } catch (const Error&) {  // not a sum of terms: it stays a formula
    return std::nullopt;
  }
}

/// factor * T(a x + b) as terms in x, T given as terms in u.
std::vector<Term> in_x(const std::vector<Term>& terms, double a, double b, double factor) {
  std::vector<Term> out;
  for (const Term& t : terms) {
    const auto c = binomial(a, b, t.power);
    for (std::size_t k = 0; k < c.size(); ++k) {
      Term s{factor * (c[k] * t.weight), static_cast<int>(k), t.factors};
      for (Factor& f : s.factors) {
        f.shift = Affine{f.scale.base * b + f.shift.base, {}};
        f.scale = Affine{f.scale.base * a, {}};
      }
      out.push_back(std::move(s));
    }
  }
  return merged(std::move(out));
}

bool is_constant(const Factor& f) { return f.scale.constant() && f.shift.constant(); }

/// p(u) p(u) replaced by the row's identity where it has one, so that what cancels between terms
/// cancels.
std::vector<Term> without_squares(const std::vector<Term>& terms) {
  std::vector<Term> out;
  for (const Term& t : terms) {
    const bool square = t.factors.size() == 2 && t.factors[0] == t.factors[1] &&
                        is_constant(t.factors[0]) && primitive(t.factors[0].primitive).has_square;
    const Factor* const f = square ? &t.factors.front() : nullptr;
    const auto same = square ? row_terms(f->primitive, symbolic::square) : std::nullopt;
    if (!same) {
      out.push_back(t);
      continue;
    }
    for (Term s : in_x(*same, f->scale.base, f->shift.base, 1)) {
      s.weight = s.weight.base * t.weight;
      s.power += t.power;
      out.push_back(std::move(s));
    }
  }
  return merged(std::move(out), kResidue);
}

class Integrator {
 public:
  void add(const Term& t, int depth) {
    if (t.factors.empty())
      emit({(1.0 / (t.power + 1)) * t.weight, t.power + 1, {}});
    else if (t.factors.size() > 1)
      tabulate_whole(t);
    else
      one_factor(t, depth);
  }

  Antiderivative finish() {
    out_.terms = merged(std::move(out_.terms), kResidue);
    return std::move(out_);
  }

 private:
  void emit(Term t) { out_.terms.push_back(std::move(t)); }

  void emit(Opaque o) {
    const auto same = std::ranges::find_if(out_.opaque, [&](const Opaque& p) {
      const bool tables =
          p.table && o.table ? p.table->integrand() == o.table->integrand() : p.table == o.table;
      return tables && p.primitive == o.primitive && p.scale == o.scale && p.shift == o.shift;
    });
    if (same == out_.opaque.end()) {
      out_.opaque.push_back(std::move(o));
      return;
    }
    same->weight = cleaned(same->weight + o.weight, same->weight, o.weight, kResidue);
    if (same->weight == Affine{0, {}}) out_.opaque.erase(same);
  }

  void tabulate_whole(const Term& t) {
    Term unit = t;
    unit.weight = {1, {}};
    emit(Opaque{t.weight, Op::Var, tabulate(as_expr(unit)), {1, {}}, {0, {}}});
    out_.rules.insert("tabulated: no closed form is known");
  }

  void one_factor(const Term& t, int depth) {
    const Factor& f = t.factors.front();
    const bool constant = f.scale.constant() && f.shift.constant();
    const std::string_view name = primitive(f.primitive).name;
    const auto terms = constant && primitive(f.primitive).has_antiderivative
                           ? row_terms(f.primitive, symbolic::antiderivative)
                           : std::nullopt;
    if (terms && depth < kMaxDepth) {
      by_parts(t, in_x(*terms, f.scale.base, f.shift.base, 1 / f.scale.base), depth);
    } else if (t.power == 0 && primitive(f.primitive).has_antiderivative) {
      emit(Opaque{t.weight, f.primitive, nullptr, f.scale, f.shift});
      out_.rules.insert(fmt::format("antiderivative of {}", name));
    } else if (t.power == 0) {
      const Term unit{{1, {}}, 0, {Factor{f.primitive, {1, {}}, {0, {}}}}};
      emit(Opaque{t.weight, Op::Var, tabulate(as_expr(unit)), f.scale, f.shift});
      out_.rules.insert(fmt::format("tabulated antiderivative of {}", name));
    } else {
      tabulate_whole(t);
    }
  }

  /// w int x^k p = w (x^k P - k int x^(k-1) P); where the rest holds x^k p again, solve for it.
  void by_parts(const Term& t, const std::vector<Term>& antiderivative, int depth) {
    const int k = t.power;
    out_.rules.insert(fmt::format("{} {}",
                                  k == 0 ? "antiderivative of" : "integration by parts of x and",
                                  primitive(t.factors.front().primitive).name));
    if (k == 0) {
      for (Term s : antiderivative) {
        s.weight = s.weight.base * t.weight;
        emit(std::move(s));
      }
      return;
    }
    double again = 0;
    std::vector<Term> rest;
    for (Term s : antiderivative) {
      s.weight = -k * s.weight;
      s.power += k - 1;
      if (s.power == k && s.factors == t.factors)
        again += s.weight.base;
      else
        rest.push_back(std::move(s));
    }
    const Affine weight = (1 / (1 - again)) * t.weight;
    for (Term s : antiderivative) {
      s.weight = s.weight.base * weight;
      s.power += k;
      emit(std::move(s));
    }
    for (Term s : rest) {
      s.weight = s.weight.base * weight;
      add(s, depth + 1);
    }
  }

  Antiderivative out_;
};

}  // namespace

Antiderivative antiderivative(const std::vector<Term>& terms) {
  Integrator integrator;
  for (const Term& t : without_squares(terms)) integrator.add(t, 0);
  return integrator.finish();
}

Sym to_sym(const Antiderivative& a, Sym x) {
  Builder& out = *x.builder;
  Sym sum = to_sym(a.terms, x);
  for (const Opaque& o : a.opaque) {
    const Sym scale = to_sym(o.scale, out), u = scale * x + to_sym(o.shift, out);
    const Sym p = o.table ? out.integral(o.table, u)
                          : symbolic::antiderivative(o.primitive, u, out.apply(o.primitive, u));
    sum = sum + to_sym(o.weight, out) / scale * p;
  }
  return sum;
}

}  // namespace antigrad::space
