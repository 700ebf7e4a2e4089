// Mutation and crossover. One table of operators; each edits a copy and says whether it applied;
// the result must be valid.
#include <algorithm>
#include <array>
#include <cmath>

#include "space/draw.hpp"
#include "space/generate.hpp"

namespace antigrad::space {
namespace {

constexpr int kTries = 300;

template <class T>
T& pick(std::vector<T>& v, Random& random) {
  return v[static_cast<std::size_t>(random.below(static_cast<int>(v.size())))];
}

Piece& pick_piece(Gradient& g, Draw& draw) { return pick(g.pieces, draw.random()); }

Term* pick_term(Gradient& g, Draw& draw, bool with_factor) {
  std::vector<Term*> all;
  for (Piece& p : g.pieces)
    for (Term& t : p.terms)
      if (!with_factor || !t.factors.empty()) all.push_back(&t);
  return all.empty() ? nullptr : pick(all, draw.random());
}

bool change_primitive(Gradient& g, Draw& draw) {
  Term* const t = pick_term(g, draw, true);
  if (!t) return false;
  pick(t->factors, draw.random()).primitive = draw.factor().primitive;
  std::ranges::stable_sort(t->factors, {}, &Factor::primitive);
  return true;
}

bool insert_term(Gradient& g, Draw& draw) {
  pick_piece(g, draw).terms.push_back(draw.term());
  return true;
}

bool remove_term(Gradient& g, Draw& draw) {
  Piece& p = pick_piece(g, draw);
  if (p.terms.empty()) return false;
  p.terms.erase(p.terms.begin() + draw.random().below(static_cast<int>(p.terms.size())));
  return true;
}

bool swap_terms(Gradient& g, Draw& draw) {
  Piece& p = pick_piece(g, draw);
  Piece& q = pick_piece(g, draw);
  if (&p == &q || p.terms.empty() || q.terms.empty()) return false;
  std::swap(pick(p.terms, draw.random()), pick(q.terms, draw.random()));
  return true;
}

bool split_piece(Gradient& g, Draw& draw) {
  const double knot = draw.knot();
  if (std::ranges::count(g.knots, knot)) return false;
  const auto i =
      static_cast<std::ptrdiff_t>(std::ranges::lower_bound(g.knots, knot) - g.knots.begin());
  g.knots.insert(g.knots.begin() + i, knot);
  g.pieces.insert(g.pieces.begin() + i,
                  draw.random().chance(0.5) ? draw.piece() : g.pieces[static_cast<std::size_t>(i)]);
  Piece& changed = g.pieces[static_cast<std::size_t>(i + draw.random().below(2))];
  if (!changed.terms.empty()) pick(changed.terms, draw.random()).weight = {draw.coefficient(), {}};
  return true;
}

bool merge_pieces(Gradient& g, Draw& draw) {
  if (g.knots.empty()) return false;
  const int i = draw.random().below(static_cast<int>(g.knots.size()));
  g.knots.erase(g.knots.begin() + i);
  g.pieces.erase(g.pieces.begin() + i + draw.random().below(2));
  return true;
}

bool move_knot(Gradient& g, Draw& draw) {
  if (g.knots.empty()) return false;
  pick(g.knots, draw.random()) = draw.knot();
  return std::ranges::is_sorted(g.knots, std::less_equal<>{});
}

bool change_coefficient(Gradient& g, Draw& draw) {
  Term* const t = pick_term(g, draw, false);
  if (!t) return false;
  const int what = t->factors.empty() ? 0 : draw.random().below(4);
  if (what < 2) {
    if (!t->weight.constant()) return false;
    t->weight.base =
        what == 0 ? draw.coefficient()
                  : std::nearbyint(100 * t->weight.base * draw.random().uniform(0.5, 1.6)) / 100;
  } else {
    Factor& f = pick(t->factors, draw.random());
    Affine& a = what == 2 ? f.scale : f.shift;
    if (!a.constant()) return false;
    a.base = what == 2 ? draw.scale() : draw.shift();
  }
  return true;
}

bool change_start(Gradient& g, Draw& draw) {
  if (g.parameters.empty()) return false;
  Parameter& p = pick(g.parameters, draw.random());
  p.start = draw.coefficient();
  return p.start > p.domain.lo && p.start < p.domain.hi;
}

bool free_one(Gradient& g, Draw& draw) {
  Term* const t = pick_term(g, draw, false);
  return t && free_coefficient(g, t->weight, draw.grammar(), draw.random());
}

bool freeze_one(Gradient& g, Draw& draw) {
  Term* const t = pick_term(g, draw, false);
  if (!t || t->weight.constant()) return false;
  double v = t->weight.base;
  for (std::size_t k = 0; k < t->weight.slope.size(); ++k)
    v += t->weight.slope[k] * g.parameters[k].start;
  t->weight = {v, {}};
  return true;
}

bool change_power(Gradient& g, Draw& draw) {
  Term* const t = pick_term(g, draw, false);
  if (!t || draw.grammar().max_power < 1) return false;
  t->power = t->power > 0 ? t->power - 1 : 1;
  return true;
}

bool redraw_piece(Gradient& g, Draw& draw) {
  pick_piece(g, draw) = draw.piece();
  return true;
}

using Operator = bool (*)(Gradient&, Draw&);
constexpr std::array<Operator, 14> kOperators{
    change_primitive, change_primitive, insert_term, remove_term,        swap_terms,
    split_piece,      merge_pieces,     move_knot,   change_coefficient, change_coefficient,
    change_start,     free_one,         freeze_one,  change_power};

/// Appends the parameters of `from` to `to` under fresh names and shifts the slopes of the piece to
/// them.
Piece adopt(Gradient& to, const Gradient& from, Piece piece) {
  const std::size_t offset = to.parameters.size();
  const auto shift = [&](Affine& a) {
    if (!a.slope.empty()) a.slope.insert(a.slope.begin(), offset, 0.0);
  };
  for (Term& t : piece.terms) {
    shift(t.weight);
    for (Factor& f : t.factors) shift(f.scale), shift(f.shift);
  }
  for (Parameter p : from.parameters) {
    while (std::ranges::any_of(to.parameters, [&](const Parameter& q) { return q.name == p.name; }))
      p.name += "_";
    to.parameters.push_back(std::move(p));
  }
  return piece;
}

}  // namespace

Gradient mutate(const Gradient& parent, const Grammar& grammar, Random& random) {
  Draw draw(grammar, random);
  for (int i = 0; i < kTries; ++i) {
    Gradient child = parent;
    const Operator change =
        kOperators[static_cast<std::size_t>(random.below(static_cast<int>(kOperators.size())))];
    const bool applied = random.chance(0.05) ? redraw_piece(child, draw) : change(child, draw);
    if (!applied) continue;
    tidy(child);
    if (child != parent && valid(child, grammar)) return child;
  }
  return random_gradient(grammar, random);
}

Gradient crossover(const Gradient& mother, const Gradient& father, const Grammar& grammar,
                   Random& random) {
  for (int i = 0; i < kTries; ++i) {
    Gradient child = mother;
    const Piece& given =
        father
            .pieces[static_cast<std::size_t>(random.below(static_cast<int>(father.pieces.size())))];
    Piece& place =
        child.pieces[static_cast<std::size_t>(random.below(static_cast<int>(child.pieces.size())))];
    Piece adopted = adopt(child, father, given);
    if (random.chance(0.5) || adopted.terms.empty() || place.terms.empty())
      place = std::move(adopted);
    else
      pick(place.terms, random) = pick(adopted.terms, random);
    tidy(child);
    if (child != mother && child != father && valid(child, grammar)) return child;
  }
  return mutate(mother, grammar, random);
}

}  // namespace antigrad::space
