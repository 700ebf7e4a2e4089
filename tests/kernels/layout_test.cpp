// Buffers of every layout against a reference that visits element by element, and parameter
// gradients that do not depend on threads.
#include "kernels/layout.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <bit>
#include <cstring>
#include <numeric>
#include <thread>

#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

using Sizes = std::vector<std::int64_t>;

/// A buffer of T with a layout: memory that holds a mark wherever no element lies.
template <class T>
struct Strided {
  std::vector<T> memory;
  std::int64_t origin = 0;  // of the element (0, ..., 0), in elements
  Sizes strides;

  Input in() const { return {memory.data() + origin, strides}; }
  Output out() { return {memory.data() + origin, strides}; }
  T& at(const Sizes& index) {
    return memory[static_cast<std::size_t>(
        origin + std::inner_product(index.begin(), index.end(), strides.begin(), std::int64_t{0}))];
  }
};

constexpr double kMark = 77;

/// The dimensions in a random order, some with gaps, some backwards; of inputs some with stride 0.
template <class T>
Strided<T> random_layout(const Sizes& sizes, bool written, space::Random& random) {
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[random.below(static_cast<int>(i))]);
  Strided<T> b;
  b.strides.resize(sizes.size());
  std::int64_t extent = 1, lowest = 0;
  for (const std::size_t d : order) {
    if (!written && random.below(6) == 0) continue;
    b.strides[d] = extent;
    extent *= std::max<std::int64_t>(sizes[d], 1);
    if (random.below(4) == 0) extent += random.below(5);
    if (random.below(4) != 0) continue;
    lowest += std::max<std::int64_t>(sizes[d] - 1, 0) * b.strides[d];
    b.strides[d] = -b.strides[d];
  }
  b.origin = lowest + random.below(4);
  b.memory.assign(static_cast<std::size_t>(extent + 8), element<T>(kMark));
  if (!written)
    for (T& v : b.memory) v = element<T>(2 * random.normal());
  return b;
}

/// Calls visit(index) for all indices.
template <class Visit>
void each(const Sizes& sizes, const Visit& visit) {
  const auto count =
      std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
  for (std::int64_t i = 0; i < count; ++i) {
    Sizes index(sizes.size());
    std::int64_t rest = i;
    for (std::size_t d = sizes.size(); d-- > 0; rest /= sizes[d]) index[d] = rest % sizes[d];
    visit(index);
  }
}

Sizes random_sizes(space::Random& random) {
  Sizes sizes(static_cast<std::size_t>(random.below(kMostDimensions + 1)));
  const int most = sizes.size() > 5 ? 4 : sizes.size() > 2 ? 12 : 90;
  for (auto& s : sizes) s = random.below(20) == 0 ? 0 : 1 + random.below(most);
  return sizes;
}

template <class T>
bool same(T a, T b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

/// All three functions on one random layout a buffer; every element must have the bits that a call
/// of the kernel on this element alone gives, and the memory between must be as it was.
template <class T>
void check_layout(const Kernel& kernel, const std::vector<double>& theta, std::uint64_t seed) {
  space::Random random(seed);
  const Sizes sizes = random_sizes(random);
  auto x = random_layout<T>(sizes, false, random), gy = random_layout<T>(sizes, false, random),
       ggx = random_layout<T>(sizes, false, random);
  Strided<T> outputs[4];
  for (auto& o : outputs) o = random_layout<T>(sizes, true, random);
  auto& [y, gx, dgy, dx] = outputs;
  const std::vector<double> ggtheta(theta.size(), 0.25);
  std::vector<double> gtheta(theta.size()), dtheta(theta.size());
  const Launch launch{kernel, sizes, theta};
  forward(launch, x.in(), y.out());
  backward(launch, x.in(), gy.in(), gx.out(), gtheta);
  double_backward(launch, x.in(), gy.in(), ggx.in(), dgy.out(), dx.out(), ggtheta, dtheta);
  std::vector<double> sums(theta.size()), sums2(theta.size()), one(theta.size());
  std::int64_t count = 0;
  each(sizes, [&](const Sizes& index) {
    T w[4];
    kernel.forward(&x.at(index), &w[0], 1, theta);
    kernel.backward(&x.at(index), &gy.at(index), &w[1], 1, theta, one);
    for (std::size_t k = 0; k < one.size(); ++k) sums[k] += one[k];
    kernel.double_backward(&x.at(index), &gy.at(index), &ggx.at(index), &w[2], &w[3], 1, theta,
                           ggtheta, one);
    for (std::size_t k = 0; k < one.size(); ++k) sums2[k] += one[k];
    for (std::size_t k = 0; k < 4; ++k) {
      ASSERT_TRUE(same(outputs[k].at(index), w[k]))
          << "output " << k << " at " << fmt::format("{}", fmt::join(index, ", ")) << " seed "
          << seed;
      outputs[k].at(index) = element<T>(kMark);
    }
    ++count;
  });
  for (const auto& o : outputs)
    for (const T& v : o.memory) ASSERT_TRUE(same(v, element<T>(kMark))) << "seed " << seed;
  for (std::size_t k = 0; k < sums.size(); ++k) {
    EXPECT_NEAR(gtheta[k], sums[k], 1e-4 * static_cast<double>(count)) << "seed " << seed;
    EXPECT_NEAR(dtheta[k], sums2[k], 1e-4 * static_cast<double>(count)) << "seed " << seed;
  }
}

std::vector<Tier> tiers(bool table) {
  std::vector<Tier> all{Tier::interpreter};
  if (has_llvm()) all.push_back(Tier::llvm);
  if (table) all.push_back(Tier::automatic);
  return all;
}

TEST(Layout, EveryElementIsWhereTheStridesSay) {
  for (const char* name : {"gelu", "xielu"})
    for (const Tier tier : tiers(true))
      for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const auto a = named(name);
        check_layout<float>(*compile(a, {tier, Type::f32}), starts(a), seed);
        check_layout<double>(*compile(a, {tier, Type::f64}), starts(a), seed);
        check_layout<Bf16>(*compile(a, {tier, Type::bf16}), starts(a), seed);
        check_layout<F16>(*compile(a, {tier, Type::f16}), starts(a), seed);
        if (HasFatalFailure()) return;
      }
}

/// Counts the calls that reach the kernel, and how large the largest is.
class Counting final : public Kernel {
 public:
  mutable std::int64_t calls = 0;
  mutable const void* read = nullptr;
  Tier tier() const override { return Tier::interpreter; }
  Type type() const override { return Type::f32; }
  void forward(const void* x, void*, std::int64_t, std::span<const double>) const override {
    ++calls, read = x;
  }
  void backward(const void*, const void*, void*, std::int64_t, std::span<const double>,
                std::span<double>) const override {}
  void double_backward(const void*, const void*, const void*, void*, void*, std::int64_t,
                       std::span<const double>, std::span<const double>,
                       std::span<double>) const override {}
};

TEST(Layout, DenseOrdersThatAgreeAreOneFlatCall) {
  std::vector<float> x(60000), y(60000);
  struct Case {
    Sizes sizes, strides;
    std::int64_t origin;
  };
  const Case cases[] = {
      {{10, 20, 15, 20}, {6000, 300, 20, 1}, 0},  // contiguous
      {{10, 20, 15, 20}, {6000, 1, 400, 20}, 0},  // channels_last
      {{300, 200}, {1, 300}, 0},                  // transposed
      {{10, 1, 6000}, {6000, 12345, 1}, 0},       // a dimension of one element
      {{60000}, {-1}, 59999},                     // backwards
      {{100, 600}, {-600, -1}, 59999},
  };
  for (const Case& c : cases) {
    const Counting kernel;
    forward({kernel, c.sizes, {}}, {x.data() + c.origin, c.strides},
            {y.data() + c.origin, c.strides});
    EXPECT_EQ(kernel.calls, 1);
    EXPECT_EQ(kernel.read, x.data());
  }
  const Counting kernel;
  const Sizes sizes{100, 600}, there{600, 1}, transposed{1, 100};
  forward({kernel, sizes, {}}, {x.data(), there}, {y.data(), transposed});
  EXPECT_GT(kernel.calls, 1) << "orders that differ cannot be flat";
}

TEST(Layout, OutputsMayBeInputsOfTheSameStrides) {
  const auto a = named("xielu");
  const auto kernel = compile(a);
  space::Random random(5);
  const Sizes sizes{7, 30, 50}, strides{1600, 1, 32};
  std::vector<float> x(7 * 1600), gy(x.size());
  for (auto& v : x) v = static_cast<float>(random.normal());
  for (auto& v : gy) v = static_cast<float>(random.normal());
  auto gx = gy, in_place = gy;
  std::vector<double> sums(2), sums_in_place(2);
  backward({*kernel, sizes, starts(a)}, {x.data(), strides}, {gy.data(), strides},
           {gx.data(), strides}, sums);
  backward({*kernel, sizes, starts(a)}, {x.data(), strides}, {in_place.data(), strides},
           {in_place.data(), strides}, sums_in_place);
  EXPECT_EQ(in_place, gx);
  EXPECT_EQ(sums_in_place, sums);
}

/// Threads that take the next task from a counter, the last tasks first.
Executor threads(int count) {
  return [count](std::int64_t tasks, const std::function<void(std::int64_t)>& task) {
    std::atomic<std::int64_t> left{tasks};
    std::vector<std::thread> all;
    for (int t = 0; t < count; ++t)
      all.emplace_back([&] {
        while (true) {
          const std::int64_t i = --left;
          if (i < 0) return;
          task(i);
        }
      });
    for (auto& t : all) t.join();
  };
}

struct Gradients {
  std::vector<float> gx;
  std::vector<double> gtheta;
  bool operator==(const Gradients&) const = default;
};

TEST(Layout, SumsDoNotDependOnTheNumberOfThreads) {
  const auto a = named("xielu");
  const auto theta = starts(a);
  constexpr std::int64_t kRows = 601, kColumns = 701;  // 6 tasks and a rest
  const auto values = inputs(kRows * kColumns, 7);
  const std::vector<float> x(values.begin(), values.end()), gy(values.rbegin(), values.rend());
  for (const Tier tier : tiers(true)) {
    const auto kernel = compile(a, {tier, Type::f32});
    const auto backward_with = [&](const Sizes& strides, const Executor& executor) {
      Gradients g{std::vector<float>(x.size()), std::vector<double>(2)};
      const Sizes sizes{kRows, kColumns}, there{kColumns, 1};
      backward({*kernel, sizes, theta, executor}, {x.data(), strides}, {gy.data(), strides},
               {g.gx.data(), there}, g.gtheta);
      return g;
    };
    Gradients alone{std::vector<float>(x.size()), std::vector<double>(2)};
    kernel->backward(x.data(), gy.data(), alone.gx.data(), kRows * kColumns, theta, alone.gtheta);
    std::vector<double> in_order(2), part(2);
    for (std::int64_t i = 0; i < kRows * kColumns; i += kTask) {
      std::vector<float> gx(kTask);
      kernel->backward(x.data() + i, gy.data() + i, gx.data(),
                       std::min(kTask, kRows * kColumns - i), theta, part);
      for (std::size_t k = 0; k < 2; ++k) in_order[k] += part[k];
    }
    EXPECT_EQ(alone.gtheta, in_order) << to_string(kernel->tier());
    for (const Sizes& strides : {Sizes{kColumns, 1}, Sizes{1, kRows}}) {
      const Gradients serial = backward_with(strides, {});
      EXPECT_EQ(serial == alone, strides[1] == 1);
      for (int count = 1; count <= 8; ++count)
        EXPECT_EQ(backward_with(strides, threads(count)), serial)
            << to_string(kernel->tier()) << ", " << count << " threads";
    }
  }
}

TEST(Layout, TheTableTierRunsOnThreadsToo) {
  const auto a = named("gelu");
  const auto kernel = compile(a);
  const auto values = inputs(300001, 7);
  const std::vector<float> x(values.begin(), values.end());
  std::vector<float> alone(x.size());
  const auto n = static_cast<std::int64_t>(x.size());
  const Sizes sizes{n}, strides{1};
  kernel->forward(x.data(), alone.data(), n, {});
  for (int count = 1; count <= 8; ++count) {
    std::vector<float> y(x.size());
    forward({*kernel, sizes, {}, threads(count)}, {x.data(), strides}, {y.data(), strides});
    EXPECT_EQ(y, alone) << count << " threads";
  }
}

TEST(Layout, SaysWhatIsWrongWithALayout) {
  const auto kernel = compile(named("gelu"));
  float x = 1, y = 0;
  const Sizes two{2, 2}, one{1}, zero{0, 1}, good{2, 1}, negative{-1, 2};
  const auto call = [&](const Sizes& sizes, const Sizes& in, const Sizes& out) {
    forward({*kernel, sizes, {}}, {&x, in}, {&y, out});
  };
  EXPECT_THROW(call(two, good, zero), std::logic_error);
  EXPECT_THROW(call(two, one, good), std::logic_error);
  EXPECT_THROW(call(negative, good, good), std::logic_error);
  EXPECT_THROW(call(Sizes(9, 1), Sizes(9, 1), Sizes(9, 1)), std::logic_error);
  EXPECT_NO_THROW(call({}, {}, {}));
  EXPECT_NEAR(y, 0.8413447, 1e-6);
}

}  // namespace
}  // namespace antigrad::kernels
