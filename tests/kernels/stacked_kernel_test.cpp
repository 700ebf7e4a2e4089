// One launch for many activations against a launch for each, bit for bit, on the stand-in.
#include "kernels/cuda/stacked_kernel.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <iterator>
#include <regex>

#include "kernels/cuda/device_kernel.hpp"
#include "kernels/cuda/nvrtc.hpp"
#include "paths.hpp"
#include "space/error.hpp"
#include "space/random.hpp"
#include "tests/kernels/cases.hpp"
#include "tests/kernels/environment.hpp"

namespace antigrad::kernels {
namespace {

constexpr const char* kStandIn = ANTIGRAD_BIN_DIR "/libantigrad_stand_in_cuda.so";
constexpr Pass kPair[] = {Pass::forward, Pass::backward};
const std::vector<std::string> kNames = {"relu", "xielu", "silu", "prelu", "tanh"};

class StackedKernelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("c++ --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "needs c++ in $PATH";
    for (const std::string& name : kNames) activations_.push_back(named(name));
  }

  /// The elements of a slice, in the order in which they lie.
  static std::vector<float> slice(const std::vector<float>& all, const SliceLayout& layout,
                                  std::size_t k) {
    std::vector<float> part;
    const auto inner = static_cast<std::size_t>(layout.inner);
    for (std::size_t i = 0; i < all.size(); ++i)
      if (i / inner % kNames.size() == k) part.push_back(all[i]);
    return part;
  }

  Environment driver_{"ANTIGRAD_CUDA_DRIVER", kStandIn}, nvrtc_{"ANTIGRAD_NVRTC", kStandIn};
  std::vector<space::Activation> activations_;
};

std::vector<float> noise(std::size_t n, std::uint64_t seed) {
  space::Random random(seed);
  std::vector<float> all(n);
  for (float& one : all) one = static_cast<float>(random.normal());
  return all;
}

TEST_F(StackedKernelTest, GivesEachSliceWhatItsOwnKernelGives) {
  const StackedKernel stacked(activations_, Type::f32);
  EXPECT_EQ(stacked.parameters(), 3);
  // Channels last with 3 channels a candidate; images with whole groups; [K, n] with a remainder.
  for (const SliceLayout layout : {SliceLayout{50, 3}, SliceLayout{7, 64}, SliceLayout{1, 601}}) {
    const auto n = static_cast<std::size_t>(layout.rows * layout.inner) * kNames.size();
    const std::vector<float> x = noise(n, 1), gy = noise(n, 2);
    std::vector<float> theta;
    for (const space::Activation& a : activations_)
      for (const double start : space::starts_of(a.parameters))
        theta.push_back(static_cast<float>(start));
    std::vector<float> y(n), gx(n), sums(theta.size(), NAN);
    std::vector<float> workspace(stacked.workspace_bytes(Pass::backward, layout) / 4);
    const void* const in[] = {x.data(), gy.data()};
    void *const out[] = {y.data()}, *const gradient[] = {gx.data()};
    stacked.run(Pass::forward, layout, {std::span(in, 1), out, theta.data()}, nullptr);
    stacked.run(Pass::backward, layout,
                {in, gradient, theta.data(), nullptr, sums.data(), workspace.data()}, nullptr);
    std::size_t first = 0;
    for (std::size_t k = 0; k < kNames.size(); ++k) {
      const DeviceKernel own(activations_[k], kPair);
      const std::vector<float> xs = slice(x, layout, k), gys = slice(gy, layout, k);
      std::vector<float> ys(xs.size()), gxs(xs.size()), gtheta(activations_[k].parameters.size());
      const Layout flat{static_cast<long long>(xs.size())};
      std::vector<float> space(own.workspace_bytes(Pass::backward, flat) / 4);
      const void* const from[] = {xs.data(), gys.data()};
      void *const to[] = {ys.data()}, *const back[] = {gxs.data()};
      own.run(Pass::forward, flat, {std::span(from, 1), to, theta.data() + first}, nullptr);
      own.run(Pass::backward, flat,
              {from, back, theta.data() + first, nullptr, gtheta.data(), space.data()}, nullptr);
      EXPECT_EQ(slice(y, layout, k), ys) << kNames[k];
      EXPECT_EQ(slice(gx, layout, k), gxs) << kNames[k];
      for (std::size_t j = 0; j < gtheta.size(); ++j)
        EXPECT_NEAR(sums[first + j], gtheta[j], 1e-4 * (1 + std::abs(gtheta[j]))) << kNames[k];
      first += gtheta.size();
    }
  }
}

TEST_F(StackedKernelTest, SumsAreTheSameBitsEveryTime) {
  const StackedKernel stacked(activations_, Type::f32);
  const SliceLayout layout{9, 40};
  const auto n = static_cast<std::size_t>(layout.rows * layout.inner) * kNames.size();
  const std::vector<float> x = noise(n, 3), gy = noise(n, 4), theta = {0.8F, 0.7F, 0.25F};
  std::vector<float> gx(n), first(3), second(3);
  std::vector<float> workspace(stacked.workspace_bytes(Pass::backward, layout) / 4);
  const void* const in[] = {x.data(), gy.data()};
  void* const out[] = {gx.data()};
  for (std::vector<float>* const sums : {&first, &second})
    stacked.run(Pass::backward, layout,
                {in, out, theta.data(), nullptr, sums->data(), workspace.data()}, nullptr);
  EXPECT_EQ(first, second);
}

/// By the real NVRTC: registers suffice for whichever of sixteen activations a block works on.
TEST(StackedCompile, SixteenActivationsCompileWithoutSpilling) {
  std::shared_ptr<const Nvrtc> nvrtc;
  try {
    nvrtc = open_nvrtc();
  } catch (const space::Error& e) {
    GTEST_SKIP() << "needs NVRTC, which ./scripts/test sets up: " << e.what();
  }
  std::vector<space::Activation> all;
  for (const char* const name :
       {"relu", "gelu", "silu", "mish", "relu2", "elu", "prelu", "tanh", "softplus", "xielu",
        "sine", "leaky_relu", "selu", "hardswish", "sigmoid", "gelu_tanh"})
    all.push_back(named(name));
  const CudaCode code = nvrtc->compile(stacked_cuda_source(all, Type::f32), "sm_90", false, true);
  EXPECT_FALSE(code.cubin.empty());
  const std::regex memory(R"((\d+) bytes stack frame, (\d+) bytes spill stores)"),
      entry("Compiling entry function");
  for (std::sregex_iterator m(code.log.begin(), code.log.end(), memory), end; m != end; ++m) {
    EXPECT_EQ((*m)[1], "0") << code.log;
    EXPECT_EQ((*m)[2], "0") << code.log;
  }
  const auto kernels = std::distance(std::sregex_iterator(code.log.begin(), code.log.end(), entry),
                                     std::sregex_iterator());
  EXPECT_EQ(kernels, 3) << "forward, backward, reduce\n" << code.log;
  EXPECT_EQ(code.log.find("warning"), std::string::npos) << code.log;
}

TEST_F(StackedKernelTest, Float64IsRefusedWithTheWayOut) {
  EXPECT_NE(refusal([&] { StackedKernel stacked(activations_, Type::f64); }).find("f32, bf16"),
            std::string::npos);
}

}  // namespace
}  // namespace antigrad::kernels
