// Text form and expression of a gradient.
#include "space/gradient.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "space/normal_form.hpp"
#include "space/row_facts.hpp"
#include "space/scanner.hpp"
#include "space/small_scale.hpp"
#include "space/text.hpp"

namespace antigrad::space {
namespace {

constexpr int kMaxPieces = 16;

std::string bound(double v) { return std::isinf(v) ? (v < 0 ? "-inf" : "inf") : to_string(v); }

/// The terms in the order that their text has: -sigmoid(x) + x is written as x - sigmoid(x).
std::vector<Term> as_written(const std::vector<Term>& terms) {
  Builder out;
  return gradient_terms(out.finish(to_sym(terms, out.variable())));
}

Anchor read_anchor(Scanner& in) {
  Anchor a;
  if (!in.accept(';')) return a;
  if (!in.accept(std::string_view("f")))
    in.fail(fmt::format("expected the anchor \"f(POINT) = VALUE\", got {}", in.next_word()));
  in.expect('(', "after f in the anchor");
  a.at = in.signed_number_or_inf();
  in.expect(')', "after the anchor's point");
  in.expect('=', "in the anchor");
  const Where at = in.here();
  a.value = in.signed_number_or_inf();
  if (std::isinf(a.value)) throw Error(at, "the anchor's value must be finite");
  return a;
}

/// Whether p, or one of the rows inside it, jumps.
bool jumps(const Factor& f) {
  const auto any = [](const Term& t) { return std::ranges::any_of(t.factors, jumps); };
  return row_facts(f.primitive).jumps || std::ranges::any_of(f.inside, any);
}

/// The scale of a row that jumps keeps its sign: f would jump with the parameter. Parameters inside
/// a row stand alone there.
void check_scales(const Gradient& g, const Where& at) {
  for (const Piece& piece : g.pieces)
    for (const Term& t : piece.terms)
      for (const Factor& f : t.factors) {
        const Range scale = range_of(f.scale, g.parameters);
        if (scale.lo < 0 && scale.hi > 0 && jumps(f))
          throw Error(at, fmt::format("the scale inside {}(...) can reach 0, where it jumps; give "
                                      "its parameter a domain without 0, like (0, inf)",
                                      primitive(f.primitive).name));
        const bool trains = !f.scale.constant() || !f.shift.constant();
        if (trains && (t.power > 0 || t.factors.size() > 1))
          throw Error(at, fmt::format("parameters inside {0}(...) are admitted in w*{0}(a*x + b) "
                                      "only, without a power of x or another factor",
                                      primitive(f.primitive).name));
      }
}

std::string text_of(const Piece& piece, const Names& names) {
  Builder out;
  return to_string(out.finish(to_sym(piece.terms, out.variable())), names);
}

}  // namespace

std::string to_string(const Gradient& g) {
  const Names names = names_of(g.parameters);
  std::string out = to_string(std::span<const Parameter>(g.parameters));
  for (std::size_t i = 0; i < g.pieces.size(); ++i) {
    if (i > 0) out += fmt::format(" | {} | ", to_string(g.knots[i - 1]));
    out += text_of(g.pieces[i], names);
  }
  if (g.anchor != Anchor{})
    out += fmt::format("; f({}) = {}", bound(g.anchor.at), to_string(g.anchor.value));
  return out;
}

Piece read_piece(Scanner& in, const Names& names, const Functions* functions) {
  Builder builder;
  Places places;
  const Where start = in.here();
  const Sym s = parse_expression(in, builder, names, &places, functions);
  const auto refuse = [&](std::uint16_t node, const std::string& reason) {
    const auto place = places.find(node);
    throw Error(place == places.end() ? start : place->second, reason);
  };
  return {as_written(to_terms(builder.whole(s), refuse))};
}

Gradient parse_gradient(std::string_view text) {
  return parse_gradient(text,
                        [](Scanner& in, const Names& names) { return read_piece(in, names); });
}

Gradient parse_gradient(std::string_view text, const PieceReader& reader) {
  Scanner in(text);
  Gradient g;
  const Where start = in.here();
  g.parameters = read_parameters(in);
  const Names names = names_of(g.parameters);
  g.pieces.push_back(reader(in, names));
  while (in.accept('|')) {
    const Where at = in.here();
    const double knot = in.signed_number_or_inf();
    if (std::isinf(knot)) throw Error(at, "a knot must be finite");
    if (!g.knots.empty() && !(knot > g.knots.back()))
      throw Error(at, fmt::format("knot {} is not above the knot {} on its left", to_string(knot),
                                  to_string(g.knots.back())));
    g.knots.push_back(knot);
    in.expect('|', "after a knot: \"left piece | knot | right piece\"");
    g.pieces.push_back(reader(in, names));
    if (g.pieces.size() > kMaxPieces)
      throw Error(at, fmt::format("more than {} pieces", kMaxPieces));
  }
  g.anchor = read_anchor(in);
  if (!in.at_end())
    in.fail(fmt::format("expected an operator, \"|\", \";\" or the end, got {}", in.next_word()));
  check_scales(g, start);
  return g;
}

Expr to_expr(const Gradient& g) {
  Builder out;
  const Sym x = out.variable();
  Sym y = to_sym(g.pieces.back().terms, x);
  for (std::size_t i = g.knots.size(); i-- > 0;)
    y = symbolic::less_equal(x, out.literal(g.knots[i]), to_sym(g.pieces[i].terms, x), y);
  return out.finish(y);
}

}  // namespace antigrad::space
