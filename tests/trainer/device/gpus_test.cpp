// What is said where there is no GPU, and that the CUDA halves open where their libraries are.
#include "trainer/device/gpus.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "paths.hpp"
#include "space/error.hpp"
#include "trainer/device/compute.hpp"
#include "trainer/device/cuda_part.hpp"

namespace antigrad::trainer {
namespace {

TEST(GpusTest, WithoutADriverTheReasonAndTheWayOutAreSaid) {
  if (gpus().count > 0) GTEST_SKIP() << "there is a GPU";
  EXPECT_NE(gpus().why, "");
  DeviceSpec spec{.name = DeviceSpec::Name::automatic};
  EXPECT_EQ(open_device(spec, 0), Compute{});
  spec.name = DeviceSpec::Name::cuda;
  try {
    open_device(spec, 0);
    FAIL() << "no error";
  } catch (const space::Error& error) {
    EXPECT_NE(std::string(error.what()).find(gpus().why), std::string::npos) << error.what();
  }
}

TEST(GpusTest, AFileThatIsNoneIsAReason) {
  const std::string fault = open_torch_cuda("/no/such/libtorch_cuda.so");
  EXPECT_NE(fault.find("/no/such/libtorch_cuda.so"), std::string::npos) << fault;
  EXPECT_NE(fault.find("./scripts/setup gpu"), std::string::npos) << fault;
}

TEST(GpusTest, ItIsLookedForBesideTheLibtorchThatIsUsed) {
  ::unsetenv("ANTIGRAD_TORCH_CUDA");
  EXPECT_EQ(std::filesystem::path(torch_cuda_path()).filename(), "libtorch_cuda.so");
  EXPECT_TRUE(std::filesystem::exists(torch_cuda_path())) << torch_cuda_path();
  ::setenv("ANTIGRAD_TORCH_CUDA", "/other.so", 1);
  EXPECT_EQ(torch_cuda_path(), "/other.so");
  ::unsetenv("ANTIGRAD_TORCH_CUDA");
}

/// In a child: what is opened stays. LD_LIBRARY_PATH must name the libraries of the full wheels.
TEST(GpusTest, BothCudaHalvesOpenWithEverySymbol) {
  if (std::getenv("ANTIGRAD_CUDA_LIBRARIES") == nullptr)
    GTEST_SKIP() << "skipped: ANTIGRAD_CUDA_LIBRARIES is not set; ./scripts/test sets it where the "
                    "full wheels are";
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string fault = open_torch_cuda(torch_cuda_path());
    if (!fault.empty()) {
      std::fprintf(stderr, "%s\n", fault.c_str());
      ::_exit(2);
    }
    try {
      ::_exit(cuda_part().make_graph != nullptr && cuda_part().limit_memory != nullptr ? 0 : 3);
    } catch (const space::Error& error) {
      std::fprintf(stderr, "%s\n", error.what());
      ::_exit(4);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace antigrad::trainer
