// Rewritings that do not change what a gradient is to a network: each gives another gradient, equal
// up to output scale, input scale, shift, reflection and the integration constant.
#pragma once
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "space/gradient.hpp"
#include "space/normal_form.hpp"
#include "space/random.hpp"
#include "space/text.hpp"

namespace antigrad::space::planted {

inline int any(std::size_t n, Random& random) { return random.below(static_cast<int>(n)); }

template <class Visit>
void for_each_term(Gradient& g, const Visit& visit) {
  for (Piece& p : g.pieces)
    for (Term& t : p.terms) visit(t);
}

/// c g.
inline void scale_output(Gradient& g, Random& random) {
  const double c = (random.chance(0.5) ? 1 : -1) * std::exp(random.uniform(-1.5, 1.5));
  for_each_term(g, [&](Term& t) { t.weight = c * t.weight; });
}

/// Terms and factors in another order.
inline void reorder(Gradient& g, Random& random) {
  const auto shuffle = [&](auto& list) {
    for (std::size_t i = list.size(); i > 1; --i)
      std::swap(list[i - 1], list[static_cast<std::size_t>(any(i, random))]);
  };
  for (Piece& p : g.pieces) shuffle(p.terms);
  for_each_term(g, [&](Term& t) { shuffle(t.factors); });
}

/// One weight as the sum of two, anywhere in its piece.
inline void split_weight(Gradient& g, Random& random) {
  Piece& p = g.pieces[static_cast<std::size_t>(any(g.pieces.size(), random))];
  if (p.terms.empty()) return;
  Term& t = p.terms[static_cast<std::size_t>(any(p.terms.size(), random))];
  const double part = random.uniform(-1, 2);
  Term rest = t;
  t.weight = part * t.weight;
  rest.weight = (1 - part) * rest.weight;
  p.terms.insert(p.terms.begin(), rest);
}

/// x^n prod as terms in a x + b in place of x. Affine arguments that train stay affine.
inline std::vector<Term> substituted(const Term& t, double a, double b) {
  std::vector<Term> out;
  for (int k = 0; k <= t.power; ++k) {
    Term s = t;
    s.power = k;
    double c = 1;  // of x^k in (a x + b)^n
    for (int i = 0; i < k; ++i) c = c * (t.power - i) / (i + 1);
    s.weight = c * std::pow(a, k) * std::pow(b, t.power - k) * t.weight;
    for (Factor& f : s.factors) {
      f.shift = f.shift + b * f.scale;
      f.scale = a * f.scale;
    }
    if (!(s.weight == Affine{0, {}})) out.push_back(std::move(s));
  }
  return out;
}

/// g(a x + b) with a of either sign.
inline void move_input(Gradient& g, Random& random) {
  const double a = (random.chance(0.5) ? 1 : -1) * std::exp(random.uniform(-1, 1));
  const double b = random.uniform(-2, 2);
  for (double& k : g.knots) k = (k - b) / a;
  for (Piece& p : g.pieces) {
    std::vector<Term> terms;
    for (const Term& t : p.terms)
      for (Term& s : substituted(t, a, b)) terms.push_back(std::move(s));
    p.terms = std::move(terms);
  }
  if (a > 0) return;
  std::ranges::reverse(g.knots);
  std::ranges::reverse(g.pieces);
}

/// A parameter that starts at c times its value and enters by 1/c.
inline void rescale_parameter(Gradient& g, Random& random) {
  if (g.parameters.empty()) return;
  const auto k = static_cast<std::size_t>(any(g.parameters.size(), random));
  const double c = std::exp(random.uniform(-1, 1));
  Parameter& p = g.parameters[k];
  p.start *= c, p.domain.lo *= c, p.domain.hi *= c;
  const auto enter = [&](Affine& a) {
    if (k < a.slope.size()) a.slope[k] /= c;
  };
  for_each_term(g, [&](Term& t) {
    enter(t.weight);
    for (Factor& f : t.factors) enter(f.scale), enter(f.shift);
  });
}

struct Identity {
  const char *name, *form;
};
inline constexpr Identity kIdentities[] = {
    {"tanh", "2*sigmoid(2*x) - 1"},
    {"tanh", "1 - 2*sigmoid(-2*x)"},
    {"sigmoid", "0.5 + 0.5*tanh(0.5*x)"},
    {"sigmoid", "1 - sigmoid(-x)"},
    {"sigmoid", "exp(x)*sigmoid(-x)"},
    {"logistic_pdf", "sigmoid(x) - sigmoid(x)*sigmoid(x)"},
    {"logistic_pdf", "sigmoid(x)*sigmoid(-x)"},
    {"logistic_pdf", "0.25*sech2(0.5*x)"},
    {"sech2", "1 - tanh(x)*tanh(x)"},
    {"sech2", "4*logistic_pdf(2*x)"},
    {"softplus", "x + softplus(-x)"},
    {"softplus", "0.5*x + logcosh(0.5*x) + 0.6931471805599453"},
    {"logcosh", "softplus(2*x) - x - 0.6931471805599453"},
    {"normal_cdf", "0.5 + 0.5*erf(0.7071067811865476*x)"},
    {"normal_cdf", "1 - normal_cdf(-x)"},
    {"normal_pdf", "0.3989422804014327*gaussian(0.7071067811865476*x)"},
    {"gaussian", "gaussian(-x)"},
    {"gaussian", "1.2840254166877414*gaussian(x - 0.5)*exp(-x)"},  // e^(1/4)
    {"erf", "2*normal_cdf(1.4142135623730951*x) - 1"},
    {"exp", "expm1(x) + 1"},
    {"exp", "exp(0.5*x)*exp(0.5*x)"},
    {"expm1", "exp(x) - 1"},
    {"sin", "cos(x - 1.5707963267948966)"},
    {"sin", "2*sin(0.5*x)*cos(0.5*x)"},
    {"cos", "1 - 2*sin(0.5*x)*sin(0.5*x)"},
    {"cos", "sin(x + 1.5707963267948966)"},
    {"sin", "x*sinc(x)"},
    {"relu", "x*step(x)"},
    {"relu", "x + relu(-x)"},
    {"step", "1 - step(-x)"},
    {"elu", "x*step(x) + expm1(x)*step(-x)"},
    {"atan", "-atan(-x)"},
    {"cauchy", "1 - isru(x)*isru(x)"},
    {"isru", "-isru(-x)"},
    {"softsign", "-softsign(-x)"},
    {"signed_log", "-signed_log(-x)"},
};

/// The identity's factor p(s u + t) in the place of f(u): around what stands inside f, if it is a
/// composition.
inline Factor in_place_of(const Factor& f, const Factor& of) {
  Factor inner = of;
  if (!f.composed()) {
    inner.scale = of.scale.base * f.scale;
    inner.shift = of.scale.base * f.shift + of.shift;
    return inner;
  }
  inner.scale = f.scale, inner.shift = f.shift;
  for (Term t : f.inside) {
    t.weight = of.scale.base * t.weight;
    inner.inside.push_back(std::move(t));
  }
  if (of.shift.base != 0) inner.inside.push_back(Term{of.shift, 0, {}});
  return inner;
}

/// One factor, or one inside a composition, written through other rows.
inline void apply_identity(std::vector<Term>& terms, Random& random) {
  if (terms.empty()) return;
  const auto which = static_cast<std::size_t>(any(terms.size(), random));
  const Term t = terms[which];
  if (t.factors.empty()) return;
  const auto place = static_cast<std::size_t>(any(t.factors.size(), random));
  const Factor f = t.factors[place];
  if (f.composed() && random.chance(0.5))
    return apply_identity(terms[which].factors[place].inside, random);
  std::vector<const Identity*> fitting;
  for (const Identity& i : kIdentities)
    if (primitive(f.primitive).name == i.name) fitting.push_back(&i);
  if (fitting.empty()) return;
  const Identity& identity = *fitting[static_cast<std::size_t>(any(fitting.size(), random))];
  const std::vector<Term> form = to_terms(parse(identity.form));
  const bool trains = !f.scale.constant() || !f.shift.constant();
  std::vector<Term> made;
  for (const Term& part : form) {
    if ((trains || f.composed()) && (part.power > 0 || part.factors.size() > 1)) return;
    const double a = f.composed() ? 1 : f.scale.base, b = f.composed() ? 0 : f.shift.base;
    for (const Term& in_x : substituted(part, a, b)) {
      Term s = t;
      s.factors.erase(s.factors.begin() + static_cast<std::ptrdiff_t>(place));
      s.weight = in_x.weight.base * s.weight;
      s.power += in_x.power;
      for (const Factor& of : part.factors) s.factors.push_back(in_place_of(f, of));
      made.push_back(std::move(s));
    }
  }
  terms.erase(terms.begin() + static_cast<std::ptrdiff_t>(which));
  terms.insert(terms.end(), made.begin(), made.end());
}
inline void apply_identity(Gradient& g, Random& random) {
  apply_identity(g.pieces[static_cast<std::size_t>(any(g.pieces.size(), random))].terms, random);
}

using Rewriting = void (*)(Gradient&, Random&);
inline constexpr Rewriting kRewritings[] = {scale_output,  reorder,           split_weight,
                                            move_input,    rescale_parameter, apply_identity,
                                            apply_identity};

}  // namespace antigrad::space::planted
