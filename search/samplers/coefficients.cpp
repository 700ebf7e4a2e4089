// One walk over a gradient's numbers, which every function here is written on.
#include "search/samplers/coefficients.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

using space::Affine;
using space::Gradient;

enum class Kind { weight, scale, shift, knot, start };

struct Place {
  Kind kind;
  std::string name;
  double* number;
  std::size_t index = 0;  // of a knot or parameter
};

// What walks over a gradient: free numbers in a fixed order, and the structure's text.
class Walk {
 public:
  explicit Walk(Gradient& g) {
    for (std::size_t i = 0; i < g.knots.size(); ++i)
      add(Kind::knot, fmt::format("k{}", i + 1), g.knots[i], i);
    for (std::size_t p = 0; p < g.pieces.size(); ++p) {
      structure_ += p == 0 ? "" : " | ";
      for (space::Term& term : g.pieces[p].terms) walk(term);
    }
    for (std::size_t i = 0; i < g.parameters.size(); ++i)
      add(Kind::start, g.parameters[i].name, g.parameters[i].start, i);
    structure_ += " of";
    for (const space::Parameter& p : g.parameters)
      structure_ += fmt::format(" {} in ({}:{}, {}:{})", p.name, p.domain.lo, p.domain.lo_of,
                                p.domain.hi, p.domain.hi_of);
    structure_ += fmt::format("; f({}) = {}", g.anchor.at, g.anchor.value);
    fix_units();
  }

  const std::string& structure() const { return structure_; }
  const std::vector<Place>& places() const { return places_; }

 private:
  void add(Kind kind, const std::string& name, double& number, std::size_t index = 0) {
    places_.push_back({kind, name, &number, index});
  }

  // A coefficient that trains is tuned by its parameter's start.
  void affine(Kind kind, const char* letter, Affine& a, int number) {
    if (a.constant()) {
      add(kind, fmt::format("{}{}", letter, number), a.base);
      structure_ += letter;
    } else {
      structure_ += fmt::format("({} {})", a.base, fmt::join(a.slope, " "));
    }
  }

  void walk(space::Term& term) {
    structure_ += " +";
    affine(Kind::weight, "w", term.weight, ++weights_);
    structure_ += fmt::format(" x^{}", term.power);
    for (space::Factor& factor : term.factors) {
      structure_ += fmt::format(" p{}", static_cast<int>(factor.primitive));
      ++factors_;
      affine(Kind::scale, "a", factor.scale, factors_);
      affine(Kind::shift, "b", factor.shift, factors_);
      if (factor.composed()) structure_ += inner(factor);
    }
  }

  static std::string inner(const space::Factor& factor) {
    Gradient g;
    g.pieces = {{factor.inside}};
    return fmt::format("[{}]", space::to_string(g));
  }

  // The first weight and the first scale, and the first knot or else shift, are units.
  void fix_units() {
    const auto fix = [&](auto... kinds) {
      const auto at =
          std::ranges::find_if(places_, [&](const Place& p) { return ((p.kind == kinds) || ...); });
      if (at != places_.end()) places_.erase(at);
    };
    fix(Kind::weight);
    fix(Kind::scale);
    fix(Kind::knot, Kind::shift);
  }

  std::string structure_;
  std::vector<Place> places_;
  int weights_ = 0, factors_ = 0;
};

FloatDistribution around(double value, double least) {
  const double reach = std::max(least, 2 * std::abs(value));
  return {value - reach, value + reach};
}

std::optional<FloatDistribution> range_of(const Gradient& g, const Place& place) {
  const double value = *place.number;
  switch (place.kind) {
    case Kind::weight: return around(value, 1);
    case Kind::scale:
      if (value == 0) return {};
      return value > 0 ? FloatDistribution{value / 4, value * 4}
                       : FloatDistribution{value * 4, value / 4};
    case Kind::shift: return FloatDistribution{value - 2, value + 2};
    case Kind::knot: {
      FloatDistribution d{value - 2, value + 2};
      const std::size_t i = place.index;
      if (i > 0) d.low = std::max(d.low, value - 0.45 * (value - g.knots[i - 1]));
      if (i + 1 < g.knots.size())
        d.high = std::min(d.high, value + 0.45 * (g.knots[i + 1] - value));
      return d;
    }
    case Kind::start: break;
  }
  const space::Domain& domain = g.parameters[place.index].domain;
  if (domain.joint()) return {};
  FloatDistribution d = around(value, 1);
  // Inside an open interval: a hundredth of the way from the start to its bounds stays.
  d.low = std::max(d.low, domain.lo + 0.01 * std::min(1.0, value - domain.lo));
  d.high = std::min(d.high, domain.hi - 0.01 * std::min(1.0, domain.hi - value));
  return d;
}

}  // namespace

Coefficients coefficients_of(const Gradient& g) {
  Gradient copy = g;
  const Walk walk(copy);
  Coefficients c{walk.structure(), {}};
  for (const Place& place : walk.places()) insert(c.values, place.name, *place.number);
  return c;
}

SearchSpace coefficient_space(const Gradient& g) {
  Gradient copy = g;
  const Walk walk(copy);
  SearchSpace space;
  for (const Place& place : walk.places())
    if (const auto range = range_of(g, place)) space.push_back({place.name, *range});
  return space;
}

Gradient with_coefficients(Gradient g, const Parameters& values) {
  const Walk walk(g);
  for (const Place& place : walk.places()) {
    const double* const value = find(values, place.name);
    if (value != nullptr) *place.number = *value;
  }
  for (std::size_t i = 1; i < g.knots.size(); ++i)
    if (!(g.knots[i - 1] < g.knots[i]))
      throw space::Error(fmt::format("knots out of order: {} and {}", g.knots[i - 1], g.knots[i]));
  const std::vector<double> starts = space::starts_of(g.parameters);
  for (std::size_t k = 0; k < starts.size(); ++k)
    if (!space::inside(g.parameters, starts, k))
      throw space::Error(
          fmt::format("{} = {} is outside of its domain", g.parameters[k].name, starts[k]));
  return g;
}

}  // namespace antigrad::search
