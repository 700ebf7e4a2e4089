// The text of every activation's CUDA kernels, run on this processor, against float64.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>

#include "kernels/cuda/source.hpp"
#include "tests/kernels/accuracy.hpp"
#include "tests/kernels/cases.hpp"
#include "tests/kernels/cuda_buffer.hpp"
#include "tests/kernels/cuda_host.hpp"

namespace antigrad::kernels {
namespace {

// --- The reference: every output and every sum's term at kPeriod points, in float64.

constexpr std::size_t kPeriod = 521;  // inputs repeat; a prime, so that groups differ
constexpr int kChannels = 3;          // sets of parameters

struct Points {
  std::vector<std::vector<double>> columns;              // by input
  std::vector<std::vector<double>> parameters;           // by channel: theta, then ggtheta
  std::vector<std::vector<std::vector<double>>> values;  // by channel, output, point
  std::vector<std::vector<double>> scale;                // by channel, point: magnitude()
};

std::vector<std::vector<double>> parameter_sets(const space::Activation& a, const Program& p,
                                                std::uint64_t seed) {
  std::vector<std::vector<double>> sets;
  space::Random random(seed);
  for (int channel = 0; channel < kChannels; ++channel) {
    std::vector<double> theta = starts(a);
    if (channel > 0)
      for (std::size_t k = 0; k < theta.size(); ++k) {
        const double moved = static_cast<float>(theta[k] * (1 + 0.0625 * channel));
        const double before = std::exchange(theta[k], moved);
        if (!space::inside(a.parameters, theta, k)) theta[k] = before;
      }
    while (static_cast<int>(theta.size()) < p.parameters)
      theta.push_back(static_cast<float>(random.normal()));
    sets.push_back(std::move(theta));
  }
  return sets;
}

std::vector<std::vector<double>> ordinary_inputs(const Program& p) {
  std::vector<std::vector<double>> columns;
  for (int k = 0; k < p.inputs; ++k) {
    columns.push_back(inputs(static_cast<int>(kPeriod), 5 + static_cast<std::uint64_t>(k)));
    for (double& v : columns.back()) v = rounded(v);
  }
  return columns;
}

/// NaN, infinities and zeros among ordinary numbers; the other inputs are 1.
std::vector<std::vector<double>> special_inputs(const Program& p) {
  constexpr double kInf = std::numeric_limits<double>::infinity(),
                   kNaN = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::vector<double>> columns{{kNaN, 1, kInf, -0.0, -kInf, 0, -1, kNaN, 0.5}};
  while (columns.size() < static_cast<std::size_t>(p.inputs))
    columns.emplace_back(columns[0].size(), 1.0);
  return columns;
}

Points reference(const space::Activation& a, const Program& p, int channels,
                 std::vector<std::vector<double>> columns) {
  Points points;
  points.parameters = parameter_sets(a, p, 11);
  points.columns = std::move(columns);
  std::vector<double> at(p.expr.outputs.size());
  for (int c = 0; c < channels; ++c) {
    const auto& parameters = points.parameters[static_cast<std::size_t>(c)];
    points.values.emplace_back(at.size());
    points.scale.emplace_back();
    for (std::size_t i = 0; i < points.columns[0].size(); ++i) {
      std::vector<double> vars;
      for (const auto& column : points.columns) vars.push_back(column[i]);
      space::evaluate<double>(p.expr, vars, parameters, at);
      for (std::size_t k = 0; k < at.size(); ++k) points.values.back()[k].push_back(at[k]);
      points.scale.back().push_back(magnitude(p, vars, parameters));
    }
  }
  return points;
}

/// What an element's rounding may add: float32 arithmetic over `scale`; in the near types the near
/// functions, and half a unit of the result.
double allowance(Type type, double want, double scale) {
  if (type == Type::f32) return kFloatTolerance * scale;
  return 0x1p-14 * scale + 0.501 * unit_of(type, want);
}

// --- One kernel, in one setting.

struct Case {
  const space::Activation* activation;
  Pass pass;
  CudaOptions options;
  Program program;
};

struct Setting {
  Layout layout;
  std::vector<std::size_t> shifts;  // by buffer, repeated
  unsigned fewer = 1;
  long long lanes = 0;  // virtual blocks, in the place of the plan's
};

struct Outcome {
  std::vector<std::string> contents;
  std::vector<std::vector<double>> outputs;
  std::vector<float> sums;
};

Outcome run(const CudaHost& host, const Case& c, const Points& points, const Setting& setting) {
  const auto n = static_cast<std::size_t>(setting.layout.n);
  const auto channels = static_cast<std::size_t>(setting.layout.channels);
  std::vector<Buffer> in, out;
  std::size_t buffers = 0;
  const auto shift = [&] { return setting.shifts[buffers++ % setting.shifts.size()]; };
  for (const auto& column : points.columns) {
    in.emplace_back(c.options.type, n, shift());
    in.back().fill(column);
  }
  for (int k = 0; k < c.program.elementwise; ++k) out.emplace_back(c.options.type, n, shift());
  std::vector<const void*> from;
  std::vector<void*> to;
  for (auto& b : in) from.push_back(b.data());
  for (auto& b : out) to.push_back(b.data());
  const std::size_t own = c.activation->parameters.size();
  std::vector<float> theta(own * channels), ggtheta(own * channels);
  for (std::size_t channel = 0; channel < channels; ++channel)
    for (std::size_t k = 0; k < own; ++k) {
      const auto& set = points.parameters[channel];
      theta[k * channels + channel] = static_cast<float>(set[k]);
      if (set.size() > own) ggtheta[k * channels + channel] = static_cast<float>(set[own + k]);
    }
  const KernelShape shape = shape_of(*c.activation, c.pass, c.options);
  Plan plan = plan_of(shape, setting.layout, 4);
  if (setting.lanes > 0)
    plan.extent.lanes = plan.rows = plan.blocks = static_cast<unsigned>(setting.lanes);
  Outcome outcome;
  outcome.sums.assign(own * channels, -1);
  std::vector<float> workspace(plan.workspace, std::numeric_limits<float>::quiet_NaN());
  run_pass(shape, plan,
           {from, to, theta.data(), ggtheta.data(), outcome.sums.data(), workspace.data()},
           host.launch(c.options.prefix, setting.fewer));
  for (const auto& b : out) {
    EXPECT_TRUE(b.guarded()) << "wrote outside its buffer";
    outcome.contents.push_back(b.content());
    outcome.outputs.emplace_back();
    for (std::size_t i = 0; i < n; ++i) outcome.outputs.back().push_back(b[i]);
  }
  for (const auto& b : in) EXPECT_TRUE(b.guarded());
  return outcome;
}

/// First disagreement with float64; "" when there is none.
std::string disagreement(const Case& c, const Points& points, const Setting& setting,
                         const Outcome& got) {
  const auto channels = static_cast<std::size_t>(setting.layout.channels);
  const auto elementwise = static_cast<std::size_t>(c.program.elementwise);
  std::vector<double> want_sums(got.sums.size()), terms(got.sums.size()), slack(got.sums.size());
  for (std::size_t i = 0; i < static_cast<std::size_t>(setting.layout.n); ++i) {
    const std::size_t channel = i / static_cast<std::size_t>(setting.layout.inner) % channels;
    const std::size_t at = i % points.columns[0].size();
    const double scale = points.scale[channel][at];
    for (std::size_t k = 0; k < elementwise; ++k) {
      const double want = points.values[channel][k][at];
      if (std::fabs(want) > largest_of(c.options.type) && std::isinf(got.outputs[k][i])) continue;
      const auto text = difference(got.outputs[k][i], want, allowance(c.options.type, want, scale));
      if (!text.empty())
        return fmt::format("output {} at element {} (point {}): {}", k, i, at, text);
    }
    for (std::size_t k = 0; k < static_cast<std::size_t>(c.program.reductions); ++k) {
      const double term = points.values[channel][elementwise + k][at];
      want_sums[k * channels + channel] += term;
      terms[k * channels + channel] += std::fabs(term);
      slack[k * channels + channel] +=
          (c.options.type == Type::f32 ? kFloatTolerance / 8 : 0x1p-16) * scale;
    }
  }
  // A thread adds at most n / 4 terms one by one, the tree 5 + 8 levels; the second stage is exact.
  const double rounding = 0x1p-24 * (static_cast<double>(setting.layout.n) / 256 + 32);
  for (std::size_t s = 0; s < got.sums.size(); ++s) {
    const auto text = difference(static_cast<double>(got.sums[s]), want_sums[s],
                                 rounding * terms[s] + slack[s] + 1e-30);
    if (!text.empty() && c.program.reductions > 0) return fmt::format("sum {}: {}", s, text);
  }
  return "";
}

std::string title(const Case& c, const Setting& s) {
  return fmt::format("{} of \"{}\" {}, n = {}, {} channels of {}, shifts {}, blocks / {}",
                     to_string(c.pass), c.activation->name, name_of(c.options.type), s.layout.n,
                     s.layout.channels, s.layout.inner, fmt::join(s.shifts, " "), s.fewer);
}

// --- The zoo.

constexpr Pass kPlain[] = {Pass::forward, Pass::backward, Pass::double_backward};
constexpr Pass kGated[] = {Pass::gated_forward, Pass::gated_backward};

/// Texts of all activations under test, compiled once, and their cases.
struct Suite {
  std::vector<space::Activation> activations;
  CudaHost host;
  std::vector<Case> cases;
  std::string failure;

  void add(const space::Activation& a, std::span<const Pass> passes, CudaOptions options) {
    options.prefix = fmt::format("k{}_", cases.size());
    host.add(options.prefix, cuda_source(a, passes, options));
    for (const Pass pass : passes) cases.push_back({&a, pass, options, program_of(a, pass)});
  }
};

std::vector<space::Activation> tested() {
  auto all = zoo_activations();
  for (const char* tabulated : {"x*softplus(x)", "[a = 0.5] a*x*tanh(x) | 0 | softplus(x)"})
    all.push_back(named(tabulated));
  return all;
}

std::uint32_t bits(float x) { return std::bit_cast<std::uint32_t>(x); }

using MakeInputs = std::vector<std::vector<double>> (*)(const Program&);

void expect_agreement(const Suite& suite, std::span<const Setting> settings,
                      MakeInputs inputs_of_case = ordinary_inputs) {
  std::map<std::pair<const space::Activation*, Pass>, Points> known;
  int compared = 0;
  for (const Case& c : suite.cases) {
    const int channels = c.options.sharing == Sharing::channel ? kChannels : 1;
    auto& points = known[{c.activation, c.pass}];
    if (points.values.empty())
      points = reference(*c.activation, c.program, channels, inputs_of_case(c.program));
    std::map<std::pair<long long, long long>, Outcome> first;
    for (const Setting& s : settings) {
      const Outcome got = run(suite.host, c, points, s);
      ++compared;
      ASSERT_EQ(disagreement(c, points, s, got), "") << title(c, s);
      const auto [at, is_first] = first.try_emplace({s.layout.n, s.layout.inner}, got);
      if (is_first) continue;
      ASSERT_EQ(got.contents, at->second.contents) << title(c, s) << ": not the same bits";
      ASSERT_TRUE(std::ranges::equal(got.sums, at->second.sums, {}, bits, bits))
          << title(c, s) << ": not the same bits";
    }
  }
  EXPECT_GT(compared, 0);
  fmt::print("{} kernels in {} launches agree with float64\n", suite.cases.size(), compared);
}

/// Skips the test without a compiler.
#define COMPILE(SUITE)                                                                         \
  if (std::system("c++ --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "needs c++ in $PATH"; \
  ASSERT_EQ((SUITE).host.compile(), "")

TEST(CudaSemantics, EveryActivationAgreesWithFloat64) {
  Suite suite;
  suite.activations = tested();
  for (std::size_t i = 0; i < suite.activations.size(); ++i)
    for (const Type type : kTypes) {
      const auto& a = suite.activations[i];
      const bool near = i % 6 == 0 ? type == Type::bf16 : i % 6 == 3 && type == Type::f16;
      if (full() || type == Type::f32 || near)
        suite.add(a, kPlain, {type, Sharing::layer, "", true});
      if (a.name == "silu" || a.name == "xielu" || a.name == "gelu")
        suite.add(a, kGated, {type, Sharing::layer, "", true});
    }
  COMPILE(suite);
  const Setting settings[] = {
      {{0}, {0}},           {{1}, {0}},    {{31}, {0}},      {{31}, {1}},
      {{1000}, {0}},        {{1000}, {3}}, {{4097}, {0}, 1}, {{4097}, {1, 0, 0}, 3},
      {{4097}, {0, 2}, 100}};
  expect_agreement(suite, settings);
  const Setting special[] = {{{27}, {0}}, {{27}, {1}}};
  expect_agreement(suite, special, special_inputs);
}

TEST(CudaSemantics, LargeTensorsTakeSeveralRounds) {
  Suite suite;
  suite.activations = {named("xielu")};
  for (const Type type : kTypes)
    suite.add(suite.activations[0], kPlain, {type, Sharing::layer, "", true});
  COMPILE(suite);
  const Setting settings[] = {{{30011}, {0}, 1, 3}, {{30011}, {1}, 2, 3}};
  expect_agreement(suite, settings);
}

TEST(CudaSemantics, ParametersByChannelAgreeWithFloat64) {
  Suite suite;
  suite.activations = tested();
  for (const auto& a : suite.activations)
    if (!a.parameters.empty() || a.name == "gelu")
      for (const Type type : kTypes)
        if (type == Type::f32 || a.name == "xielu" || full())
          suite.add(a, kPlain, {type, Sharing::channel, "", true});
  for (const auto& a : suite.activations)
    if (a.name == "xielu") suite.add(a, kGated, {Type::bf16, Sharing::channel, "", true});
  COMPILE(suite);
  const Setting settings[] = {{{0, 3, 5}, {0}},
                              {{3 * 700, 3, 1}, {0}},  // channels_last
                              {{3 * 700, 3, 1}, {1, 2}, 2},
                              {{3 * 16 * 20, 3, 16}, {0}},  // NCHW, whole groups
                              {{3 * 16 * 20, 3, 16}, {1}, 9},
                              {{3 * 7 * 33, 3, 7}, {0}},  // NCHW, odd
                              {{3 * 7 * 33, 3, 7}, {3, 0}, 2}};
  expect_agreement(suite, settings);
}

}  // namespace
}  // namespace antigrad::kernels
