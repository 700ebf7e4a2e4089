#include "space/closed_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "space/identities.hpp"
#include "space/normal_form.hpp"
#include "space/row_facts.hpp"

namespace antigrad::space {
namespace {

constexpr double kResidue = 1e-13;  // of what was added: less is rounding, not a term
constexpr int kMaxDepth = 12;

using Closed = std::optional<std::vector<Term>>;

std::string_view name(const Factor& f) { return primitive(f.primitive).name; }

/// terms times w x^k factors.
std::vector<Term> times(std::vector<Term> terms, const Affine& w, int k,
                        const std::vector<Factor>& factors = {}) {
  for (Term& s : terms) {
    s.weight = s.weight.base * w;
    s.power += k;
    s.factors.insert(s.factors.end(), factors.begin(), factors.end());
    std::ranges::stable_sort(s.factors, {}, &Factor::primitive);
  }
  return terms;
}

/// p(u) q(u) with q's antiderivative c p: c p(u)^2 / 2.
Closed of_square(const Factor& p, const Factor& q) {
  const auto& whole = row_facts(q.primitive).antiderivative;
  if (!whole || whole->size() != 1 || !(p.scale == q.scale && p.shift == q.shift))
    return std::nullopt;
  const Term& t = whole->front();
  if (t.power != 0 || t.factors != std::vector<Factor>{{p.primitive, {1, {}}, {0, {}}}})
    return std::nullopt;
  return {{Term{{t.weight.base / (2 * p.scale.base), {}}, 0, {p, p}}}};
}

/// e^(a x + b) times sin or cos of v = c x + d.
Closed of_damped_wave(const Factor& e, const Factor& wave) {
  const bool sine = wave.primitive == Op::Sin;
  if (e.primitive != Op::Exp || !(sine || wave.primitive == Op::Cos)) return std::nullopt;
  const double a = e.scale.base, c = wave.scale.base, size = a * a + c * c;
  const Factor turned{sine ? Op::Cos : Op::Sin, wave.scale, wave.shift};
  return {{Term{{a / size, {}}, 0, {e, wave}}, Term{{(sine ? -c : c) / size, {}}, 0, {e, turned}}}};
}

/// The antiderivative of the product of the factors alone.
Closed of_factors(const std::vector<Factor>& factors, std::set<std::string>& rules) {
  const Factor& f = factors.front();
  if (factors.size() == 1) {
    const auto& terms = row_facts(f.primitive).antiderivative;
    if (!terms) return std::nullopt;
    rules.insert(fmt::format("antiderivative of {}", name(f)));
    return in_x(*terms, f.scale.base, f.shift.base, 1 / f.scale.base);
  }
  if (factors.size() != 2) return std::nullopt;
  const Factor& g = factors.back();
  for (const auto& [p, q] : {std::pair{f, g}, std::pair{g, f}}) {
    if (Closed c = of_square(p, q)) {
      rules.insert(fmt::format("{0} {1} is the derivative of {0}^2/2", name(p), name(q)));
      return c;
    }
    if (Closed c = of_damped_wave(p, q)) {
      rules.insert(fmt::format("integral of {} {}", name(p), name(q)));
      return c;
    }
  }
  return std::nullopt;
}

class ClosedForm {
 public:
  explicit ClosedForm(std::set<std::string>& rules) : rules_(rules) {}

  Closed of(const Term& t, int depth) {
    if (depth > kMaxDepth) return std::nullopt;
    if (t.factors.empty()) return {{Term{(1.0 / (t.power + 1)) * t.weight, t.power + 1, {}}}};
    if (t.factors.size() > 1) {
      if (const auto same = by_identity(t, rules_)) return of_sum(*same, depth);
      if (Closed c = over_step(t, depth)) return c;
    }
    return by_parts(t, depth);
  }

 private:
  Closed of_sum(const std::vector<Term>& terms, int depth) {
    std::vector<Term> out;
    for (const Term& t : terms) {
      const Closed part = of(t, depth + 1);
      if (!part) return std::nullopt;
      out.insert(out.end(), part->begin(), part->end());
    }
    return merged(std::move(out), kResidue);
  }

  /// w int x^k p = w (x^k P - k int x^(k-1) P); where the rest holds x^k p again, solve for it.
  Closed by_parts(const Term& t, int depth) {
    const Closed whole = of_factors(t.factors, rules_);
    if (!whole) return std::nullopt;
    const int k = t.power;
    if (k == 0) return times(*whole, t.weight, 0);
    rules_.insert(fmt::format("integration by parts of x and {}", name(t.factors.front())));
    double again = 0;
    std::vector<Term> rest;
    for (Term s : *whole) {
      s.weight = -k * s.weight;
      s.power += k - 1;
      if (s.power == k && s.factors == t.factors)
        again += s.weight.base;
      else
        rest.push_back(std::move(s));
    }
    if (std::fabs(1 - again) < kResidue) return std::nullopt;
    const Closed inner = of_sum(rest, depth);
    if (!inner) return std::nullopt;
    const Affine weight = (1 / (1 - again)) * t.weight;
    std::vector<Term> out = times(*whole, weight, k);
    for (Term& s : times(*inner, weight, 0)) out.push_back(std::move(s));
    return merged(std::move(out), kResidue);
  }

  /// step(u) h = d (step(u) (H - H(x0))), where u is 0 at x0; a ReLU is u step(u).
  Closed over_step(const Term& t, int depth) {
    const auto f = std::ranges::find_if(t.factors, [](const Factor& p) {
      return p.primitive == Op::Step || p.primitive == Op::Relu;
    });
    if (f == t.factors.end()) return std::nullopt;
    Term rest = t;
    rest.weight = {1, {}};
    rest.factors.erase(rest.factors.begin() + (f - t.factors.begin()));
    for (const Factor& p : rest.factors)  // 0 times infinity
      if (!row_facts(p.primitive).polynomial_growth) return std::nullopt;
    std::vector<Term> terms{rest};
    if (f->primitive == Op::Relu) {
      terms = {rest, rest};
      terms[0].weight = f->shift;
      terms[1].weight = f->scale, ++terms[1].power;
    }
    std::erase_if(terms, [](const Term& s) { return s.weight.base == 0; });
    Closed whole = of_sum(terms, depth);
    if (!whole) return std::nullopt;
    rules_.insert(fmt::format("{} cuts the integral at its kink", name(*f)));
    const double at = value_at(*whole, -f->shift.base / f->scale.base);
    whole->push_back(Term{{-at, {}}, 0, {}});
    return merged(times(std::move(*whole), t.weight, 0, {{Op::Step, f->scale, f->shift}}),
                  kResidue);
  }

  std::set<std::string>& rules_;
};

}  // namespace

Closed closed_form(const Term& t, std::set<std::string>& rules) {
  std::set<std::string> used;
  Closed out = ClosedForm(used).of(t, 0);
  if (out) rules.insert(used.begin(), used.end());
  return out;
}

double value_at(const std::vector<Term>& terms, double x) {
  Builder out;
  return value(out.finish(to_sym(terms, out.variable())), x);
}

}  // namespace antigrad::space
