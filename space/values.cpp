#include "space/values.hpp"

#include <algorithm>
#include <cmath>

#include "space/rows-inl.hpp"

namespace antigrad::space {
namespace rows {
namespace {

/// y[i] = p(u[i]).
void apply(Op op, std::span<const double> u, std::span<double> y) {
  switch (op) {
#define PRIMITIVE(ID, NAME, ...)                                  \
  case Op::ID: {                                                  \
    for (std::size_t i = 0; i < u.size(); ++i) y[i] = NAME(u[i]); \
    return;                                                       \
  }
#include "space/primitives.def"
    default: std::ranges::fill(y, std::numeric_limits<double>::quiet_NaN());
  }
}

/// out[i] = p'(u[i]), with y = p(u).
void slopes(Op op, std::span<const double> u, std::span<const double> values,
            std::span<double> out) {
  [[maybe_unused]] const auto K = constants(0.0);
  switch (op) {
#define PRIMITIVE(ID, NAME, LATEX, USE, Y, SLOPE, ...) \
  case Op::ID: {                                       \
    for (std::size_t i = 0; i < u.size(); ++i) {       \
      [[maybe_unused]] const double a = u[i];          \
      [[maybe_unused]] const double y = values[i];     \
      out[i] = SLOPE;                                  \
    }                                                  \
    return;                                            \
  }
#include "space/primitives.def"
    default: std::ranges::fill(out, std::numeric_limits<double>::quiet_NaN());
  }
}

}  // namespace
}  // namespace rows

namespace {

constexpr std::size_t kChunk = 64;
using Buffer = std::array<double, kChunk>;

void multiply_power(std::span<const double> x, int power, std::span<double> y) {
  for (int k = 0; k < power; ++k)
    for (std::size_t i = 0; i < x.size(); ++i) y[i] *= x[i];
}

}  // namespace

double Values::Number::along(int k) const {
  const auto i = static_cast<std::size_t>(k);
  return i < slope.size() ? slope[i] : 0;
}

Values::Values(const Gradient& g) : knots_(g.knots) {
  const auto number = [&](const Affine& a) {
    Number n{a.base, a.slope};
    for (std::size_t k = 0; k < a.slope.size(); ++k) n.value += a.slope[k] * g.parameters[k].start;
    return n;
  };
  const auto products = [&](const auto& self,
                            const std::vector<Term>& terms) -> std::vector<Product> {
    std::vector<Product> out;
    for (const Term& t : terms) {
      Product p{number(t.weight), t.power, {}};
      for (const Factor& f : t.factors)
        p.parts.push_back({f.primitive, number(f.scale), number(f.shift), self(self, f.inside)});
      out.push_back(std::move(p));
    }
    return out;
  };
  for (const Piece& piece : g.pieces) pieces_.push_back(products(products, piece.terms));
}

void Values::evaluate(const std::vector<Product>& sum, std::span<const double> u,
                      std::span<double> value, std::span<double> slope) {
  const std::size_t n = u.size();
  std::ranges::fill(value, 0.0);
  std::ranges::fill(slope, 0.0);
  for (const Product& p : sum) {
    Buffer product, along{}, argument, part_value, part_slope;
    std::fill_n(product.begin(), n, p.weight.value);
    for (int k = 0; k < p.power; ++k)
      for (std::size_t i = 0; i < n; ++i) {
        along[i] = along[i] * u[i] + product[i];
        product[i] *= u[i];
      }
    for (const Product::Part& part : p.parts) {
      for (std::size_t i = 0; i < n; ++i) argument[i] = part.scale.value * u[i] + part.shift.value;
      const std::span<double> to(part_slope.data(), slope.empty() ? 0 : n);
      evaluate(part, std::span(argument.data(), n), std::span(part_value.data(), n), to);
      for (std::size_t i = 0; i < n; ++i) {
        if (!slope.empty())
          along[i] = along[i] * part_value[i] + product[i] * part_slope[i] * part.scale.value;
        product[i] *= part_value[i];
      }
    }
    for (std::size_t i = 0; i < n; ++i) value[i] += product[i];
    for (std::size_t i = 0; i < slope.size(); ++i) slope[i] += along[i];
  }
}

void Values::evaluate(const Product::Part& part, std::span<const double> u, std::span<double> value,
                      std::span<double> slope) {
  if (part.inside.empty()) {
    rows::apply(part.op, u, value);
    if (!slope.empty()) rows::slopes(part.op, u, value, slope);
    return;
  }
  Buffer sum, along;
  const std::span<double> inner(sum.data(), u.size()), inner_slope(along.data(), slope.size());
  evaluate(part.inside, u, inner, inner_slope);
  rows::apply(part.op, inner, value);
  if (slope.empty()) return;
  rows::slopes(part.op, inner, value, slope);
  for (std::size_t i = 0; i < slope.size(); ++i) slope[i] *= inner_slope[i];
}

template <class Evaluate>
void Values::sum(std::span<const double> x, std::span<double> out, const Evaluate& product) const {
  constexpr double kResidue = 1e-12;
  std::ranges::fill(out, 0.0);
  std::size_t begin = 0;
  for (std::size_t piece = 0; piece < pieces_.size(); ++piece) {
    const auto end =
        piece < knots_.size()
            ? static_cast<std::size_t>(std::ranges::upper_bound(x, knots_[piece]) - x.begin())
            : x.size();
    for (; begin < end; begin += std::min(kChunk, end - begin)) {
      const std::size_t n = std::min(kChunk, end - begin);
      const std::span<double> to = out.subspan(begin, n);
      Buffer term, size{};
      for (const Product& p : pieces_[piece]) {
        product(p, x.subspan(begin, n), std::span(term.data(), n));
        for (std::size_t i = 0; i < n; ++i) to[i] += term[i], size[i] += std::fabs(term[i]);
      }
      for (std::size_t i = 0; i < n; ++i)
        if (std::fabs(to[i]) <= kResidue * size[i]) to[i] = 0;
    }
  }
}

void Values::at(std::span<const double> x, std::span<double> out) const {
  sum(x, out, [](const Product& p, std::span<const double> points, std::span<double> to) {
    const std::size_t n = points.size();
    Buffer argument, value;
    std::ranges::fill(to, p.weight.value);
    multiply_power(points, p.power, to);
    for (const auto& part : p.parts) {
      for (std::size_t i = 0; i < n; ++i)
        argument[i] = part.scale.value * points[i] + part.shift.value;
      evaluate(part, std::span(argument.data(), n), std::span(value.data(), n), {});
      for (std::size_t i = 0; i < n; ++i) to[i] *= value[i];
    }
  });
}

void Values::along(int k, std::span<const double> x, std::span<double> out) const {
  sum(x, out, [k](const Product& p, std::span<const double> points, std::span<double> to) {
    const std::size_t n = points.size();
    Buffer value_of, slope_of, argument, value, slope;  // of the product so far, along theta_k
    std::fill_n(value_of.begin(), n, p.weight.value);
    std::fill_n(slope_of.begin(), n, p.weight.along(k));
    multiply_power(points, p.power, std::span(value_of.data(), n));
    multiply_power(points, p.power, std::span(slope_of.data(), n));
    for (const auto& part : p.parts) {
      for (std::size_t i = 0; i < n; ++i)
        argument[i] = part.scale.value * points[i] + part.shift.value;
      const double da = part.scale.along(k), db = part.shift.along(k);
      const bool trains = da != 0 || db != 0;
      evaluate(part, std::span(argument.data(), n), std::span(value.data(), n),
               std::span(slope.data(), trains ? n : 0));
      for (std::size_t i = 0; i < n; ++i) {
        slope_of[i] *= value[i];
        if (trains) slope_of[i] += value_of[i] * slope[i] * (da * points[i] + db);
        value_of[i] *= value[i];
      }
    }
    std::copy_n(slope_of.begin(), n, to.begin());
  });
}

SampledFacts sampled_facts(const Gradient& g) {
  SampledFacts s{};
  s.finite = true;
  s.least = s.centre_least = INFINITY, s.most = s.centre_most = -INFINITY;
  for (int i = 0; i < SampledFacts::kPoints; ++i)
    s.x[static_cast<std::size_t>(i)] = (i - SampledFacts::kPoints / 2) / 4.0 + 0.003;
  Values(g).at(s.x, s.g);
  double weight = 0, square = 0;
  for (std::size_t i = 0; i < s.x.size(); ++i) {
    const double x = s.x[i], v = s.g[i];
    s.finite = s.finite && std::isfinite(v);
    s.least = std::fmin(s.least, v), s.most = std::fmax(s.most, v);
    if (std::fabs(x) > 3) continue;
    s.centre_least = std::fmin(s.centre_least, v), s.centre_most = std::fmax(s.centre_most, v);
    weight += std::exp(-0.5 * x * x), square += std::exp(-0.5 * x * x) * v * v;
  }
  s.size = std::sqrt(square / weight);
  return s;
}

}  // namespace antigrad::space
