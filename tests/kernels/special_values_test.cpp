// Zeros, denormals, the largest numbers, infinities and NaN, for every activation of the zoo, in
// every type and tier; and every one of the 65,536 inputs that 16 bits have. The checks themselves
// are run on a kernel that is wrong.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <bit>
#include <functional>
#include <optional>
#include <span>

#include "space/proof.hpp"
#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<Tier> tiers() {
  std::vector<Tier> all{Tier::interpreter, Tier::automatic};
  if (has_llvm()) all.push_back(Tier::llvm);
  return all;
}

/// What a type can hold: largest number, smallest normal one, digits.
struct Range {
  double most, least;
  int digits;
};
Range range_of(Type type) {
  switch (type) {
    case Type::f32: return {0x1.fffffep127, 0x1p-126, 24};
    case Type::f64: return {0x1.fffffffffffffp1023, 0x1p-1022, 53};
    case Type::bf16: return {0x1.fep127, 0x1p-126, 8};
    case Type::f16: return {65504, 0x1p-14, 11};
  }
  return {};
}

/// f, g, or the slope of g, where gy and ggx are 1.
using Values = std::vector<std::vector<double>>;

template <class T>
Values values(const Kernel& kernel, const std::vector<double>& at,
              const std::vector<double>& theta) {
  std::vector<T> x, one(at.size(), element<T>(1));
  for (const double v : at) x.push_back(element<T>(v));
  std::vector<T> out[4];
  for (auto& o : out) o.resize(at.size());
  const auto n = static_cast<std::int64_t>(at.size());
  std::vector<double> sums(theta.size()), zeros(theta.size());
  kernel.forward(x.data(), out[0].data(), n, theta);
  kernel.backward(x.data(), one.data(), out[1].data(), n, theta, sums);
  kernel.double_backward(x.data(), one.data(), one.data(), out[3].data(), out[2].data(), n, theta,
                         zeros, sums);
  Values all(3);
  for (std::size_t d = 0; d < 3; ++d)
    for (const T& v : out[d]) all[d].push_back(number(v));
  return all;
}

Values values(const Kernel& kernel, const std::vector<double>& at,
              const std::vector<double>& theta) {
  switch (kernel.type()) {
    case Type::f32: return values<float>(kernel, at, theta);
    case Type::f64: return values<double>(kernel, at, theta);
    case Type::bf16: return values<Bf16>(kernel, at, theta);
    case Type::f16: return values<F16>(kernel, at, theta);
  }
  return {};
}

constexpr const char* kOrders[] = {"f", "g", "g'"};

/// The proved limit of f, g or g', rounded to the nearest double; nothing where none is proved.
std::optional<double> limit(space::Proof& proof, std::size_t d, int side) {
  const auto l = proof.far(static_cast<int>(d), side).limit();
  if (!l) return std::nullopt;
  return l->infinite != 0 ? l->infinite * kInfinity : l->value.middle();
}

/// What kernels of an activation are compared to.
struct Facts {
  std::unique_ptr<Kernel> reference;          // float64
  std::vector<std::optional<double>> limits;  // by order, then side
  std::vector<space::Expr> by_parameter;      // dg/dtheta_k

  explicit Facts(const space::Activation& a)
      : reference(compile(a, {Tier::interpreter, Type::f64})) {
    space::Proof proof(a);
    for (std::size_t d = 0; d < 3; ++d)
      for (const int side : {-1, 1}) limits.push_back(antigrad::kernels::limit(proof, d, side));
    for (std::size_t k = 0; k < a.parameters.size(); ++k)
      by_parameter.push_back(space::derivative_param(a.g, static_cast<int>(k)));
  }
};

/// A kernel under test.
struct Case {
  const space::Activation& activation;
  const Kernel& kernel;
  const Facts& facts;

  std::optional<double> limit(std::size_t d, double side) const {
    return facts.limits[2 * d + (side > 0 ? 1 : 0)];
  }
  /// Whether a term of g' that belongs to a parameter's cotangent, 0 here, is infinite: then it
  /// gives 0 * inf.
  bool parameter_terms_overflow(double x) const {
    const auto theta = space::starts_of(activation.parameters);
    return std::fabs(x) > 8 && std::ranges::any_of(facts.by_parameter, [&](const space::Expr& g_k) {
             return !(std::fabs(space::value(g_k, x, theta)) <= range_of(kernel.type()).most / 4);
           });
  }
  bool oscillates() const {
    return std::ranges::any_of(activation.f.nodes, [](const space::Node& n) {
      return n.op == space::Op::Sin || n.op == space::Op::Cos || n.op == space::Op::Sinc;
    });
  }
  std::string where(std::size_t d, double x) const {
    constexpr const char* kTypes[] = {"f32", "f64", "bf16", "f16"};
    return fmt::format("{} in {}, {}: {}({})", activation.name, to_string(kernel.tier()),
                       kTypes[static_cast<int>(kernel.type())], kOrders[d], x);
  }
};

void check_nan_and_infinities(const Case& c) {
  std::vector<double> x(67, 0.5);
  const std::size_t at_nan = 20;
  const auto theta = space::starts_of(c.activation.parameters);
  const Values clean = values(c.kernel, x, theta);
  x[at_nan] = std::numeric_limits<double>::quiet_NaN();
  x[33] = -kInfinity, x[65] = kInfinity;
  const Values got = values(c.kernel, x, theta);
  const double unit = std::ldexp(1, 1 - std::min(range_of(c.kernel.type()).digits, 20));
  for (std::size_t d = 0; d < 3; ++d)
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (i == at_nan) {
        EXPECT_TRUE(std::isnan(got[d][i])) << c.where(d, x[i]);
      } else if (std::isinf(x[i])) {
        const auto want = c.limit(d, x[i]);
        if (!want) continue;
        if (d == 2 && c.parameter_terms_overflow(x[i])) continue;
        // Exact without parameters; with them the value far out, near the limit.
        const double room = unit * std::fabs(*want) + (theta.empty() ? 0 : 1e-12);
        EXPECT_EQ(difference(got[d][i], *want, room), "") << c.where(d, x[i]);
      } else {
        ASSERT_EQ(got[d][i], clean[d][i]) << "a neighbour changed " << c.where(d, x[i]);
      }
    }
}

/// The zeros, denormals and largest numbers of a type.
std::vector<double> extremes(Type type) {
  const auto [most, least, digits] = range_of(type);
  const double tiny = std::ldexp(least, 1 - digits);
  std::vector<double> all;
  for (const double v : {0.0, tiny, 3 * tiny, least - tiny, least, most})
    all.insert(all.end(), {v, -v});
  return all;
}

/// "" when got is the result at x rounded to the type: want, or the value on the other side of 0
/// for an x so small that what formulas compute of it vanishes.
std::string wrong(const Case& c, std::size_t d, double x, double got, double want,
                  double mirrored) {
  const auto [most, least, digits] = range_of(c.kernel.type());
  constexpr double kFar = 1e5;  // beyond, sin and cos are not accurate in float32
  const auto limit = c.limit(d, x);
  if (d == 2 && c.parameter_terms_overflow(x)) return "";
  if (std::fabs(x) > kFar && (!limit || c.oscillates())) {
    const bool overflows = std::fabs(x) > most / 4;  // an inner product, so that the phase is lost
    return std::isnan(got) && !overflows ? "got nan" : "";
  }
  if (std::fabs(x) == most && c.kernel.type() == Type::f64) {  // the reference is no better
    const bool good =
        std::isinf(*limit) ? got * std::copysign(1, *limit) > 1 : std::fabs(got - *limit) <= 1e-12;
    return good ? "" : fmt::format("got {}, limit {}", got, *limit);
  }
  const double scale = d == 0 ? std::min(std::fabs(x), 1.0) : 1.0;
  const double size = c.kernel.tier() == Tier::table ? 1.25 : 1;  // its own error in half places
  const double room = size * std::ldexp(std::max(std::fabs(want), scale), -std::min(digits, 18)) +
                      2 * std::ldexp(least, 1 - digits) +
                      (c.oscillates() ? std::ldexp(std::fabs(x), -20) : 0);  // of the phase
  if (std::fabs(want) + room > most && got * std::copysign(1, want) >= most) return "";
  const double lo = std::fabs(x) <= least ? std::min(want, mirrored) : want;
  const double hi = std::fabs(x) <= least ? std::max(want, mirrored) : want;
  return got >= lo - room && got <= hi + room ? "" : difference(got, want, room);
}

/// x in pairs of v, -v.
void check_pairs(const Case& c, const std::vector<double>& x) {
  const auto theta = space::starts_of(c.activation.parameters);
  const Values got = values(c.kernel, x, theta), want = values(*c.facts.reference, x, theta);
  for (std::size_t d = 0; d < 3; ++d)
    for (std::size_t i = 0; i < x.size(); ++i)
      EXPECT_EQ(wrong(c, d, x[i], got[d][i], want[d][i], want[d][i ^ 1]), "") << c.where(d, x[i]);
}

/// All finite numbers of 16 bits.
template <class T>
std::vector<double> all_numbers() {
  std::vector<double> x;
  for (std::uint32_t bits = 0; bits < 1U << 15; ++bits) {
    const double v = number(T{static_cast<std::uint16_t>(bits)});
    if (std::isfinite(v)) x.insert(x.end(), {v, -v});
  }
  return x;
}

TEST(SpecialValues, OfTheZooInEveryTypeAndTier) {
  for (const auto& a : zoo_activations()) {
    const Facts facts(a);
    for (const Type type : {Type::f32, Type::f64, Type::bf16, Type::f16})
      for (const Tier tier : tiers()) {
        const auto kernel = compile(a, {tier, type});
        if (tier == Tier::automatic && kernel->tier() != Tier::table) continue;
        const Case c{a, *kernel, facts};
        check_nan_and_infinities(c);
        check_pairs(c, extremes(type));
        if (type == Type::bf16) check_pairs(c, all_numbers<Bf16>());
        if (type == Type::f16) check_pairs(c, all_numbers<F16>());
      }
  }
}

/// A kernel in float32 whose forward is wrong.
class Faulty final : public Kernel {
 public:
  /// Changes y, element by element of x.
  using Fault = std::function<void(std::span<const float> x, std::span<float> y)>;
  Faulty(const Kernel& right, Fault fault) : right_(right), fault_(std::move(fault)) {}
  Tier tier() const override { return right_.tier(); }
  Type type() const override { return Type::f32; }
  void forward(const void* x, void* y, std::int64_t n,
               std::span<const double> theta) const override {
    right_.forward(x, y, n, theta);
    const auto count = static_cast<std::size_t>(n);
    fault_({static_cast<const float*>(x), count}, {static_cast<float*>(y), count});
  }
  void backward(const void* x, const void* gy, void* gx, std::int64_t n,
                std::span<const double> theta, std::span<double> gtheta) const override {
    right_.backward(x, gy, gx, n, theta, gtheta);
  }
  void double_backward(const void* x, const void* gy, const void* ggx, void* dgy, void* dx,
                       std::int64_t n, std::span<const double> theta,
                       std::span<const double> ggtheta, std::span<double> dtheta) const override {
    right_.double_backward(x, gy, ggx, dgy, dx, n, theta, ggtheta, dtheta);
  }

 private:
  const Kernel& right_;
  const Fault fault_;
};

/// y becomes `wrong` where x is as said.
Faulty::Fault fault_where(bool (*here)(float), float wrong) {
  return [=](std::span<const float> x, std::span<float> y) {
    for (std::size_t i = 0; i < x.size(); ++i)
      if (here(x[i])) y[i] = wrong;
  };
}

/// How many failures the checks report.
int failures_of(const Case& c) {
  testing::TestPartResultArray found;
  {
    const testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &found);
    check_nan_and_infinities(c);
    check_pairs(c, extremes(Type::f32));
  }
  return found.size();
}

TEST(SpecialValues, TheChecksSeeEveryKindOfFault) {
  const auto a = named("silu");
  const Facts facts(a);
  const auto right = compile(a, {Tier::interpreter, Type::f32});
  const auto beside_nan = [](std::span<const float> x, std::span<float> y) {
    for (std::size_t i = 1; i < x.size(); ++i)
      if (std::isnan(x[i])) y[i - 1] *= 1.0001F;
  };
  const std::pair<const char*, Faulty::Fault> faults[] = {
      {"NaN swallowed", fault_where([](float x) { return std::isnan(x); }, 0)},
      {"a neighbour of NaN", beside_nan},
      {"the limit at -inf", fault_where([](float x) { return std::isinf(x) && x < 0; }, 1e-3F)},
      {"the limit at inf", fault_where([](float x) { return std::isinf(x) && x > 0; }, 1e38F)},
      {"NaN at -inf", fault_where([](float x) { return std::isinf(x) && x < 0; },
                                  std::numeric_limits<float>::quiet_NaN())},
      {"the largest number",
       fault_where([](float x) { return x > 1e38F && std::isfinite(x); }, 1e30F)},
      {"a denormal", fault_where([](float x) { return x != 0 && std::fabs(x) < 1e-38F; }, 1e-30F)},
      {"zero", fault_where([](float x) { return x == 0; }, 1e-30F)},
  };
  EXPECT_EQ(failures_of({a, *right, facts}), 0);
  for (const auto& [name, fault] : faults)
    EXPECT_GT(failures_of({a, Faulty(*right, fault), facts}), 0) << name;
}

}  // namespace
}  // namespace antigrad::kernels
