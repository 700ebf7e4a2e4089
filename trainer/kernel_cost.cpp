// What an activation costs: forward and backward of its kernel over arrays that fit the caches and
// that do not.
#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <vector>

#include "kernels/kernel.hpp"
#include "space/random.hpp"
#include "trainer/evaluator.hpp"

namespace antigrad::trainer {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array<std::int64_t, 3> kSizes = {1 << 16, 1 << 18, 1 << 20};
constexpr int kRounds = 15;

struct Buffers {
  std::vector<float> x, gy, out;
};

/// x and gy from N(0, 1): as many as the smallest size, again and again, since drawing them takes
/// longer than the kernels do.
Buffers make_buffers() {
  Buffers buffers;
  space::Random random(1);
  buffers.out.resize(kSizes.back());
  for (std::int64_t i = 0; i < kSizes.back(); ++i) {
    const auto drawn = static_cast<std::size_t>(i % kSizes.front());
    const bool again = i >= kSizes.front();
    buffers.x.push_back(again ? buffers.x[drawn] : static_cast<float>(random.normal()));
    buffers.gy.push_back(again ? buffers.gy[drawn] : static_cast<float>(random.normal()));
  }
  return buffers;
}

template <class Work>
void keep_minimum(double& best, std::int64_t n, const Work& work) {
  const auto start = Clock::now();
  work();
  const double ns = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
  best = std::min(best, ns / static_cast<double>(n));
}

/// Rounds of every size after one another, so that a slow moment of the machine hits all alike; the
/// minimum of each size, and of these the mean.
KernelCost measure(const kernels::Kernel& kernel, const std::vector<double>& theta) {
  Buffers buffers = make_buffers();
  std::vector<double> gtheta(theta.size());
  std::array<double, kSizes.size()> forward, backward;
  forward.fill(std::numeric_limits<double>::infinity());
  backward = forward;
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < kSizes.size(); ++i) {
      const std::int64_t n = kSizes[i];
      const float *x = buffers.x.data(), *gy = buffers.gy.data();
      float* out = buffers.out.data();
      keep_minimum(forward[i], n, [&] { kernel.forward(x, out, n, theta); });
      keep_minimum(backward[i], n, [&] { kernel.backward(x, gy, out, n, theta, gtheta); });
    }
  }
  KernelCost cost;
  for (std::size_t i = 0; i < kSizes.size(); ++i) {
    cost.forward_ns += forward[i] / kSizes.size();
    cost.backward_ns += backward[i] / kSizes.size();
  }
  cost.tier = kernels::to_string(kernel.tier());
  return cost;
}

}  // namespace
}  // namespace antigrad::trainer

extern "C" antigrad::trainer::KernelCost* antigrad_kernel_cost(const char* activation) {
  const auto parsed = antigrad::space::parse_activation(activation);
  std::vector<double> theta;
  for (const auto& parameter : parsed.parameters) theta.push_back(parameter.start);
  const auto kernel = antigrad::kernels::compile(parsed);
  return new antigrad::trainer::KernelCost(antigrad::trainer::measure(*kernel, theta));
}
