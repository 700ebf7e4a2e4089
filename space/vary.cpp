// Mutation and crossover. One table of operators; each edits a copy and says whether it applied;
// the result must be valid.
#include <algorithm>
#include <cmath>

#include "space/draw.hpp"
#include "space/generate.hpp"
#include "space/normal_form.hpp"

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
  pick(t->factors, draw.random()).primitive = draw.primitive();
  return true;
}

bool change_term(Gradient& g, Draw& draw) {
  Term* const t = pick_term(g, draw, false);
  if (!t) return false;
  *t = draw.term();
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

bool insert_factor(Gradient& g, Draw& draw) {
  Term* const t = pick_term(g, draw, false);
  if (!t || trains_inside(*t)) return false;
  t->factors.push_back(draw.factor());
  return true;
}

bool remove_factor(Gradient& g, Draw& draw) {
  Term* const t = pick_term(g, draw, true);
  if (!t || (t->factors.size() == 1 && t->power == 0)) return false;
  t->factors.erase(t->factors.begin() + draw.random().below(static_cast<int>(t->factors.size())));
  return true;
}

/// A primitive around one of the term's.
bool compose(Gradient& g, Draw& draw) {
  Term* const t = pick_term(g, draw, true);
  if (!t) return false;
  Factor& f = pick(t->factors, draw.random());
  if (depth(f) >= draw.grammar().max_depth) return false;
  f = draw.around(f);
  return true;
}

/// A composition gives way to a primitive that stands inside it.
bool decompose(Gradient& g, Draw& draw) {
  std::vector<Factor*> all;
  for (Piece& p : g.pieces)
    for (Term& t : p.terms)
      for (Factor& f : t.factors)
        if (f.composed()) all.push_back(&f);
  if (all.empty()) return false;
  Factor& f = *pick(all, draw.random());
  std::vector<Factor> inner;
  for (const Term& t : f.inside) inner.insert(inner.end(), t.factors.begin(), t.factors.end());
  if (inner.empty()) return false;
  Factor left = pick(inner, draw.random());
  if (left.scale == Affine{1, {}} && left.shift == Affine{0, {}})  // it may train then
    left.scale = f.scale, left.shift = f.shift;
  f = std::move(left);
  return true;
}

/// Two primitives of the gradient change places; their arguments stay.
bool swap_primitives(Gradient& g, Draw& draw) {
  Term* const s = pick_term(g, draw, true);
  Term* const t = pick_term(g, draw, true);
  if (!s || !t) return false;
  // One after the other: which argument is drawn first, compilers choose.
  Factor& second = pick(t->factors, draw.random());
  std::swap(pick(s->factors, draw.random()).primitive, second.primitive);
  return true;
}

bool swap_terms(Gradient& g, Draw& draw) {
  Piece& p = pick_piece(g, draw);
  Piece& q = pick_piece(g, draw);
  if (&p == &q || p.terms.empty() || q.terms.empty()) return false;
  Term& second = pick(q.terms, draw.random());
  std::swap(pick(p.terms, draw.random()), second);
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
  return t && free_coefficient(g, *t, draw.grammar(), draw.random());
}

bool freeze_one(Gradient& g, Draw& draw) {
  std::vector<Affine*> trained;
  for (Piece& p : g.pieces)
    for (Term& t : p.terms) {
      if (!t.weight.constant()) trained.push_back(&t.weight);
      for (Factor& f : t.factors)
        for (Affine* a : {&f.scale, &f.shift})
          if (!a->constant()) trained.push_back(a);
    }
  if (trained.empty()) return false;
  Affine& a = *pick(trained, draw.random());
  for (std::size_t k = 0; k < a.slope.size(); ++k) a.base += a.slope[k] * g.parameters[k].start;
  a.slope.clear();
  return true;
}

bool change_power(Gradient& g, Draw& draw) {
  Term* const t = pick_term(g, draw, false);
  if (!t || draw.grammar().max_power < 1 || trains_inside(*t)) return false;
  t->power = t->power > 0 ? t->power - 1 : 1;
  return true;
}

bool redraw_piece(Gradient& g, Draw& draw) {
  pick_piece(g, draw) = draw.piece();
  return true;
}

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

/// A piece of the father in the place of a piece of the mother.
bool cross_pieces(Gradient& child, const Gradient& father, Random& random) {
  const Piece& given =
      father.pieces[static_cast<std::size_t>(random.below(static_cast<int>(father.pieces.size())))];
  Piece adopted = adopt(child, father, given);
  pick(child.pieces, random) = std::move(adopted);
  return true;
}

/// A term of the father in the place of a term of the mother, or beside its terms.
bool cross_terms(Gradient& child, const Gradient& father, Random& random) {
  const Piece& given =
      father.pieces[static_cast<std::size_t>(random.below(static_cast<int>(father.pieces.size())))];
  if (given.terms.empty()) return false;
  Piece adopted = adopt(child, father, given);
  Piece& place = pick(child.pieces, random);
  if (place.terms.empty() || random.chance(0.25))
    place.terms.push_back(pick(adopted.terms, random));
  else
    pick(place.terms, random) = pick(adopted.terms, random);
  return true;
}

struct Mutation {
  std::string_view name;
  double weight;
  bool (*apply)(Gradient&, Draw&);
};
constexpr Mutation kMutations[] = {{"change_primitive", 2, change_primitive},
                                   {"change_term", 1, change_term},
                                   {"insert_term", 1, insert_term},
                                   {"remove_term", 1, remove_term},
                                   {"insert_factor", 0.5, insert_factor},
                                   {"remove_factor", 0.5, remove_factor},
                                   {"compose", 0.25, compose},
                                   {"decompose", 0.5, decompose},
                                   {"swap_terms", 0.5, swap_terms},
                                   {"swap_primitives", 0.5, swap_primitives},
                                   {"split_piece", 1, split_piece},
                                   {"merge_pieces", 1, merge_pieces},
                                   {"move_knot", 1, move_knot},
                                   {"change_coefficient", 2, change_coefficient},
                                   {"change_start", 1, change_start},
                                   {"free_coefficient", 1, free_one},
                                   {"freeze_coefficient", 1, freeze_one},
                                   {"change_power", 1, change_power},
                                   {"redraw_piece", 1, redraw_piece}};

struct Crossing {
  std::string_view name;
  double weight;
  bool (*apply)(Gradient&, const Gradient&, Random&);
};
constexpr Crossing kCrossings[] = {{"cross_pieces", 1, cross_pieces},
                                   {"cross_terms", 1, cross_terms}};

template <class Table>
std::vector<double> weights_of(const Table& table, const Grammar& grammar) {
  std::vector<double> weights;
  for (const auto& row : table) {
    const auto given = grammar.operators.find(std::string(row.name));
    weights.push_back(given == grammar.operators.end() ? row.weight : given->second);
  }
  return weights;
}

/// The child as it reads back from its text, when it is valid and is none of its parents.
std::optional<Gradient> accepted(Gradient child, std::span<const Gradient* const> parents,
                                 const Grammar& grammar) {
  tidy(child);
  const auto is_child = [&](const Gradient* parent) { return *parent == child; };
  if (std::ranges::any_of(parents, is_child) || !plausible(child, grammar)) return std::nullopt;
  std::optional<Gradient> written = canonical(child);
  if (!written) return std::nullopt;
  child = std::move(*written);
  if (std::ranges::any_of(parents, is_child) || !valid(child, grammar)) return std::nullopt;
  return child;
}

}  // namespace

std::vector<OperatorInfo> variation_operators() {
  std::vector<OperatorInfo> all;
  for (const Mutation& m : kMutations) all.push_back({m.name, m.weight, false});
  for (const Crossing& c : kCrossings) all.push_back({c.name, c.weight, true});
  return all;
}

Variation mutation(const Gradient& parent, const Grammar& grammar, Random& random) {
  Draw draw(grammar, random);
  const std::vector<double> weights = weights_of(kMutations, grammar);
  const Gradient* const parents[] = {&parent};
  for (int i = 0; i < kTries; ++i) {
    const Mutation& change = kMutations[pick_weighted(weights, random)];
    Gradient child = parent;
    if (!change.apply(child, draw)) continue;
    if (auto fine = accepted(std::move(child), parents, grammar))
      return {std::move(*fine), change.name};
  }
  return {random_gradient(grammar, random), "random"};
}

Variation crossing(const Gradient& mother, const Gradient& father, const Grammar& grammar,
                   Random& random) {
  const std::vector<double> weights = weights_of(kCrossings, grammar);
  const Gradient* const parents[] = {&mother, &father};
  for (int i = 0; i < kTries; ++i) {
    const Crossing& cross = kCrossings[pick_weighted(weights, random)];
    Gradient child = mother;
    if (!cross.apply(child, father, random)) continue;
    if (auto fine = accepted(std::move(child), parents, grammar))
      return {std::move(*fine), cross.name};
  }
  return mutation(mother, grammar, random);
}

Gradient mutate(const Gradient& parent, const Grammar& grammar, Random& random) {
  return mutation(parent, grammar, random).gradient;
}

Gradient crossover(const Gradient& mother, const Gradient& father, const Grammar& grammar,
                   Random& random) {
  return crossing(mother, father, grammar, random).gradient;
}

}  // namespace antigrad::space
