// A kernel's whole way, NVRTC and driver included, on stand-ins that run on this processor.
#include "kernels/cuda/device_kernel.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "paths.hpp"
#include "space/error.hpp"
#include "tests/kernels/cases.hpp"
#include "tests/kernels/environment.hpp"

namespace antigrad::kernels {
namespace {

constexpr const char* kStandIn = ANTIGRAD_BIN_DIR "/libantigrad_stand_in_cuda.so";
constexpr Pass kPair[] = {Pass::forward, Pass::backward};

class OnStandIn : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("c++ --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "needs c++ in $PATH";
  }
  Environment driver_{"ANTIGRAD_CUDA_DRIVER", kStandIn}, nvrtc_{"ANTIGRAD_NVRTC", kStandIn};
};

TEST_F(OnStandIn, ForwardAndBackwardGiveTheReferencesValues) {
  const auto a = named("xielu");
  const DeviceKernel kernel(a, kPair);
  EXPECT_EQ(kernel.device().architecture(), "sm_90");
  const NamedProgram backward{"backward", backward_program(a)};
  const Call call = call_of(a, backward.program, 1001, 4);
  const auto want = run<double>(*interpret<double>(backward.program), backward.program,
                                call.columns, call.parameters);
  const std::vector<float> x(call.columns[0].begin(), call.columns[0].end()),
      gy(call.columns[1].begin(), call.columns[1].end()),
      theta(call.parameters.begin(), call.parameters.end());
  const Layout layout{1001};
  std::vector<float> gx(x.size()), gtheta(theta.size());
  std::vector<char> workspace(kernel.workspace_bytes(Pass::backward, layout));
  const void* const in[] = {x.data(), gy.data()};
  void* const out[] = {gx.data()};
  kernel.run(
      Pass::backward, layout,
      {in, out, theta.data(), nullptr, gtheta.data(), reinterpret_cast<float*>(workspace.data())},
      nullptr);
  const Result got{{gx.begin(), gx.end()}, {gtheta.begin(), gtheta.end()}};
  EXPECT_EQ(first_disagreement(a, backward, call, got, want), "");
}

/// What the stand-in was asked for since the last time, a line each.
std::string driver_calls() {
  void* const library = ::dlopen(kStandIn, RTLD_NOW | RTLD_LOCAL);  // the one that is open
  const auto calls =
      reinterpret_cast<const char* (*)()>(::dlsym(library, "antigrad_stand_in_calls"));
  std::string text = calls();
  ::dlclose(library);
  return text;
}

/// So a pass waits for nothing, allocates nothing, loads nothing: it may be captured into a graph.
TEST_F(OnStandIn, APassIsLaunchesInTheStreamItWasGivenAndNothingElse) {
  const DeviceKernel kernel(named("xielu"), kPair);
  constexpr std::size_t kSize = 5000;
  const Layout layout{kSize};
  std::vector<float> x(kSize, -0.5F), gy(kSize, 1), gx(kSize), theta{0.8F, 0.8F}, sums(2);
  std::vector<char> workspace(kernel.workspace_bytes(Pass::backward, layout));
  const void* const in[] = {x.data(), gy.data()};
  void* const out[] = {gx.data()};
  int streams[2];
  driver_calls();
  for (int& stream : streams) {
    const std::string entered = "cuCtxGetCurrent\ncuCtxPushCurrent\n";
    const std::string launch =
        entered + fmt::format("cuLaunchKernel in {}\n", fmt::ptr(&stream)) + "cuCtxPopCurrent\n";
    kernel.run(Pass::forward, layout, {std::span(in, 1), out, theta.data()}, &stream);
    EXPECT_EQ(driver_calls(), launch);
    kernel.run(
        Pass::backward, layout,
        {in, out, theta.data(), nullptr, sums.data(), reinterpret_cast<float*>(workspace.data())},
        &stream);
    EXPECT_EQ(driver_calls(), launch + launch) << "the pass, then the sums of its blocks";
  }
}

/// A driver that loads code lazily would do so in the first launch, which may be captured.
TEST_F(OnStandIn, CodeIsLoadedWhenAKernelIsMade) {
  driver_calls();
  const DeviceKernel kernel(named("xielu"), kPair);
  const std::string calls = driver_calls();
  for (const char* name : {"forward", "backward", "reduce"})
    EXPECT_NE(calls.find(fmt::format("cuModuleGetFunction {}\ncuFuncGetAttribute\n", name)),
              std::string::npos)
        << calls;
}

TEST_F(OnStandIn, NeedsNoWorkspaceWithoutSums) {
  const DeviceKernel kernel(named("silu"), kPair);
  EXPECT_EQ(kernel.workspace_bytes(Pass::backward, {1 << 20}), 0U);
}

TEST_F(OnStandIn, ALaunchThatFailsIsAnError) {
  const DeviceKernel kernel(named("relu"), std::span(kPair, 1));
  const Environment failing("ANTIGRAD_STAND_IN_ERROR", "719");
  float x = 1;
  const void* const in[] = {&x};
  void* const out[] = {&x};
  const std::string text = refusal([&] { kernel.run(Pass::forward, {1}, {in, out}, nullptr); });
  EXPECT_NE(text.find("launching a kernel on stand-in on the processor: CUDA_ERROR_LAUNCH_FAILED "
                      "(719)"),
            std::string::npos)
      << text;
}

TEST_F(OnStandIn, RefusesWhatDoesNotFit) {
  const DeviceKernel kernel(named("relu"), std::span(kPair, 1));
  EXPECT_THROW(kernel.run(Pass::backward, {1}, {}, nullptr), std::logic_error);
  EXPECT_NE(refusal([&] {
              kernel.run(Pass::forward, {12, 3, 1}, {}, nullptr);
            }).find("parameters by layer got 3 channels"),
            std::string::npos);
  EXPECT_NE(refusal([&] {
              kernel.run(Pass::forward, {10, 3, 2}, {}, nullptr);
            }).find("expected a multiple of 6"),
            std::string::npos);
  EXPECT_NE(refusal([] { CudaDevice device(1); }).find("there is no GPU 1; the driver has 1"),
            std::string::npos);
}

TEST(CudaPlan, SumsDependOnSizesAndNotOnTheMachine) {
  const KernelShape layer = shape_of(named("xielu"), Pass::backward, {Type::bf16});
  const KernelShape channel =
      shape_of(named("xielu"), Pass::backward, {Type::bf16, Sharing::channel});
  for (const long long n : {0LL, 1LL, 4096LL, 1LL << 24, 1LL << 40}) {
    const Plan small = plan_of(layer, {n}, 1), large = plan_of(layer, {n}, 200);
    EXPECT_EQ(small.extent.lanes, large.extent.lanes);
    EXPECT_LE(small.extent.lanes, 1024);
    EXPECT_EQ(small.workspace, static_cast<std::size_t>(2 * small.extent.lanes));
    const Layout by_channel{n / 64 * 64, 64, 1};
    EXPECT_EQ(plan_of(channel, by_channel, 1).extent.lanes,
              plan_of(channel, by_channel, 200).extent.lanes);
  }
}

}  // namespace
}  // namespace antigrad::kernels
