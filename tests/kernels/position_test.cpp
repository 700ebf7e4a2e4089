// Where an element stands, how buffers are aligned and who else calls must not change a result, to
// the last bit.
#include <gtest/gtest.h>

#include <bit>
#include <thread>

#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

struct Engine {
  const char* name;
  std::unique_ptr<Routine> (*make)(const Program&);
};

std::vector<Engine> engines() {
  std::vector<Engine> all{{"interpreter", interpret<float>}};
  if (has_llvm()) all.push_back({"llvm", [](const Program& p) { return llvm_routine(p); }});
  return all;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b, [](double u, double v) {
    return std::bit_cast<std::uint64_t>(u) == std::bit_cast<std::uint64_t>(v);
  });
}

TEST(Position, ValuesDoNotDependOnSizeOrOffset) {
  for (const char* name : {"xielu", "gelu", "mish"})
    for (const auto& p : programs(named(name)))
      for (const Engine& engine : engines()) {
        const auto routine = engine.make(p.program);
        const Call call = call_of(named(name), p.program, 67, 11);
        const auto whole = run<float>(*routine, p.program, call.columns, call.parameters);
        for (std::size_t n = 1; n <= 67; ++n)
          for (const std::size_t shift : {std::size_t{0}, n % 5}) {
            auto columns = call.columns;
            for (auto& column : columns) column.resize(n);
            const auto part = run<float>(*routine, p.program, columns, call.parameters, shift);
            for (std::size_t i = 0; i < n; ++i)
              ASSERT_EQ(std::bit_cast<std::uint64_t>(part.elements[i]),
                        std::bit_cast<std::uint64_t>(whole.elements[i]))
                  << engine.name << " " << p.name << " of " << name << " n " << n << " i " << i;
          }
      }
}

TEST(Position, ReductionsAreBitEqualWhateverTheAlignment) {
  for (const char* name : {"xielu", "xiep", "prelu"}) {
    const Program p = backward_program(named(name));
    for (const Engine& engine : engines()) {
      const auto routine = engine.make(p);
      for (const int n : {1, 17, 4095, 4096, 4097, 20011}) {
        const Call call = call_of(named(name), p, n, 13);
        const auto want = run<float>(*routine, p, call.columns, call.parameters);
        for (const std::size_t shift : {1, 3, 7, 13})
          EXPECT_TRUE(same_bits(run<float>(*routine, p, call.columns, call.parameters, shift).sums,
                                want.sums))
              << engine.name << " " << name << " n " << n << " shift " << shift;
      }
    }
  }
}

TEST(Position, ReductionsAddBlocksInOrder) {
  const Program p = backward_program(named("prelu"));
  for (const Engine& engine : engines()) {
    const auto routine = engine.make(p);
    const Call call = call_of(named("prelu"), p, 3 * 4096 + 100, 17);
    double sum = 0;
    for (std::size_t i = 0; i < call.columns[0].size(); i += 4096) {
      const std::size_t end = std::min(call.columns[0].size(), i + 4096);
      Call block{{}, call.parameters};
      for (const auto& column : call.columns)
        block.columns.emplace_back(column.begin() + static_cast<std::ptrdiff_t>(i),
                                   column.begin() + static_cast<std::ptrdiff_t>(end));
      sum += run<float>(*routine, p, block.columns, block.parameters).sums[0];
    }
    EXPECT_EQ(run<float>(*routine, p, call.columns, call.parameters).sums[0], sum) << engine.name;
  }
}

TEST(Position, OutputsMayBeInputs) {
  const auto a = named("xielu");
  for (const Tier tier : {Tier::interpreter, Tier::automatic}) {
    const auto kernel = compile(a, {tier, Type::f32});
    const auto values = inputs(5000, 19);
    const std::vector<float> x(values.begin(), values.end()), gy(values.rbegin(), values.rend());
    std::vector<float> y(x.size()), gx(x.size()), in_place = x, in_place_gradient = gy;
    std::vector<double> gtheta(2), gtheta_in_place(2);
    const auto n = static_cast<std::int64_t>(x.size());
    kernel->forward(x.data(), y.data(), n, starts(a));
    kernel->forward(in_place.data(), in_place.data(), n, starts(a));
    EXPECT_EQ(in_place, y);
    kernel->backward(x.data(), gy.data(), gx.data(), n, starts(a), gtheta);
    kernel->backward(x.data(), in_place_gradient.data(), in_place_gradient.data(), n, starts(a),
                     gtheta_in_place);
    EXPECT_EQ(in_place_gradient, gx);
    EXPECT_EQ(gtheta_in_place, gtheta);
  }
}

TEST(Position, NaNStaysWhereItIs) {
  for (const auto& a : zoo_activations())
    for (const Engine& engine : engines()) {
      const Program p = forward_program(a);
      const auto routine = engine.make(p);
      Call call = call_of(a, p, 131, 23);
      const auto clean = run<float>(*routine, p, call.columns, call.parameters);
      for (const std::size_t i :
           {std::size_t{0}, std::size_t{63}, std::size_t{128}, std::size_t{130}}) {
        auto columns = call.columns;
        columns[0][i] = std::numeric_limits<double>::quiet_NaN();
        auto got = run<float>(*routine, p, columns, call.parameters);
        EXPECT_TRUE(std::isnan(got.elements[i])) << engine.name << " " << a.name << " at " << i;
        got.elements[i] = clean.elements[i];
        EXPECT_TRUE(same_bits(got.elements, clean.elements)) << engine.name << " " << a.name;
      }
    }
}

TEST(Position, ThreadsShareAKernel) {
  const auto a = named("xielu");
  const auto kernel = compile(a);
  const auto values = inputs(30011, 29);
  const std::vector<float> x(values.begin(), values.end());
  const auto gradient = [&] {
    std::vector<float> gx(x.size());
    std::vector<double> sums(2);
    kernel->backward(x.data(), x.data(), gx.data(), static_cast<std::int64_t>(x.size()), starts(a),
                     sums);
    return sums;
  };
  std::vector<std::vector<double>> results(4);
  std::vector<std::thread> threads;
  for (auto& r : results) threads.emplace_back([&r, &gradient] { r = gradient(); });
  for (auto& t : threads) t.join();
  for (const auto& r : results) EXPECT_EQ(r, gradient());
}

}  // namespace
}  // namespace antigrad::kernels
