// What the kernel tests run: activations (rows of the table, the zoo, random gradients), inputs,
// and a comparator whose tolerance grows with the largest value inside the expression.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kernels/half.hpp"
#include "kernels/interpreter.hpp"
#include "kernels/jit/llvm_jit.hpp"
#include "space/generate.hpp"
#include "space/random.hpp"
#include "space/zoo.hpp"

namespace antigrad::kernels {

inline space::Activation named(const std::string& text) {
  space::Activation a = space::parse_activation(text);
  a.name = text;
  return a;
}

/// Every primitive as f, and every one that integrates as g (the tails of sinc cannot be
/// certified).
inline std::vector<space::Activation> row_activations() {
  std::vector<space::Activation> all;
  for (const space::Primitive& p : space::primitives()) {
    if (p.core) continue;
    all.push_back(named(fmt::format("f: {}(x)", p.name)));
    if (p.search && p.name != "sinc") all.push_back(named(fmt::format("{}(x)", p.name)));
  }
  return all;
}

inline std::vector<space::Activation> zoo_activations() {
  std::vector<space::Activation> all;
  for (const space::ZooEntry& e : space::zoo())  // a gate's kernel is that of its activation
    if (e.kind != space::ZooEntry::Kind::gate) all.push_back(named(e.name));
  return all;
}

/// Integrals of random gradients, reproducible by their seed (in the name).
inline space::Activation random_activation(int seed) {
  space::Random random(static_cast<std::uint64_t>(seed));
  space::Activation a = space::integrate(space::random_gradient({}, random));
  a.name = fmt::format("{} (seed {})", a.text, seed);
  return a;
}
inline std::vector<space::Activation> random_activations(int count) {
  std::vector<space::Activation> all;
  for (int seed = 0; seed < count; ++seed) all.push_back(random_activation(seed));
  return all;
}

inline std::vector<space::Activation> all_activations() {
  auto all = row_activations();
  for (auto& a : zoo_activations()) all.push_back(a);
  for (auto& a : random_activations(200)) all.push_back(a);
  return all;
}

/// 0, -0, small and large numbers, a grid and normal deviates; n in all, every one a float.
inline std::vector<double> inputs(int n, std::uint64_t seed) {
  std::vector<double> x{0.0, -0.0, 1, -1, 1e-30, -1e-30, 1e-4, -1e-4, 20, -20, 0.5, -0.5};
  space::Random random(seed);
  for (int i = 0; static_cast<int>(x.size()) < n / 2; ++i) x.push_back(-8.03125 + 0.25 * (i % 64));
  while (static_cast<int>(x.size()) < n) x.push_back(2.5 * random.normal());
  x.resize(static_cast<std::size_t>(n));
  for (double& v : x) v = static_cast<double>(static_cast<float>(v));
  return x;
}

inline std::vector<double> starts(const space::Activation& a) {
  std::vector<double> theta;
  for (const auto& p : a.parameters) theta.push_back(static_cast<float>(p.start));
  return theta;
}

/// What a program gave: elementwise outputs one after the other, then the sums.
struct Result {
  std::vector<double> elements, sums;
};

/// A number as an element of type T, rounded, and back.
template <class T>
T element(double x) {
  if constexpr (std::is_floating_point_v<T>) return static_cast<T>(x);
  T stored;
  narrow(static_cast<float>(x), stored);
  return stored;
}
template <class T>
double number(T stored) {
  return static_cast<double>(widen(stored));
}

/// Runs a routine on columns of inputs with elements of type T; `shift` elements of padding put the
/// buffers off alignment.
template <class T>
Result run(const Routine& routine, const Program& p,
           const std::vector<std::vector<double>>& columns, const std::vector<double>& parameters,
           std::size_t shift = 0) {
  const std::size_t n = columns.front().size();
  std::vector<std::vector<T>> in,
      out(static_cast<std::size_t>(p.elementwise), std::vector<T>(n + shift));
  for (const auto& column : columns) {
    in.emplace_back(shift);
    for (const double x : column) in.back().push_back(element<T>(x));
  }
  std::vector<const void*> from;
  std::vector<void*> to;
  for (int k = 0; k < p.inputs; ++k) from.push_back(in[static_cast<std::size_t>(k)].data() + shift);
  for (auto& o : out) to.push_back(o.data() + shift);
  Result result;
  result.sums.resize(static_cast<std::size_t>(p.reductions));
  routine.run(from, to, static_cast<std::int64_t>(n), parameters, result.sums);
  for (const auto& o : out)
    for (std::size_t i = shift; i < o.size(); ++i) result.elements.push_back(number(o[i]));
  return result;
}

/// Largest finite magnitude of any node that reaches the outputs at one element (of a selection,
/// the branch taken): what rounding errors are relative to.
inline double magnitude(const Program& p, const std::vector<double>& vars,
                        const std::vector<double>& parameters) {
  space::Expr all = p.expr;
  all.outputs.clear();
  for (std::size_t i = 0; i < all.nodes.size(); ++i)
    all.outputs.push_back(static_cast<std::uint16_t>(i));
  std::vector<double> v(all.nodes.size());
  space::evaluate<double>(all, vars, parameters, v);
  std::vector<bool> reached(v.size());
  for (const auto o : p.expr.outputs) reached[o] = true;
  double largest = 0;
  for (std::size_t i = v.size(); i-- > 0;) {
    if (!reached[i]) continue;
    if (std::isfinite(v[i])) largest = std::max(largest, std::fabs(v[i]));
    const space::Node& n = all.nodes[i];
    const std::uint16_t operands[] = {n.a, n.b, n.c, n.d};
    const bool selects = n.op == space::Op::Less || n.op == space::Op::LessEqual;
    const bool first = selects && (n.op == space::Op::Less ? v[n.a] < v[n.b] : v[n.a] <= v[n.b]);
    for (int k = 0; k < space::primitive(n.op).arity; ++k)
      if (!selects || k != (first ? 3 : 2)) reached[operands[k]] = true;
  }
  return largest;
}

/// "" when `got` is `want` within `tolerance`; NaN agrees with NaN only, infinities with
/// themselves.
inline std::string difference(double got, double want, double tolerance) {
  if (std::isnan(got) && std::isnan(want)) return "";
  if (got == want || (std::isfinite(want) && std::fabs(got - want) <= tolerance)) return "";
  return fmt::format("got {} want {} (tolerance {})", got, want, tolerance);
}

constexpr double kFloatTolerance = 256 * 0x1p-24;  // times magnitude()

/// The three programs of an activation, by name.
struct NamedProgram {
  const char* name;
  Program program;
};
inline std::vector<NamedProgram> programs(const space::Activation& a) {
  return {{"forward", forward_program(a)},
          {"backward", backward_program(a)},
          {"double backward", double_backward_program(a)}};
}

/// x, gy, ggx and theta, ggtheta for a program of `a`.
struct Call {
  std::vector<std::vector<double>> columns;
  std::vector<double> parameters;
};
inline Call call_of(const space::Activation& a, const Program& p, int n, std::uint64_t seed) {
  Call call{{inputs(n, seed)}, starts(a)};
  space::Random random(seed + 1);
  for (int k = 1; k < p.inputs; ++k) {
    call.columns.emplace_back();
    for (int i = 0; i < n; ++i) call.columns.back().push_back(static_cast<float>(random.normal()));
  }
  while (static_cast<int>(call.parameters.size()) < p.parameters)
    call.parameters.push_back(static_cast<float>(random.normal()));
  return call;
}

/// First disagreement of two results of one call, as a line that can be pasted into a test; "" when
/// they agree.
inline std::string first_disagreement(const space::Activation& a, const NamedProgram& p,
                                      const Call& call, const Result& got, const Result& want) {
  const std::size_t n = call.columns.front().size();
  double total = 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<double> vars;
    for (const auto& column : call.columns) vars.push_back(column[i]);
    const double scale = magnitude(p.program, vars, call.parameters);
    total += scale;
    for (std::size_t k = 0; k < static_cast<std::size_t>(p.program.elementwise); ++k) {
      const auto text =
          difference(got.elements[k * n + i], want.elements[k * n + i], kFloatTolerance * scale);
      if (!text.empty())
        return fmt::format("{} of \"{}\" output {} at {}: {}", p.name, a.name, k,
                           fmt::join(vars, ", "), text);
    }
  }
  for (std::size_t k = 0; k < want.sums.size(); ++k) {
    const auto text = difference(got.sums[k], want.sums[k], kFloatTolerance / 8 * total);
    if (!text.empty()) return fmt::format("{} of \"{}\" sum {}: {}", p.name, a.name, k, text);
  }
  return "";
}

}  // namespace antigrad::kernels
