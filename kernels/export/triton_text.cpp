// Legend: tK values of a block, x, gy, ggx inputs, pK parameters, table0 a table refitted for
// float32: breaks, origins, then coefficients by power.
#include "kernels/export/triton_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/export/dialect.hpp"
#include "kernels/float_table.hpp"
#include "kernels/lower.hpp"
#include "kernels/program.hpp"
#include "space/text.hpp"

namespace antigrad::kernels {
namespace {

using space::Op;

constexpr Form kForms[] = {
    {Op::Add, "{0} + {1}"},
    {Op::Sub, "{0} - {1}"},
    {Op::Mul, "{0} * {1}"},
    {Op::Div, "tl.div_rn({0}, {1})", false},
    {Op::Neg, "-{0}"},
    {Op::Abs, "tl.abs({0})"},
    {Op::Sqrt, "tl.sqrt_rn({0})"},
    {Op::Min, "tl.where(({0} < {1}) | ({0} != {0}), {0}, {1})"},
    {Op::Max, "tl.where(({0} > {1}) | ({0} != {0}), {0}, {1})"},
    {Op::Less, "tl.where({0} < {1}, {2}, {3})"},
    {Op::LessEqual, "tl.where({0} <= {1}, {2}, {3})"},
    {Op::Fma, "fused({0}, {1}, {2})", false},
    {Op::CopySign, "with_sign({0}, {1})", false},
    {Op::Round, "rounded({0})"},
    {Op::Scale2, "scaled({0}, {1})", false},
    {Op::Exponent, "exponent({0})"},
};

constexpr Dialect kTriton{"    t{0} = {1}\n", kForms, python_float32, "(tl.zeros_like(x) + {0})"};

/// Square roots and quotients are rounded correctly, as on a processor.
constexpr const char* kOperations = R"py(
BLOCK = 1024
INTERPRETED = tl.constexpr(os.environ.get("TRITON_INTERPRET") == "1")


@triton.jit
def fused(a, b, c):
    if INTERPRETED:  # whose fma rounds the product
        return (a.to(tl.float64) * b.to(tl.float64) + c.to(tl.float64)).to(tl.float32)
    return tl.fma(a, b, c)


@triton.jit
def with_sign(a, b):
    bits = a.to(tl.int32, bitcast=True) & 0x7FFFFFFF
    sign = b.to(tl.int32, bitcast=True) & -0x80000000
    return (bits | sign).to(tl.float32, bitcast=True)


@triton.jit
def rounded(a):
    """To the nearest integer, ties to even."""
    r = (tl.abs(a) + 8388608.0) - 8388608.0
    return tl.where(tl.abs(a) < 8388608.0, with_sign(r, a), a)


@triton.jit
def power(n):
    return ((n + 127) << 23).to(tl.float32, bitcast=True)


@triton.jit
def scaled(a, n):
    """a 2^n in two steps, so that one rounding goes into the denormals."""
    whole = tl.minimum(tl.maximum(tl.where(n == n, n, 0.0), -252.0), 252.0).to(tl.int32)
    half = whole >> 1
    return tl.where(n == n, a * power(half) * power(whole - half), n)


@triton.jit
def exponent(a):
    return (((a.to(tl.int32, bitcast=True) >> 23) & 0xFF) - 127).to(tl.float32)

)py";

constexpr const char* kIntegral = R"py(
@triton.jit
def integral(x, table, SEGMENTS: tl.constexpr, DEGREE: tl.constexpr):
    s = tl.zeros_like(x).to(tl.int32)
    for k in range(SEGMENTS - 1):
        s += (x >= tl.load(table + k)).to(tl.int32)
    t = x - tl.load(table + SEGMENTS - 1 + s)
    y = tl.load(table + 2 * SEGMENTS - 1 + DEGREE * SEGMENTS + s)
    for k in range(DEGREE):
        y = fused(y, t, tl.load(table + 2 * SEGMENTS - 1 + (DEGREE - 1 - k) * SEGMENTS + s))
    return tl.where(x == x, y, x)


@functools.lru_cache(maxsize=None)
def table_on(device, k):
    return torch.tensor(FLOAT_TABLES[k], dtype=torch.float32, device=device)

)py";

constexpr const char* kLaunch = R"py(
def launch(kernel, inputs, theta, elementwise, reductions, tables):
    """Elements in the order of x's memory; the sums of the blocks are added in float64, in order."""
    like = torch.empty_like(inputs[0])
    inputs = [v if v.stride() == like.stride() else torch.empty_like(like, dtype=v.dtype).copy_(v) for v in inputs]
    outputs = [torch.empty_like(like) for _ in range(elementwise)]
    blocks = -(-like.numel() // BLOCK)
    sums = torch.empty(reductions, blocks, dtype=torch.float32, device=like.device)
    if blocks:
        with torch.cuda.device_of(like):
            kernel[(blocks,)](
                *inputs, *theta, *outputs, sums, like.numel(), *(table_on(like.device, k) for k in tables), BLOCK=BLOCK
            )
    return *outputs, *sums.sum(1, dtype=torch.float64)

)py";

constexpr const char* kInputs[] = {"x", "gy", "ggx"};

/// How often table k has segments and which degree: constants of the kernel's text.
std::string read(const FloatTable& table, std::size_t k, const std::string& operand) {
  return fmt::format("integral({}, table{}, {}, {})", operand, k, table.origins.size(),
                     table.coefficients.size() - 1);
}

std::string arguments(const char* prefix, int count, const char* suffix) {
  std::string out;
  for (int k = 0; k < count; ++k) out += fmt::format("{}{}{}, ", prefix, k, suffix);
  return out;
}

/// One kernel and the function that launches it. Every kernel gets all tables of the file.
std::string kernel(const std::string& name, const Program& program, const std::string& signature,
                   const std::string& theta, Tables& tables) {
  Leaves leaves;
  for (int k = 0; k < program.inputs; ++k) leaves.inputs.push_back(kInputs[k]);
  for (int k = 0; k < program.parameters; ++k) leaves.parameters.push_back(fmt::format("p{}", k));
  leaves.integral = [&](std::size_t k, const std::string& operand) {
    return read(make_float_table(*tables[k]), k, operand);
  };
  const Body body = write_body(lower(program.expr), kTriton, leaves, tables);
  std::string pointers, loads, stores, used;
  for (const auto& input : leaves.inputs) {
    pointers += input + "_pointer, ";
    loads += fmt::format(
        "    {0} = tl.load({0}_pointer + i, mask=mask, other=0.0).to(tl.float32)\n", input);
  }
  for (int k = 0; k < program.parameters; ++k)
    loads += fmt::format("    p{0} = tl.load(p{0}_pointer).to(tl.float32) + tl.zeros_like(x)\n", k);
  for (int k = 0; k < program.elementwise + program.reductions; ++k) {
    const std::string& value = body.results[static_cast<std::size_t>(k)];
    if (k < program.elementwise)
      stores += fmt::format(
          "    tl.store(out{0}_pointer + i, {1}.to(out{0}_pointer.dtype.element_ty), "
          "mask=mask)\n",
          k, value);
    else
      stores += fmt::format(
          "    tl.store(sums_pointer + {} * tl.num_programs(0) + tl.program_id(0), "
          "tl.sum(tl.where(mask, {}, 0.0), axis=0))\n",
          k - program.elementwise, value);
  }
  for (std::size_t k = 0; k < tables.size(); ++k) used += fmt::format("{}, ", k);
  return fmt::format(
      "\n@triton.jit\ndef {0}_kernel({1}{2}{3}sums_pointer, n, {4}BLOCK: tl.constexpr):\n"
      "    i = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)\n    mask = i < n\n"
      "{5}{6}{7}\n\ndef triton_{0}({8}):\n"
      "    return launch({0}_kernel, ({9},), {10}, {11}, {12}, ({13}))\n\n",
      name, pointers, arguments("p", program.parameters, "_pointer"),
      arguments("out", program.elementwise, "_pointer"),
      arguments("table", static_cast<int>(tables.size()), ""), loads, body.lines, stores, signature,
      fmt::join(leaves.inputs, ", "), theta, program.elementwise, program.reductions, used);
}

Tables tables_of(const std::vector<Program>& programs) {
  Tables tables;
  for (const Program& p : programs)
    for (const auto& t : p.expr.tables) index_of(t, tables);
  return tables;
}

std::string float_tables(const Tables& tables) {
  std::string out;
  for (const auto& t : tables) {
    const FloatTable f = make_float_table(*t);
    std::vector<double> all(f.breaks.begin(), f.breaks.end());
    all.insert(all.end(), f.origins.begin(), f.origins.end());
    for (const auto& column : f.coefficients) all.insert(all.end(), column.begin(), column.end());
    out += "    " + python_list(all) + ",\n";
  }
  return tables.empty() ? "" : fmt::format("FLOAT_TABLES = (\n{})\n", out);
}

}  // namespace

std::string triton_text(const Subject& subject, const std::string& indent) {
  const space::Activation a = trained(subject);
  const Thetas thetas = thetas_of(subject);
  std::vector<Program> programs;
  for (const MakeProgram make : {forward_program, backward_program, double_backward_program})
    programs.push_back(make(a, Precision::f32, thetas));
  Tables tables = tables_of(programs);
  return indented(kOperations + (tables.empty() ? "" : float_tables(tables) + kIntegral) + kLaunch +
                      kernel("forward", programs[0], "x, theta", "theta", tables) +
                      kernel("backward", programs[1], "x, gy, theta", "theta", tables) +
                      kernel("double_backward", programs[2], "x, gy, ggx, theta, ggtheta",
                             "(*theta, *ggtheta)", tables),
                  indent);
}

}  // namespace antigrad::kernels
