// The near functions of kernels/cuda/device.cuh, with the errors of a GPU's approximate
// instructions, against libm in float64.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "kernels/cuda/parts.hpp"
#include "tests/kernels/cases.hpp"
#include "tests/kernels/cuda_host.hpp"

namespace antigrad::kernels {
namespace {

struct Near {
  const char* name;
  double (*reference)(double);
  double from, to;
  double shift;  // error of the argument's reduction, in parts of 2^-24 |x|
};

const Near kNear[] = {
    {"near_exp", std::exp, -87, 88, 1},         {"near_expm1", std::expm1, -30, 88, 0},
    {"near_log1p", std::log1p, -0.999, 1e6, 0}, {"near_tanh", std::tanh, -50, 50, 0},
    {"near_erf", std::erf, -10, 10, 0},         {"near_erfc", std::erfc, -10, 9.2, 0},
    {"near_atan", std::atan, -1e4, 1e4, 0},     {"near_sin", std::sin, -1e3, 1e3, 1},
    {"near_cos", std::cos, -1e3, 1e3, 1},
};

TEST(CudaNear, FunctionsKeepTheirStatedError) {
  if (std::system("c++ --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "needs c++ in $PATH";
  std::set<std::string> parts;
  std::string loops;
  for (const Near& f : kNear) {
    parts.insert(f.name);
    loops += fmt::format(
        "extern \"C\" void {0}_all(const float* x, float* y, int n) {{\n"
        "  for (int i = 0; i < n; ++i) y[i] = {0}(x[i]);\n}}\n",
        f.name);
  }
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/near.so";
  ASSERT_EQ(compile_host(cuda_parts(parts) + loops, path), "");
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << ::dlerror();
  for (const Near& f : kNear) {
    std::vector<float> x{0.0F, -0.0F, 1e-20F, -1e-6F, 0.0624F, 0.0626F, -0.1249F, 0.1251F, 0.91F};
    space::Random random(2);
    while (x.size() < 20000) {
      x.push_back(static_cast<float>(random.uniform(f.from, f.to)));
      x.push_back(static_cast<float>(random.uniform(std::max(f.from, -2.0), std::min(f.to, 2.0))));
    }
    std::vector<float> y(x.size());
    const auto name = std::string(f.name) + "_all";
    reinterpret_cast<void (*)(const float*, float*, int)>(::dlsym(library, name.c_str()))(
        x.data(), y.data(), static_cast<int>(x.size()));
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double at = static_cast<double>(x[i]), want = f.reference(at);
      const double allowed =
          0x1p-16 * std::fabs(want) + f.shift * 0x1p-24 * std::fabs(at) * (std::fabs(want) + 1);
      const double error = std::fabs(static_cast<double>(y[i]) - want);
      worst = std::max(worst, allowed == 0 ? error : error / allowed);
      ASSERT_LE(error, allowed) << f.name << "(" << x[i] << ") got " << y[i] << " want " << want;
    }
    EXPECT_GT(worst, 0.02) << f.name << ": the stated bound is loose";
    for (const float special :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      float got = 0;
      reinterpret_cast<void (*)(const float*, float*, int)>(::dlsym(library, name.c_str()))(
          &special, &got, 1);
      const double want = f.reference(static_cast<double>(special));
      EXPECT_EQ(std::isnan(got), std::isnan(want)) << f.name << "(" << special << ")";
      if (!std::isnan(want)) {
        EXPECT_NEAR(std::isinf(want) ? 1.0 / static_cast<double>(got) : static_cast<double>(got),
                    std::isinf(want) ? 0.0 : want, 1e-6)
            << f.name << "(" << special << ")";
      }
    }
  }
  ::dlclose(library);
}

}  // namespace
}  // namespace antigrad::kernels
