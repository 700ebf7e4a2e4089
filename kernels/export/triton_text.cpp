// Legend: tK values of a block, x, gy, ggx inputs, pK parameters, table0 a table: breaks, origins,
// then coefficients by power, in float32 refitted for that.
#include "kernels/export/triton_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "kernels/export/dialect.hpp"
#include "kernels/flatten.hpp"
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

constexpr Form kWideForms[] = {
    {Op::Add, "{0} + {1}"},
    {Op::Sub, "{0} - {1}"},
    {Op::Mul, "{0} * {1}"},
    {Op::Div, "{0} / {1}"},
    {Op::Neg, "-{0}"},
    {Op::Abs, "tl.abs({0})"},
    {Op::Sqrt, "tl.sqrt({0})"},
    {Op::Min, "tl.where(({0} < {1}) | ({0} != {0}), {0}, {1})"},
    {Op::Max, "tl.where(({0} > {1}) | ({0} != {0}), {0}, {1})"},
    {Op::Less, "tl.where({0} < {1}, {2}, {3})"},
    {Op::LessEqual, "tl.where({0} <= {1}, {2}, {3})"},
    {Op::CopySign, "with_sign({0}, {1})"},
    {Op::Exp, "tl.exp({0})"},
    {Op::Expm1, "expm1({0})"},
    {Op::Log1p, "log1p({0})"},
    {Op::Erf, "tl.erf({0})"},
    {Op::Erfc, "erfc({0})"},
    {Op::Tanh, "tanh({0})"},
    {Op::Atan, "atan({0})"},
    {Op::Sin, "tl.sin({0})"},
    {Op::Cos, "tl.cos({0})"},
};

constexpr const char* kHead = R"py(
BLOCK = 1024
INTERPRETED = tl.constexpr(os.environ.get("TRITON_INTERPRET") == "1")

)py";

/// Square roots and quotients are rounded correctly, as on a processor.
constexpr const char* kOperations = R"py(
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
def looked_up(x, table, SEGMENTS: tl.constexpr, DEGREE: tl.constexpr):
    s = tl.zeros_like(x).to(tl.int32)
    for k in range(SEGMENTS - 1):
        s += (x >= tl.load(table + k)).to(tl.int32)
    t = x - tl.load(table + SEGMENTS - 1 + s)
    y = tl.load(table + 2 * SEGMENTS - 1 + DEGREE * SEGMENTS + s)
    for k in range(DEGREE):
        y = fused(y, t, tl.load(table + 2 * SEGMENTS - 1 + (DEGREE - 1 - k) * SEGMENTS + s))
    return tl.where(x == x, y, x)

)py";

/// Of float64. Functions that the language lacks, within 1e-11 relative.
constexpr const char* kWideOperations = R"py(
@triton.jit
def fused(a, b, c):
    """A coefficient of 0 in front counts for nothing, at infinities either."""
    return tl.where(a == 0.0, c, a * b + c)


@triton.jit
def with_sign(a, b):
    bits = a.to(tl.int64, bitcast=True) & 0x7FFFFFFFFFFFFFFF
    sign = (b.to(tl.int64, bitcast=True) >> 63) << 63
    return (bits | sign).to(tl.float64, bitcast=True)


@triton.jit
def expm1(a):
    u = tl.exp(a)
    rest = u - 1.0
    y = rest * (a / tl.log(u))
    y = tl.where(rest == 0.0, a, tl.where(a < -40.0, rest, y))
    return tl.where(a > 40.0, u, y)


@triton.jit
def log1p(a):
    u = a + 1.0
    rest = u - 1.0
    y = tl.where(rest == 0.0, a, tl.log(u) * (a / rest))
    return tl.where(a > 1e18, tl.log(u), y)


@triton.jit
def tanh(a):
    t = expm1(-2.0 * tl.abs(a))
    return with_sign(t / (t + 2.0), a)


@triton.jit
def erfc(a):
    """From 3 on the continued fraction."""
    m = tl.where(a >= 3.0, a, 3.0)
    r, k = m, tl.full(a.shape, 8.0, tl.float64)
    for _ in range(16):
        r = m + k / r
        k = k - 0.5
    tail = tl.exp(-m * m) / (tl.full(a.shape, 1.772453850905516, tl.float64) * r)
    return tl.where(a >= 3.0, tail, 1.0 - tl.erf(a))


@triton.jit
def atan(a):
    """The series after 1/a where |a| > 1 and two halvings of the angle."""
    m = tl.abs(a)
    t = tl.where(m > 1.0, 1.0 / m, m)
    t = t / (1.0 + tl.sqrt(1.0 + t * t))
    t = t / (1.0 + tl.sqrt(1.0 + t * t))
    s, k = t * t, tl.full(a.shape, 25.0, tl.float64)
    y = 1.0 / k
    for _ in range(12):
        k = k - 2.0
        y = 1.0 / k - s * y
    y = 4.0 * t * y
    return with_sign(tl.where(m > 1.0, tl.full(a.shape, 1.5707963267948966, tl.float64) - y, y), a)

)py";

/// {0}: the type.
constexpr const char* kTables = R"py(
@functools.lru_cache(maxsize=None)
def table_on(device, k):
    return torch.tensor(TABLES[k], dtype=torch.{0}, device=device)

)py";

/// {0}: the type.
constexpr const char* kLaunch = R"py(
def launch(kernel, inputs, theta, elementwise, reductions, tables):
    """Elements in the order of x's memory; the sums of the blocks are added in float64, in order."""
    like = torch.empty_like(inputs[0])
    inputs = [v if v.stride() == like.stride() else torch.empty_like(like, dtype=v.dtype).copy_(v) for v in inputs]
    outputs = [torch.empty_like(like) for _ in range(elementwise)]
    blocks = -(-like.numel() // BLOCK)
    sums = torch.empty(reductions, blocks, dtype=torch.{0}, device=like.device)
    if blocks:
        with torch.cuda.device_of(like):
            kernel[(blocks,)](
                *inputs, *theta, *outputs, sums, like.numel(), *(table_on(like.device, k) for k in tables), BLOCK=BLOCK
            )
    return *outputs, *sums.sum(1, dtype=torch.float64)

)py";

constexpr const char* kInputs[] = {"x", "gy", "ggx"};

/// What the kernels of a file compute in.
struct Computing {
  const char* type;
  Precision precision;
  space::Expr (*written)(const space::Expr&);
  Dialect dialect;
  const char* operations;
};

space::Expr lowered(const space::Expr& e) { return lower(e); }

const Computing kNarrow{
    "float32", Precision::f32, lowered,
    Dialect{"    t{0} = {1}\n", kForms, python_float32, "(tl.zeros_like(x) + {0})"}, kOperations};

/// Every number is a block of float64: a bare one would be float32 first.
const Computing kWide{
    "float64", Precision::f64, flatten,
    Dialect{"    t{0} = {1}\n", kWideForms, python_number, "tl.full(x.shape, {0}, tl.float64)"},
    kWideOperations};

/// A table as kIntegral reads it.
struct Segments {
  std::vector<double> breaks, origins;
  std::vector<std::vector<double>> powers;  // of each power one coefficient a segment
};

/// With its tails as the first and the last segment.
Segments wide_segments(const space::Table& table) {
  auto rows = table.coefficients();
  rows.insert(rows.begin(), table.left_tail());
  rows.push_back(table.right_tail());
  Segments all{table.breaks(), table.origins(), {}};
  all.origins.insert(all.origins.begin(), 0);
  all.origins.push_back(0);
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.size());
  all.powers.resize(width);
  for (auto& row : rows) {
    row.resize(width);
    for (std::size_t i = 0; i < width; ++i) all.powers[i].push_back(row[i]);
  }
  return all;
}

Segments segments_of(const space::Table& table, const Computing& computing) {
  if (computing.precision == Precision::f64) return wide_segments(table);
  const FloatTable f = make_float_table(table);
  Segments all{{f.breaks.begin(), f.breaks.end()}, {f.origins.begin(), f.origins.end()}, {}};
  for (const auto& power : f.coefficients) all.powers.emplace_back(power.begin(), power.end());
  return all;
}

/// How often table k has segments and which degree: constants of the kernel's text.
std::string read(const Segments& table, std::size_t k, const std::string& operand) {
  return fmt::format("looked_up({}, table{}, {}, {})", operand, k, table.origins.size(),
                     table.powers.size() - 1);
}

std::string arguments(const char* prefix, int count, const char* suffix) {
  std::string out;
  for (int k = 0; k < count; ++k) out += fmt::format("{}{}{}, ", prefix, k, suffix);
  return out;
}

/// One kernel and the function that launches it. Every kernel gets all tables of the file.
std::string kernel(const std::string& name, const Program& program, const std::string& signature,
                   const std::string& theta, const Computing& computing, Tables& tables) {
  Leaves leaves;
  for (int k = 0; k < program.inputs; ++k) leaves.inputs.push_back(kInputs[k]);
  for (int k = 0; k < program.parameters; ++k) leaves.parameters.push_back(fmt::format("p{}", k));
  leaves.integral = [&](std::size_t k, const std::string& operand) {
    return read(segments_of(*tables[k], computing), k, operand);
  };
  const Body body = write_body(computing.written(program.expr), computing.dialect, leaves, tables);
  std::string pointers, loads, stores, used;
  for (const auto& input : leaves.inputs) {
    pointers += input + "_pointer, ";
    loads += fmt::format("    {0} = tl.load({0}_pointer + i, mask=mask, other=0.0).to(tl.{1})\n",
                         input, computing.type);
  }
  for (int k = 0; k < program.parameters; ++k)
    loads += fmt::format("    p{0} = tl.load(p{0}_pointer).to(tl.{1}) + tl.zeros_like(x)\n", k,
                         computing.type);
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

std::string tables_text(const Tables& tables, const Computing& computing) {
  if (tables.empty()) return "";
  std::string out;
  for (const auto& t : tables) {
    const Segments segments = segments_of(*t, computing);
    std::vector<double> all = segments.breaks;
    all.insert(all.end(), segments.origins.begin(), segments.origins.end());
    for (const auto& power : segments.powers) all.insert(all.end(), power.begin(), power.end());
    out += "    " + python_list(all) + ",\n";
  }
  return fmt::format("TABLES = (\n{})\n", out) + kIntegral +
         fmt::format(fmt::runtime(kTables), computing.type);
}

}  // namespace

std::string triton_text(const Subject& subject, const std::string& indent) {
  const Computing& computing = lowered_needs_double(subject) ? kWide : kNarrow;
  const space::Activation a = trained(subject);
  const Thetas thetas = thetas_of(subject);
  std::vector<Program> programs;
  for (const MakeProgram make : {forward_program, backward_program, double_backward_program})
    programs.push_back(make(a, computing.precision, thetas));
  Tables tables = tables_of(programs);
  return indented(std::string(kHead) + computing.operations + tables_text(tables, computing) +
                      fmt::format(fmt::runtime(kLaunch), computing.type) +
                      kernel("forward", programs[0], "x, theta", "theta", computing, tables) +
                      kernel("backward", programs[1], "x, gy, theta", "theta", computing, tables) +
                      kernel("double_backward", programs[2], "x, gy, ggx, theta, ggtheta",
                             "(*theta, *ggtheta)", computing, tables),
                  indent);
}

}  // namespace antigrad::kernels
