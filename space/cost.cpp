#include "space/cost.hpp"

#include <algorithm>

#include "space/rows-inl.hpp"

namespace antigrad::space {
namespace rows {
namespace {

/// A value that is only counted: every operation on it adds to the sum.
struct Counted {
  double* sum;
  Counted plus(double operations) const {
    *sum += operations;
    return *this;
  }
};

auto constants(Counted a) {
  return [a](double) { return a; };
}
Counted operator+(Counted a, Counted) { return a.plus(1); }
Counted operator-(Counted a, Counted) { return a.plus(1); }
Counted operator*(Counted a, Counted) { return a.plus(1); }
Counted operator/(Counted a, Counted) { return a.plus(4); }
Counted operator-(Counted a) { return a.plus(1); }
Counted base_abs(Counted a) { return a.plus(1); }
Counted base_sqrt(Counted a) { return a.plus(4); }
Counted base_min(Counted a, Counted) { return a.plus(1); }
Counted base_max(Counted a, Counted) { return a.plus(1); }
Counted base_less(Counted a, Counted, Counted, Counted) { return a.plus(2); }
Counted base_less_equal(Counted a, Counted, Counted, Counted) { return a.plus(2); }
Counted base_copysign(Counted a, Counted) { return a.plus(2); }
Counted base_exp(Counted a) { return a.plus(8); }
Counted base_expm1(Counted a) { return a.plus(10); }
Counted base_log1p(Counted a) { return a.plus(10); }
Counted base_erf(Counted a) { return a.plus(14); }
Counted base_erfc(Counted a) { return a.plus(16); }
Counted base_tanh(Counted a) { return a.plus(12); }
Counted base_atan(Counted a) { return a.plus(12); }
Counted base_sin(Counted a) { return a.plus(10); }
Counted base_cos(Counted a) { return a.plus(10); }

double operations_of(Op op) {
  double sum = 0;
  const Counted a{&sum};
  switch (op) {
#define PRIMITIVE(ID, NAME, ...) \
  case Op::ID: {                 \
    NAME(a);                     \
    break;                       \
  }
#include "space/primitives.def"
    default: sum = 1;
  }
  return sum;
}

}  // namespace
}  // namespace rows

double cost(Op op) {
  static const std::vector<double> table = [] {
    std::vector<double> all;
    for (std::size_t i = 0; i < primitives().size(); ++i)
      all.push_back(rows::operations_of(static_cast<Op>(i)));
    return all;
  }();
  return table[static_cast<std::size_t>(op)];
}

namespace {

/// A primitive that stands twice is computed once.
double cost(const std::vector<Term>& terms) {
  double sum = 0;
  std::vector<const Factor*> seen;
  for (const Term& t : terms) {
    sum += 1 + t.power;
    for (const Factor& f : t.factors) {
      sum += 1;
      if (std::ranges::any_of(seen, [&](const Factor* s) { return *s == f; })) continue;
      seen.push_back(&f);
      sum += cost(f.primitive) + cost(f.inside) + (f.scale == Affine{1, {}} ? 0 : 1) +
             (f.shift == Affine{0, {}} ? 0 : 1);
    }
  }
  return sum;
}

}  // namespace

double cost(const Gradient& g) {
  constexpr double kSelection = 2;
  double dearest = 0;
  for (const Piece& p : g.pieces) dearest = std::max(dearest, cost(p.terms));
  return dearest + kSelection * static_cast<double>(g.knots.size());
}

}  // namespace antigrad::space
