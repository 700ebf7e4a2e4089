// Forward and backward of every activation of the zoo as Google Benchmarks, for who wants its
// statistics and filters: build/release/bin/kernels_benchmark --benchmark_filter='gelu.*'. Ratios
// to others measured in turn: antigrad bench kernels.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "kernels/kernel.hpp"
#include "space/random.hpp"
#include "space/zoo.hpp"

namespace antigrad {
namespace {

constexpr std::int64_t kElements = 1000000;
constexpr std::int64_t kBytes = sizeof(float);

std::vector<float> normal(std::uint64_t seed, double deviation) {
  space::Random random(seed);
  std::vector<float> values;
  for (std::int64_t i = 0; i < kElements; ++i)
    values.push_back(static_cast<float>(deviation * random.normal()));
  return values;
}

void run(benchmark::State& state, const std::string& name, bool backward) {
  static const std::vector<float> x = normal(1, 2), gy = normal(2, 1);
  static std::vector<float> out(kElements);
  const auto activation = space::parse_activation(name);
  const auto kernel = kernels::compile(activation);
  const auto theta = space::starts_of(activation.parameters);
  std::vector<double> gtheta(theta.size());
  for ([[maybe_unused]] const auto _ : state) {
    if (backward)
      kernel->backward(x.data(), gy.data(), out.data(), kElements, theta, gtheta);
    else
      kernel->forward(x.data(), out.data(), kElements, theta);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * kElements);
  state.SetBytesProcessed(state.iterations() * kElements * kBytes * (backward ? 3 : 2));
  state.SetLabel(kernels::to_string(kernel->tier()));
}

}  // namespace
}  // namespace antigrad

int main(int argc, char** argv) {
  for (const auto& entry : antigrad::space::zoo()) {
    if (entry.kind == antigrad::space::ZooEntry::Kind::gate) continue;
    for (const bool backward : {false, true})
      benchmark::RegisterBenchmark((entry.name + (backward ? "/backward" : "/forward")).c_str(),
                                   antigrad::run, entry.name, backward)
          ->Unit(benchmark::kMicrosecond);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
