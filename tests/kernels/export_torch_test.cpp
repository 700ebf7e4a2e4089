// The exported PyTorch file as text; tests/oracle/export_torch.py runs such files in torch.
#include "kernels/export_torch.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "space/error.hpp"
#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t i = text.find(part); i != std::string::npos; i = text.find(part, i + 1)) ++n;
  return n;
}

TEST(ExportTorch, SaysFormulaLicenseAndTrainedValues) {
  const std::string text = export_torch(named("xielu"), {0.71, 0.93});
  for (const char* part : {"a_n*expm1(x)", "License: MIT", "class Xielu(torch.nn.Module)",
                           "float(0.71)", "float(0.93)", "in (0.5, inf)", "gradgradcheck"})
    EXPECT_EQ(count(text, part) > 0, true) << part;
}

TEST(ExportTorch, IsAFunctionOfItsArgumentsAndPrintsNumbersExactly) {
  const auto a = named("gelu");
  EXPECT_EQ(export_torch(a, {}), export_torch(a, {}));
  EXPECT_EQ(count(export_torch(a, {}), "number(-0.7071067811865476, x)"), 3);
}

TEST(ExportTorch, WritesEveryTableOnce) {
  const auto a = named("tanh(x)*gaussian(x)*sigmoid(x)");
  ASSERT_EQ(a.f.tables.size(), 1U);
  EXPECT_EQ(count(export_torch(a, {}), "\ntable"), 1);
  EXPECT_EQ(count(export_torch(named("gelu"), {}), "def integral"), 0);
}

TEST(ExportTorch, RefusesParametersThatDoNotFit) {
  EXPECT_THROW(export_torch(named("xielu"), {0.8}), space::Error);
  EXPECT_THROW(export_torch(named("xielu"), {0.8, 0.2}), space::Error);  // a_n is above 0.5
  EXPECT_THROW(export_torch(named("xielu"), {0.8, std::nan("")}), space::Error);
}

/// Files for the oracle: NAME.py, and NAME.txt with rows "x gy y gx" in hexadecimal and a last row
/// of parameter gradients.
void write_case(const std::filesystem::path& folder, const std::string& name,
                const space::Activation& a) {
  const auto theta = starts(a);
  std::ofstream(folder / (name + ".py")) << export_torch(a, theta);
  const auto all = inputs(500, 41);
  const std::vector<float> x(all.begin() + 12, all.end());
  std::vector<float> gy;
  space::Random random(43);
  for (std::size_t i = 0; i < x.size(); ++i)
    gy.push_back(static_cast<float>(random.uniform(-1, 1)));
  std::vector<float> y(x.size()), gx(x.size());
  std::vector<double> gtheta(theta.size());
  const auto kernel = compile(a);
  const auto n = static_cast<std::int64_t>(x.size());
  kernel->forward(x.data(), y.data(), n, theta);
  kernel->backward(x.data(), gy.data(), gx.data(), n, theta, gtheta);
  std::ofstream values(folder / (name + ".txt"));
  for (std::size_t i = 0; i < x.size(); ++i)
    values << fmt::format("{:a} {:a} {:a} {:a}\n", x[i], gy[i], y[i], gx[i]);
  values << fmt::format("{:a}\n", fmt::join(gtheta, " "));
}

TEST(ExportTorch, WritesFilesAndTheKernelsValuesForTheOracle) {
  const char* const given = std::getenv("ANTIGRAD_ORACLE_FOLDER");
  const std::filesystem::path folder =
      given ? given : std::filesystem::temp_directory_path() / "antigrad_export_torch_test";
  std::filesystem::create_directories(folder);
  int written = 0;
  for (const auto& a : zoo_activations()) write_case(folder, fmt::format("case{}", written++), a);
  for (auto& a : random_activations(40)) {
    a.name.clear();
    write_case(folder, fmt::format("case{}", written++), a);
  }
  std::ifstream file(folder / fmt::format("case{}.txt", written - 1));
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(count(text.str(), "\n"), 489);
  if (!given) std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace antigrad::kernels
