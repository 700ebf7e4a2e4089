// Legend: tK values, x, gy, ggx inputs, pK parameters, integral(TABLE0, t) a tabulated
// antiderivative: refitted for float32, the full one in float64.
#include "kernels/export/jax.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/export/dialect.hpp"
#include "kernels/export/python_text.hpp"
#include "kernels/float_table.hpp"
#include "kernels/program.hpp"
#include "space/table.hpp"
#include "space/text.hpp"

namespace antigrad::kernels {
namespace {

using space::Op;

constexpr Form kForms[] = {
    {Op::Add, "{0} + {1}"},
    {Op::Sub, "{0} - {1}"},
    {Op::Mul, "{0} * {1}"},
    {Op::Div, "{0} / {1}"},
    {Op::Neg, "-{0}"},
    {Op::Abs, "jnp.abs({0})"},
    {Op::Sqrt, "jnp.sqrt({0})"},
    {Op::Min, "jnp.minimum({0}, {1})"},
    {Op::Max, "jnp.maximum({0}, {1})"},
    {Op::Less, "jnp.where({0} < {1}, {2}, {3})"},
    {Op::LessEqual, "jnp.where({0} <= {1}, {2}, {3})"},
    {Op::CopySign, "jnp.copysign({0}, {1})"},
    {Op::Exp, "jnp.exp({0})"},
    {Op::Expm1, "jnp.expm1({0})"},
    {Op::Log1p, "jnp.log1p({0})"},
    {Op::Erf, "lax.erf({0})"},
    {Op::Erfc, "lax.erfc({0})"},
    {Op::Tanh, "jnp.tanh({0})"},
    {Op::Atan, "jnp.arctan({0})"},
    {Op::Sin, "jnp.sin({0})"},
    {Op::Cos, "jnp.cos({0})"},
};

constexpr Dialect kJax{"    t{0} = {1}\n", kForms, python_number, "jnp.asarray({0}, x.dtype)"};

constexpr const char* kIntegral = R"py(
def integral(table, x):
    """A tabulated antiderivative: piecewise polynomials between the breaks, polynomial tails."""
    first, last, left, right, *fits = table
    breaks, origins, coefficients = (jnp.asarray(part, x.dtype) for part in fits[x.dtype == jnp.float64])
    segment = jnp.searchsorted(breaks, jax.lax.stop_gradient(x), side="right")
    y = horner([column[segment] for column in coefficients], x - origins[segment])
    y = jnp.where(x < first, horner(left, x), y)
    y = jnp.where(x > last, horner(right, x), y)
    return jnp.where(x == x, y, x)


def horner(coefficients, t):
    y = coefficients[-1] + jnp.zeros_like(t)
    for c in reversed(coefficients[:-1]):
        y = y * t + c
    return y

)py";

/// {0}: the name, {1}: p0, p1 after a comma, {2}: what x computes in, {3}: docstring, {4}, {5}: of
/// a gate, {6}: why it computes in that, {7}: the parameters converted, {8}: as a list.
constexpr const char* kFunctions = R"py(
def wide(x):
    """{6}"""
    return {2}


@jax.custom_vjp
def apply(x{1}):
    (y,) = forward_program(wide(x){7})
    return y.astype(x.dtype)


def apply_forward(x{1}):
    return apply(x{1}), (x{1},)


def apply_backward(saved, gy):
    return gradient(saved[0], gy, *saved[1:])


@jax.custom_vjp
def gradient(x, gy{1}):
    """gy f' and, for each parameter, the sum of gy df/dtheta; differentiable once more."""
    u = wide(x)
    gx, *gtheta = backward_program(u, gy.astype(u.dtype){7})
    return gx.astype(x.dtype), *(g.astype(p.dtype) for g, p in zip(gtheta, ({8})))


def gradient_forward(x, gy{1}):
    return gradient(x, gy{1}), (x, gy{1})


def gradient_backward(saved, cotangents):
    x, gy, *theta = saved
    u = wide(x)
    rest = [c.astype(u.dtype) for c in (gy, cotangents[0], *theta, *cotangents[1:])]
    dgy, dx, *dtheta = double_backward_program(u, *rest)
    return dx.astype(x.dtype), dgy.astype(gy.dtype), *(d.astype(p.dtype) for d, p in zip(dtheta, theta))


apply.defvjp(apply_forward, apply_backward)
gradient.defvjp(gradient_forward, gradient_backward)


def {0}(x{4}, theta=PLACES[0]):
    """{3}"""
    x = jnp.asarray(x)
    dtype = jnp.promote_types(x.dtype, jnp.float32)
    return apply(x, *(jnp.asarray(p, dtype) for p in theta)){5}

)py";

/// {0}: the name, {1}: what is tested at every place, {2}: its samples.
constexpr const char* kTest = R"py(

def worst(got, want):
    return max((abs(float(g) - w) / max(1.0, abs(w)) for g, w in zip(got, want)), default=0.0)


def self_test():
    """The values in SAMPLES; jit, vmap; second derivatives against differences of the first."""
    f = lambda x, theta: apply(x, *theta)
{1}    slope = jax.grad(lambda v, t: f(v, t).sum())
    assert worst(jax.vmap(slope, (0, None))(x, theta) * gy, {2}["gx"]) <= limit
    assert worst(jax.vmap(f, (0, None))(x, theta), {2}["y"]) <= limit
    second = jax.jit(jax.vmap(jax.grad(slope), (0, None)))(x, theta)
    h = 2.0**-6
    want = (slope(x + h, theta) - slope(x - h, theta)) / (2 * h)
    smooth = jnp.abs(slope(x + h, theta) + slope(x - h, theta) - 2 * slope(x, theta)) < 1e-3
    assert bool(jnp.all(jnp.where(smooth, jnp.abs(second - want) <= 1e-2 * (1 + jnp.abs(want)), True))), second - want
    print("{0}: values, jit, vmap and second derivatives pass")


if __name__ == "__main__":
    self_test()
)py";

/// {0}: the tolerance, {1}: a place, {2}: its samples.
constexpr const char* kTestAtPlace =
    R"py(    theta = tuple(jnp.asarray(v, jnp.float32) for v in PLACES[{1}])
    x, gy = (jnp.asarray({2}[k], jnp.float32) for k in ("x", "gy"))
    y, pull = jax.vjp(jax.jit(f), x, theta)
    gx, gtheta = pull(gy)
    limit = {0}
    assert worst(y, {2}["y"]) <= limit, worst(y, {2}["y"])
    assert worst(gx, {2}["gx"]) <= limit, worst(gx, {2}["gx"])
    assert worst(gtheta, {2}["gtheta"]) <= 10 * limit, (gtheta, {2}["gtheta"])
)py";

/// Breaks between segments, origins, and a row of coefficients for each power.
template <class Rows>
std::string fit_text(std::span<const double> breaks, std::span<const double> origins,
                     const Rows& powers) {
  std::string rows;
  for (const auto& row : powers)
    rows +=
        fmt::format("            {},\n", python_list(std::vector<double>(row.begin(), row.end())));
  return fmt::format("    (\n        {},\n        {},\n        [\n{}        ],\n    ),\n",
                     python_list(breaks), python_list(origins), rows);
}

std::string table_text(std::size_t index, const space::Table& t) {
  std::size_t width = 0;
  for (const auto& c : t.coefficients()) width = std::max(width, c.size());
  std::vector<std::vector<double>> powers(width, std::vector<double>(t.coefficients().size()));
  for (std::size_t i = 0; i < t.coefficients().size(); ++i)
    for (std::size_t k = 0; k < t.coefficients()[i].size(); ++k)
      powers[k][i] = t.coefficients()[i][k];
  const FloatTable f = make_float_table(t);
  const auto wide = [](const std::vector<float>& v) {
    return std::vector<double>(v.begin(), v.end());
  };
  return fmt::format(
      "\nTABLE{} = (\n    {},\n    {},\n    {},\n    {},\n{}{})\n", index,
      python_number(t.breaks().front()), python_number(t.breaks().back()),
      python_list(trimmed(t.left_tail())), python_list(trimmed(t.right_tail())),
      fit_text(wide(f.breaks), wide(f.origins), f.coefficients),
      fit_text(std::span(t.breaks()).subspan(1, t.breaks().size() - 2), t.origins(), powers));
}

std::string programs_text(const Subject& subject) {
  Tables tables;
  const std::string text = python_programs(
      subject, false, "jnp.float64", [&](const std::string& name, const Program& p) {
        return python_function(name, p, kJax, "jnp.broadcast_to({}, x.shape)", "TABLE", tables);
      });
  std::string before = tables.empty() ? "" : kIntegral;
  for (std::size_t k = 0; k < tables.size(); ++k) before += table_text(k, *tables[k]);
  return before + text;
}

/// What a training has to keep to.
std::string domains_text(const Subject& subject) {
  const auto& parameters = subject.activation.parameters;
  std::vector<std::string> all;
  for (const auto& p : parameters)
    all.push_back(fmt::format("{} in {}", p.name, space::to_string(p.domain, parameters)));
  return all.empty() ? "" : fmt::format(" theta: {}.", fmt::join(all, ", "));
}

std::string functions_text(const Subject& subject) {
  std::string plain, cast, list;
  for (std::size_t k = 0; k < subject.activation.parameters.size(); ++k) {
    plain += fmt::format(", p{}", k);
    cast += fmt::format(", p{}.astype(wide(x).dtype)", k);
    list += fmt::format("p{}, ", k);
  }
  const bool twice = needs_double(subject);
  const GateText gate = gate_text(subject);
  return fmt::format(
      fmt::runtime(kFunctions), identifier(subject), plain,
      twice ? "x.astype(jnp.float64 if jax.config.jax_enable_x64 else jnp.float32)"
            : "x.astype(jnp.promote_types(x.dtype, jnp.float32))",
      (subject.activation.gate ? "f(x) * v." : "Elementwise; any shape.") + domains_text(subject),
      gate.argument, gate.factor,
      twice ? "Its terms cancel: with jax_enable_x64 it computes in float64."
            : "Half precision computes in float32.",
      cast, list);
}

}  // namespace

std::vector<ExportedFile> jax_files(const Subject& subject) {
  const PythonTest test = python_test(subject);
  return {{subject.name + "_jax.py",
           python_docstring("An activation function for JAX.", headlines(subject),
                            "Run this file to check it.") +
               "\nimport jax\nimport jax.numpy as jnp\nfrom jax import lax\n\n" +
               python_places(subject) + "\n" + programs_text(subject) + functions_text(subject) +
               "\n" + python_samples(subject) +
               fmt::format(fmt::runtime(kTest), identifier(subject),
                           test.at_every_place(fmt::format(
                               fmt::runtime(kTestAtPlace),
                               needs_double(subject) ? "1e-6 if jax.config.jax_enable_x64 else 1e-4"
                                                     : "1e-6",
                               test.place, test.samples)),
                           test.samples)}};
}

}  // namespace antigrad::kernels
