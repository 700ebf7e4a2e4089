#include "kernels/kinks.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "space/random.hpp"
#include "space/rows-inl.hpp"
#include "space/table.hpp"

namespace antigrad::kernels {
namespace {

/// A number that remembers which way the decisions on its way went.
struct Traced {
  double value = 0;
  std::uint64_t* signature = nullptr;
};

void decide(Traced a, bool yes) { *a.signature = space::mix(*a.signature * 2 + (yes ? 1U : 0U)); }

Traced operator+(Traced a, Traced b) { return {a.value + b.value, a.signature}; }
Traced operator-(Traced a, Traced b) { return {a.value - b.value, a.signature}; }
Traced operator*(Traced a, Traced b) { return {a.value * b.value, a.signature}; }
Traced operator/(Traced a, Traced b) { return {a.value / b.value, a.signature}; }
Traced operator-(Traced a) { return {-a.value, a.signature}; }
auto constants(Traced a) {
  return [signature = a.signature](double c) { return Traced{c, signature}; };
}

Traced base_abs(Traced a) {
  decide(a, a.value < 0);
  return {std::fabs(a.value), a.signature};
}
Traced base_min(Traced a, Traced b) {
  decide(a, a.value < b.value);
  return a.value < b.value ? a : b;
}
Traced base_max(Traced a, Traced b) {
  decide(a, a.value > b.value);
  return a.value > b.value ? a : b;
}
Traced base_less(Traced a, Traced b, Traced c, Traced d) {
  decide(a, a.value < b.value);
  return a.value < b.value ? c : d;
}
Traced base_less_equal(Traced a, Traced b, Traced c, Traced d) {
  decide(a, a.value <= b.value);
  return a.value <= b.value ? c : d;
}
Traced base_copysign(Traced a, Traced b) {
  decide(a, b.value < 0);
  return {std::copysign(a.value, b.value), a.signature};
}
Traced base_fma(Traced a, Traced b, Traced c) { return a * b + c; }

#define SMOOTH(NAME) \
  Traced base_##NAME(Traced a) { return {space::rows::base_##NAME(a.value), a.signature}; }
SMOOTH(sqrt)
SMOOTH(round)
SMOOTH(exponent)
SMOOTH(exp)
SMOOTH(expm1)
SMOOTH(log1p)
SMOOTH(erf)
SMOOTH(erfc)
SMOOTH(tanh)
SMOOTH(atan)
SMOOTH(sin)
SMOOTH(cos)
#undef SMOOTH
Traced base_scale2(Traced a, Traced n) {
  return {space::rows::base_scale2(a.value, n.value), a.signature};
}

Traced row(space::Op op, Traced a, Traced b, Traced c, Traced d) {
  using namespace space::rows;
  using space::Op;
  switch (op) {
#define CORE(ID, NAME, ARITY, Y, ...) \
  case Op::ID: {                      \
    return Y;                         \
  }
#define PRIMITIVE(ID, NAME, ...) \
  case Op::ID: {                 \
    return space::rows::NAME(a); \
  }
#include "space/primitives.def"
  }
  return a;
}

class Tracer {
 public:
  Tracer(const space::Expr& e, std::span<const double> theta)
      : expr_(e), theta_(theta), values_(e.nodes.size()) {}

  std::uint64_t signature(float x) {
    std::uint64_t signature = 0;
    for (std::size_t i = 0; i < values_.size(); ++i)
      values_[i] = node(expr_.nodes[i], static_cast<double>(x), &signature);
    return signature;
  }

 private:
  Traced node(const space::Node& n, double x, std::uint64_t* signature) {
    using space::Op;
    switch (n.op) {
      case Op::Var: return {x, signature};
      case Op::Param: return {theta_[n.a], signature};
      case Op::Lit: return {expr_.literals[n.a], signature};
      case Op::Integral: return {expr_.tables[n.b]->value(values_[n.a].value), signature};
      default: return row(n.op, values_[n.a], values_[n.b], values_[n.c], values_[n.d]);
    }
  }

  const space::Expr& expr_;
  const std::span<const double> theta_;
  std::vector<Traced> values_;
};

/// Floats in their order as integers, and back.
std::int64_t ordinal(float x) {
  const auto bits = std::bit_cast<std::int32_t>(x);
  return bits < 0 ? -std::int64_t{bits & 0x7fffffff} : bits;
}
float from_ordinal(std::int64_t i) {
  return i < 0 ? -std::bit_cast<float>(static_cast<std::int32_t>(-i))
               : std::bit_cast<float>(static_cast<std::int32_t>(i));
}

constexpr std::size_t kMostSwitches = 16;

/// All switches that bisection finds between two floats with known signatures.
void search(Tracer& tracer, std::int64_t lo, std::uint64_t at_lo, std::int64_t hi,
            std::uint64_t at_hi, std::vector<float>& found) {
  while (at_lo != at_hi && found.size() < kMostSwitches) {
    std::int64_t before = lo, after = hi;  // signature(before) == at_lo != signature(after)
    std::uint64_t at_after = at_hi;
    while (after - before > 1) {
      const std::int64_t middle = before + (after - before) / 2;
      const std::uint64_t here = tracer.signature(from_ordinal(middle));
      (here == at_lo ? before : after) = middle;
      if (here != at_lo) at_after = here;
    }
    found.push_back(from_ordinal(before));
    lo = after, at_lo = at_after;
  }
}

}  // namespace

std::vector<float> switches(const space::Expr& e, std::span<const double> theta, float reach) {
  constexpr int kSteps = 64;
  Tracer tracer(e, theta);
  std::vector<float> found;
  std::int64_t lo = 0;
  std::uint64_t at_lo = 0;
  for (int i = 0; i <= kSteps; ++i) {
    // Denser around 0, where switches stand; i = kSteps / 2 is not 0 itself.
    const float u = (2 * (static_cast<float>(i) + 0.01F) - kSteps) / kSteps;
    const std::int64_t hi = ordinal(reach * u * u * u);
    const std::uint64_t at_hi = tracer.signature(from_ordinal(hi));
    if (i > 0) search(tracer, lo, at_lo, hi, at_hi, found);
    lo = hi, at_lo = at_hi;
  }
  return found;
}

}  // namespace antigrad::kernels
