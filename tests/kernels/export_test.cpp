// Exported files as text; tests/oracle/export_*.py and tests/app/export_c.py run them in the
// frameworks that they are for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "kernels/export/target.hpp"
#include "kernels/flatten.hpp"
#include "kernels/values.hpp"
#include "space/error.hpp"
#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t i = text.find(part); i != std::string::npos; i = text.find(part, i + 1)) ++n;
  return n;
}

Subject subject(const std::string& text, std::vector<Place> places = {}) {
  return {.activation = named(text), .name = "thing", .places = std::move(places)};
}

std::string exported(const std::string& target, const Subject& s) {
  std::string all;
  for (const auto& file : export_files(export_target(target), s)) all += file.content;
  return all;
}

TEST(Export, SaysFormulaSourceLicenseAndTrainedValues) {
  Subject s = subject("xielu", {{"digits 0", {0.71, 0.93}}, {"digits 1", {0.72, 0.94}}});
  s.source = "arXiv 2411.13010";
  for (const ExportTarget& target : export_targets()) {
    const std::string text = exported(std::string(target.name), s);
    for (const char* part : {"a_n*expm1(x)", "License: MIT", "arXiv 2411.13010", "0.71", "0.93",
                             "digits 1", "0.72", "0.94"})
      EXPECT_GT(count(text, part), 0) << target.name << ": " << part;
  }
  for (const char* target : {"torch", "jax", "c"})
    EXPECT_EQ(count(exported(target, s), "digits 1"), 1) << target;
}

TEST(Export, IsAFunctionOfItsArguments) {
  for (const ExportTarget& target : export_targets())
    EXPECT_EQ(exported(std::string(target.name), subject("tanh(x)*sigmoid(x)")),
              exported(std::string(target.name), subject("tanh(x)*sigmoid(x)")))
        << target.name;
}

TEST(Export, WritesEveryTableOnce) {
  const Subject s = subject("tanh(x)*gaussian(x)*sigmoid(x)");
  ASSERT_EQ(s.activation.f.tables.size(), 1U);
  EXPECT_EQ(count(exported("torch", s), "\ntable0 = "), 1);
  EXPECT_EQ(count(exported("jax", s), "\nTABLE0 = "), 1);
  EXPECT_EQ(count(exported("c", s), "double thing_integral_0_f64(double x)"), 1);
  for (const char* target : {"torch", "jax"})
    EXPECT_EQ(count(exported(target, subject("gelu")), "def integral"), 0);
}

TEST(Export, WritesTestDataOfEveryPlaceBesideOnnxModels) {
  const std::vector<double> theta{0.7, 0.9};
  for (const std::size_t places : {0U, 1U, 3U}) {
    const Subject s = subject("xielu", std::vector<Place>(places, {"digits", theta}));
    std::set<std::string> names;
    for (const ExportedFile& file : export_files(export_target("onnx"), s)) names.insert(file.name);
    std::set<std::string> want{"thing.onnx", "thing_backward.onnx"};
    const bool choose = places > 1;
    const auto add = [&](const std::string& model, int inputs, int outputs) {
      const std::string folder = "thing_onnx_test/test_" + model;
      want.insert(folder + "/data.json");
      for (std::size_t set = 0; set < 2 * std::max<std::size_t>(places, 1); ++set) {
        for (int k = 0; k < inputs + (choose ? 1 : 0); ++k)
          want.insert(fmt::format("{}/test_data_set_{}/input_{}.pb", folder, set, k));
        for (int k = 0; k < outputs; ++k)
          want.insert(fmt::format("{}/test_data_set_{}/output_{}.pb", folder, set, k));
      }
    };
    add("thing", 1, 1);
    add("thing_backward", 2, 3);
    EXPECT_EQ(names, want) << places;
  }
}

TEST(Export, RefusesParametersThatDoNotFit) {
  for (const auto& theta : {std::vector{0.8}, {0.8, 0.2}, {0.8, std::nan("")}})  // a_n is above 0.5
    EXPECT_THROW(exported("torch", subject("xielu", {{"here", theta}})), space::Error);
}

TEST(Export, WritesGatesWhereTwoInputsMakeSense) {
  for (const char* target : {"torch", "jax", "c", "latex"})
    EXPECT_GT(count(exported(target, subject("swiglu")), "v"), 0) << target;
  for (const char* target : {"triton", "hf"})
    EXPECT_THROW(exported(target, subject("swiglu")), space::Error) << target;
}

/// What is open where something else closes, or at the end; "" where all is balanced.
std::string unbalanced(const std::string& latex) {
  std::vector<std::string> open;
  const auto close = [&](const std::string& what) {
    if (open.empty() || open.back() != what) return false;
    open.pop_back();
    return true;
  };
  for (std::size_t i = 0; i < latex.size(); ++i) {
    const auto at = [&](const char* word) {
      return latex.compare(i, std::strlen(word), word) == 0;
    };
    if (at("\\left") && !std::isalpha(latex[i + 5])) open.emplace_back("left");
    if (at("\\right") && !std::isalpha(latex[i + 6]) && !close("left")) return latex.substr(i, 20);
    if (at("\\[")) open.emplace_back("[");
    if (at("\\]") && !close("[")) return latex.substr(i, 20);
    if (at("\\begin{")) open.push_back(latex.substr(i + 6, latex.find('}', i) - i - 5));
    if (at("\\end{") && !close(latex.substr(i + 4, latex.find('}', i) - i - 3)))
      return latex.substr(i, 20);
    if (latex[i] == '\\')
      ++i;
    else if (latex[i] == '{')
      open.emplace_back("{");
    else if (latex[i] == '}' && !close("{"))
      return latex.substr(i, 20);
  }
  return open.empty() ? "" : open.back();
}

TEST(Export, WritesBalancedLatex) {
  ASSERT_EQ(unbalanced("\\[ \\left( {a} \\right) \\]"), "");
  ASSERT_NE(unbalanced("\\[ \\left( {a \\right) } \\]"), "");
  auto all = zoo_activations();
  for (auto& a : random_activations(20)) all.push_back(a);
  for (const auto& a : all) {
    const auto theta = space::starts_of(a.parameters);
    std::string text = exported(
        "latex",
        {.activation = a, .name = "thing", .places = {{"a_{b} 0", theta}, {"50 % 1", theta}}});
    text = text.substr(text.find("\\documentclass"));
    EXPECT_EQ(unbalanced(text), "") << a.name;
    EXPECT_GT(count(text, "f''(x) = "), 0);
  }
}

TEST(Export, SuggestsATargetForAnUnknownOne) {
  try {
    export_target("jaxx");
    FAIL();
  } catch (const space::Error& e) {
    EXPECT_GT(count(e.what(), "did you mean \"jax\"?"), 0) << e.what();
  }
}

TEST(Export, FlatteningChangesNoValue) {
  for (const auto& a : row_activations()) {
    const space::Expr flat = flatten(a.f);
    for (const double x : inputs(300, 11)) {
      const double want = space::value(a.f, x), got = space::value(flat, x);
      EXPECT_TRUE(got == want || (std::isnan(got) && std::isnan(want)))
          << fmt::format("{} at {}: got {} want {}", a.name, x, got, want);
    }
  }
}

TEST(Export, ComputesInFloat64WhereTermsCancel) {
  EXPECT_FALSE(needs_double(subject("gelu")));
  EXPECT_TRUE(needs_double(subject("f: (x + 1000) - 1000")));
  EXPECT_GT(count(exported("torch", subject("f: (x + 1000) - 1000")), "x.double()"), 0);
  EXPECT_GT(count(exported("triton", subject("f: (x + 1000) - 1000")), ".to(tl.float64)"), 0);
  EXPECT_EQ(count(exported("triton", subject("gelu")), ".to(tl.float64)"), 3);  // of fused()
  EXPECT_GT(count(exported("cuda", subject("f: (x + 1000) - 1000")), "const double t0 = x;"), 0);
  EXPECT_EQ(count(exported("cuda", subject("gelu")), "const double t0 "), 0);
}

/// Parameters as a training might leave them: two places, away from the starts, inside the domains.
std::vector<Place> trained(const space::Activation& a) {
  std::vector<Place> places;
  if (a.parameters.empty()) return places;
  for (const double step : {0.13, -0.07}) {
    std::vector<double> raw;
    const auto start = space::starts_of(a.parameters);
    for (std::size_t k = 0; k < start.size(); ++k)
      raw.push_back(space::to_raw(a.parameters[k].domain, start[k], start) + step);
    auto theta = space::from_raw(a.parameters, raw);
    for (double& v : theta) v = static_cast<double>(static_cast<float>(v));
    places.push_back({fmt::format("place {}", places.size()), theta});
  }
  return places;
}

/// values.txt: rows "x gy y gx" by the kernel, "y gx" in float64, then the kernel's and the exact
/// parameter gradients; hexadecimal.
void write_values(const std::filesystem::path& folder, const space::Activation& a,
                  const std::vector<double>& theta) {
  const auto all = inputs(500, 41);
  const std::vector<float> x(all.begin() + 12, all.end());
  std::vector<float> gy;
  space::Random random(43);
  for (std::size_t i = 0; i < x.size(); ++i)
    gy.push_back(static_cast<float>(random.uniform(-1, 1)));
  std::vector<float> y(x.size()), gx(x.size());
  std::vector<double> gtheta(theta.size()), exact(theta.size());
  const auto kernel = compile(a);
  const auto n = static_cast<std::int64_t>(x.size());
  kernel->forward(x.data(), y.data(), n, theta);
  kernel->backward(x.data(), gy.data(), gx.data(), n, theta, gtheta);
  std::ofstream values(folder / "values.txt");
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto at = static_cast<double>(x[i]), by = static_cast<double>(gy[i]);
    values << fmt::format("{:a} {:a} {:a} {:a} {:a} {:a}\n", x[i], gy[i], y[i], gx[i],
                          space::value(a.f, at, theta), by * space::value(a.g, at, theta));
    for (std::size_t k = 0; k < theta.size(); ++k)
      exact[k] += by * space::value(space::derivative_param(a.f, static_cast<int>(k)), at, theta);
  }
  values << fmt::format("{:a}\n{:a}\n", fmt::join(gtheta, " "), fmt::join(exact, " "));
}

bool reads_sine(const space::Expr& e) {
  return std::ranges::any_of(e.nodes, [](const space::Node& n) {
    return n.op == space::Op::Sin || n.op == space::Op::Cos || n.op == space::Op::Sinc ||
           n.op == space::Op::SincSlope || n.op == space::Op::SineIntegral;
  });
}

/// far0.txt of the first place: rows "x f g" by the kernel whose limits are proved for its values,
/// at infinities, NaN, zeros, denormals and, but for sines, at huge numbers.
void write_far(const std::filesystem::path& folder, space::Activation a, std::size_t place,
               const std::vector<double>& theta) {
  for (std::size_t k = 0; k < theta.size(); ++k) a.parameters[k].start = theta[k];
  using Float = std::numeric_limits<float>;
  std::vector<float> x{Float::quiet_NaN()};
  std::vector<float> sizes{Float::infinity(), 0,        0x1p-149F, 0x1.8p-148F,
                           0x1.fffffcp-127F,  0x1p-126F};
  if (!reads_sine(a.f)) sizes.insert(sizes.end(), {1e10F, 1e20F, 1e30F, 3.4e38F, Float::max()});
  for (const float size : sizes) x.insert(x.end(), {size, -size});
  const std::vector<float> gy(x.size(), 1);
  std::vector<float> y(x.size()), gx(x.size());
  std::vector<double> gtheta(theta.size());
  const auto kernel = compile(a);
  const auto n = static_cast<std::int64_t>(x.size());
  kernel->forward(x.data(), y.data(), n, theta);
  kernel->backward(x.data(), gy.data(), gx.data(), n, theta, gtheta);
  std::ofstream out(folder / fmt::format("far{}.txt", place));
  for (std::size_t i = 0; i < x.size(); ++i)
    out << fmt::format("{:a} {:a} {:a}\n", x[i], y[i], gx[i]);
}

/// displayed.txt: rows "place x f f' f'' df/dtheta ..." in float64, for a document's formulas.
void write_displayed(const std::filesystem::path& folder, const Subject& s) {
  const space::Activation& a = s.activation;
  std::vector<space::Expr> parts{a.f, a.g, space::derivative(a.g)};
  for (std::size_t k = 0; k < a.parameters.size(); ++k)
    parts.push_back(space::derivative_param(a.f, static_cast<int>(k)));
  const space::Expr e = space::bundle(parts);
  std::ofstream out(folder / "displayed.txt");
  const Thetas places = distinct_places(s);
  for (std::size_t place = 0; place < places.size(); ++place)
    for (const double x : {-7.5, -3.25, -1.7, -0.9, -0.3, -0.01, 0.0, 0.02, 0.4, 1.1, 2.6, 5.9})
      out << fmt::format("{} {:a} {:a}\n", place, x,
                         fmt::join(evaluated<double>(e, x, places[place]), " "));
}

void write_case(const std::filesystem::path& folder, const std::string& wanted, Subject s) {
  std::filesystem::create_directories(folder);
  const ExportTarget& target = export_target(wanted);
  s.places = trained(s.activation);
  if (wanted == "latex")
    for (Place& place : s.places) place.label += R"(: 50 % of a_{b}^~#&$\)";
  for (const ExportedFile& file : export_files(target, s)) {
    std::filesystem::create_directories((folder / file.name).parent_path());
    std::ofstream(folder / file.name) << file.content;
  }
  write_values(folder, s.activation, start_values(s));
  write_far(folder, s.activation, 0, start_values(s));
  for (std::size_t place = 1; place < s.places.size(); ++place)
    write_far(folder, s.activation, place, s.places[place].theta);
  write_displayed(folder, s);
  std::ofstream(folder / "text.txt") << s.activation.text << "\n";
}

/// For the oracles, which say where, what for and how many random gradients.
TEST(Export, WritesFilesAndTheKernelsValuesForTheOracles) {
  const char* const given = std::getenv("ANTIGRAD_ORACLE_FOLDER");
  const char* const target = std::getenv("ANTIGRAD_ORACLE_TARGET");
  const char* const random = std::getenv("ANTIGRAD_ORACLE_RANDOM");
  const std::filesystem::path folder =
      given ? given : std::filesystem::temp_directory_path() / "antigrad_export_test";
  int written = 0;
  const auto write = [&](Subject s) {
    write_case(folder / fmt::format("{}_{}", written++, s.name), target ? target : "c", s);
  };
  for (const auto& a : zoo_activations()) write({.activation = a, .name = a.name});
  Subject cancels = subject("f: (1000 + tanh(x)) - 1000");
  cancels.name = "cancels";
  write(cancels);
  for (auto& a : random_activations(random ? std::atoi(random) : 2)) {
    a.name.clear();
    write({.activation = a, .name = fmt::format("random{}", written)});
  }
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    found += std::filesystem::exists(entry.path() / "values.txt") ? 1 : 0;
  EXPECT_EQ(found, written);
  if (!given) std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace antigrad::kernels
