// Legend: tK values, x, gy, ggx inputs, pK parameters (0-dimensional tensors), number(c, x) a
// constant like x, integral(table0, t) a tabulated antiderivative. Arithmetic is the rows' formulas
// with torch's functions, which keep their digits where naive ones lose them (expm1, log1p, erfc).
#include "kernels/export/torch.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "kernels/export/dialect.hpp"
#include "kernels/export/python_text.hpp"
#include "kernels/export/torch_parameters.hpp"
#include "kernels/export/triton_text.hpp"
#include "kernels/program.hpp"
#include "space/error.hpp"
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
    {Op::Abs, "torch.abs({0})"},
    {Op::Sqrt, "torch.sqrt({0})"},
    {Op::Min, "torch.minimum({0}, {1})", false},
    {Op::Max, "torch.maximum({0}, {1})", false},
    {Op::Less, "torch.where({0} < {1}, {2}, {3})"},
    {Op::LessEqual, "torch.where({0} <= {1}, {2}, {3})"},
    {Op::CopySign, "torch.copysign({0}, {1})", false},
    {Op::Exp, "torch.exp({0})"},
    {Op::Expm1, "torch.expm1({0})"},
    {Op::Log1p, "torch.log1p({0})"},
    {Op::Erf, "erf({0})"},
    {Op::Erfc, "torch.erfc({0})"},
    {Op::Tanh, "torch.tanh({0})"},
    {Op::Atan, "torch.atan({0})"},
    {Op::Sin, "torch.sin({0})"},
    {Op::Cos, "torch.cos({0})"},
};

constexpr Dialect kTorch{"    t{0} = {1}\n", kForms, python_number, "number({0}, x)"};

constexpr const char* kImports = R"py(
import os

import torch

try:
    import functools

    import triton
    import triton.language as tl
except ImportError:
    triton = None


def number(value, like):
    return torch.full((), value, dtype=like.dtype, device=like.device)

)py";

constexpr const char* kErf = R"py(
# 2 / sqrt(pi) (-1)^n / (n! (2 n + 1)), the highest first.
ERF_SERIES = (
    -1.2290555301717926e-09, 1.4807192815879218e-08, -1.6365844691234924e-07, 1.6462114365889246e-06,
    -1.492565035840625e-05, 0.00012055332981789664, -0.0008548327023450852, 0.005223977625442188,
    -0.026866170645131252, 0.11283791670955126, -0.37612638903183754, 1.1283791670955126,
)


def erf(a):
    """By its series near 0, where torch.compile's on a processor keeps few digits: its error is 3e-7, whatever erf is."""
    s = a * a
    y = torch.zeros_like(s)
    for c in ERF_SERIES:
        y = y * s + c
    return torch.where(s < 0.25, a * y, torch.erf(a))

)py";

constexpr const char* kIntegral = R"py(
def integral(table, u):
    """A tabulated antiderivative: piecewise polynomials between the breaks, polynomial tails; in float64."""
    breaks, origins, coefficients, left, right = (
        torch.tensor(part, dtype=torch.float64, device=u.device) for part in table
    )
    v = u.double()
    segment = torch.searchsorted(breaks, v.detach().contiguous(), right=True) - 1
    segment = segment.clamp(0, len(origins) - 1)
    local = coefficients[segment]
    y = horner(local.unbind(-1), v - origins[segment])
    y = torch.where(v <= breaks[0], horner(left.unbind(), v), y)
    y = torch.where(v >= breaks[-1], horner(right.unbind(), v), y)
    return torch.where(v == v, y, v).to(u.dtype)


def horner(coefficients, t):
    y = coefficients[-1] + torch.zeros_like(t)
    for c in reversed(coefficients[:-1]):
        y = y * t + c
    return y

)py";

/// {0}: the class, {1}: what x computes in.
constexpr const char* kFunctions = R"py(

def wide(x):
    """{2}"""
    return {1}


def typed(y, dtype):
    """Not y.to(dtype), whose result may be y itself: torch.compile then loses the function's gradient."""
    return y if y.dtype == dtype else y.to(dtype)


def on_triton(x):
    """Whether the Triton kernels serve: not where torch.compile fuses the formula by itself."""
    if triton is None or torch.compiler.is_compiling() or x.dtype == torch.float64:
        return False
    return x.is_cuda or os.environ.get("TRITON_INTERPRET") == "1"


def gradient(x, gy, theta):
    if on_triton(x):
        gx, *gtheta = triton_backward(x, gy, theta)
    else:
        u = wide(x)
        gx, *gtheta = backward_program(u, typed(gy, u.dtype), *(typed(p, u.dtype) for p in theta))
    return typed(gx, x.dtype), *(typed(g, p.dtype) for g, p in zip(gtheta, theta))


class {0}Function(torch.autograd.Function):
    """Saves x and the parameters only; backward computes the rest again."""

    @staticmethod
    def forward(ctx, x, *theta):
        ctx.save_for_backward(x, *theta)
        if on_triton(x):
            return triton_forward(x, theta)[0]
        u = wide(x)
        return typed(forward_program(u, *(typed(p, u.dtype) for p in theta))[0], x.dtype)

    @staticmethod
    def backward(ctx, gy):
        x, *theta = ctx.saved_tensors
        if torch.compiler.is_compiling():  # which differentiates once
            return gradient(x, gy, theta)
        return {0}Gradient.apply(x, gy, *theta)


class {0}Gradient(torch.autograd.Function):
    """The backward as a function of its own, so that it can be differentiated once more."""

    @staticmethod
    def forward(ctx, x, gy, *theta):
        ctx.save_for_backward(x, gy, *theta)
        return gradient(x, gy, theta)

    @staticmethod
    def backward(ctx, ggx, *ggtheta):
        x, gy, *theta = ctx.saved_tensors
        if on_triton(x) and not torch.is_grad_enabled():
            dgy, dx, *dtheta = triton_double_backward(x, gy, ggx, theta, ggtheta)
        else:  # plain operations, which autograd differentiates for a third derivative
            u = wide(x)
            rest = [typed(v, u.dtype) for v in (gy, ggx, *theta, *ggtheta)]
            dgy, dx, *dtheta = double_backward_program(u, *rest)
        return typed(dx, x.dtype), typed(dgy, gy.dtype), *(typed(d, p.dtype) for d, p in zip(dtheta, theta))

)py";

/// {0}: the class, {1}: fields, {2}: parameters as arguments, {3}, {4}: of a gate, {5}: docstring,
/// {6}: theta().
constexpr const char* kModule = R"py(
class {0}(torch.nn.Module):
    """{5}"""

    def __init__(self, place=0):
        super().__init__()
{1}
{6}    def forward(self, x{3}):
        return {0}Function.apply(x{2}){4}

)py";

/// {0}: the class, {1}: what is tested at every place.
constexpr const char* kTest = R"py(def self_test():
    """The values in SAMPLES in float32, and first and second derivatives against differences in float64."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
{1}    x = torch.linspace(-4.0371, 4.0253, 33, dtype=torch.float64, requires_grad=True)
    theta = tuple(torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in PLACES[0])
    assert torch.autograd.gradcheck({0}Function.apply, (x, *theta))
    assert torch.autograd.gradgradcheck({0}Function.apply, (x, *theta))
    print("{0}: values, gradcheck and gradgradcheck pass")

)py";

/// {0}: the class, {1}: the tolerance (the kernels' polynomials round a little more often than
/// torch's functions), {2}: a place, {3}: its samples, {4}: further lines.
constexpr const char* kTestAtPlace =
    R"py(    theta = tuple(torch.tensor(v, device=device, requires_grad=True) for v in PLACES[{2}])
    x, gy = (torch.tensor({3}[k], device=device) for k in ("x", "gy"))
    x.requires_grad_()
    y = {0}Function.apply(x, *theta)
    gx, *gtheta = torch.autograd.grad(y, (x, *theta), gy)
    assert worst(y.detach(), {3}["y"]) <= {1}, worst(y.detach(), {3}["y"])
    assert worst(gx, {3}["gx"]) <= {1}, worst(gx, {3}["gx"])
    for got, want in zip(gtheta, {3}["gtheta"]):
        assert abs(float(got) - want) <= 1e-5 * max(1, abs(want)), (float(got), want)
{4})py";

constexpr const char* kMain = "\nif __name__ == \"__main__\":\n    self_test()\n";

std::string table_text(std::size_t index, const space::Table& table) {
  std::size_t width = 0;
  for (const auto& c : table.coefficients()) width = std::max(width, c.size());
  std::string rows;
  for (auto c : table.coefficients()) {
    c.resize(width, 0.0);
    rows += fmt::format("        {},\n", python_list(c));
  }
  return fmt::format("\ntable{} = (\n    {},\n    {},\n    [\n{}    ],\n    {},\n    {},\n)\n",
                     index, python_list(table.breaks()), python_list(table.origins()), rows,
                     python_list(trimmed(table.left_tail())),
                     python_list(trimmed(table.right_tail())));
}

std::string programs_text(const Subject& subject) {
  Tables tables;
  const std::string text =
      python_programs(subject, needs_double(subject), "torch.float64",
                      [&](const std::string& name, const Program& p) {
                        return python_function(name, p, kTorch, "{}.expand_as(x)", "table", tables);
                      });
  std::string before = text.find(" erf(") == std::string::npos ? "" : kErf;
  if (!tables.empty()) before += kIntegral;
  for (std::size_t k = 0; k < tables.size(); ++k) before += table_text(k, *tables[k]);
  return before + (tables.empty() ? "" : "\n") + text;
}

std::string functions_text(const Subject& subject) {
  if (needs_double(subject))
    return fmt::format(fmt::runtime(kFunctions), class_name(subject), "x.double()",
                       "Its terms cancel, so that float32 would lose too many digits.");
  return fmt::format(fmt::runtime(kFunctions), class_name(subject),
                     "x.float() if x.dtype in (torch.float16, torch.bfloat16) else x",
                     "Half precision computes in float32.");
}

std::string module_text(const Subject& subject) {
  const TorchParameters parameters = torch_parameters(subject);
  const GateText gate = gate_text(subject);
  return parameters.helpers +
         fmt::format(fmt::runtime(kModule), class_name(subject), parameters.fields,
                     parameters.fields.empty() ? "" : ", *self.theta()", gate.argument, gate.factor,
                     subject.activation.gate
                         ? "The gate f(x) * v; parameters start at the values of PLACES[place]."
                         : "Elementwise; parameters start at the values of PLACES[place].",
                     parameters.method);
}

std::string torch_text(const Subject& subject, const std::vector<std::string>& lines) {
  const PythonTest test = python_test(subject);
  return python_docstring("An activation function for PyTorch.", lines,
                          "Run this file to check it.") +
         kImports + "\nif triton is not None:\n" + triton_text(subject, "    ") + "\n" +
         programs_text(subject) + functions_text(subject) + "\n" + python_places(subject) + "\n" +
         module_text(subject) + "\n" + python_samples(subject) + "\n" + kTorchWorst +
         fmt::format(fmt::runtime(kTest), class_name(subject),
                     test.at_every_place(
                         fmt::format(fmt::runtime(kTestAtPlace), class_name(subject), "1e-6",
                                     test.place, test.samples, torch_parameters(subject).test)));
}

/// {0}: the class, {1}: the name.
constexpr const char* kRegistration = R"py(
from transformers.activations import ACT2CLS, ACT2FN  # noqa: E402

ACT2CLS["{1}"] = ACT2FN["{1}"] = {0}


def transformers_test():
    """A tiny Llama with hidden_act="{1}" trains a step; its saved and loaded copy agrees."""
    import tempfile

    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(vocab_size=32, hidden_size=16, intermediate_size=32, num_hidden_layers=2,
                         num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=16, hidden_act="{1}")
    model = LlamaForCausalLM(config)
    assert sum(isinstance(m, {0}) for m in model.modules()) == 2
    tokens = torch.arange(16).reshape(1, 16)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    before = model(input_ids=tokens, labels=tokens).loss
    before.backward()
    for name, p in model.named_parameters():
        assert p.grad is not None and p.grad.isfinite().all(), name
    optimiser.step()
    after = model(input_ids=tokens, labels=tokens).loss
    assert float(after) < float(before), (float(before), float(after))
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        loaded = LlamaForCausalLM.from_pretrained(folder)
    for (name, p), (_, q) in zip(model.state_dict().items(), loaded.state_dict().items(), strict=True):
        assert torch.equal(p, q), name
    assert torch.equal(model(input_ids=tokens).logits, loaded(input_ids=tokens).logits)
    print("{1}: a Llama trains a step and loads as it was saved")


if __name__ == "__main__":
    self_test()
    transformers_test()
)py";

}  // namespace

std::vector<ExportedFile> torch_files(const Subject& subject) {
  return {{subject.name + "_torch.py", torch_text(subject, headlines(subject)) + kMain}};
}

std::vector<ExportedFile> hf_files(const Subject& subject) {
  auto lines = headlines(subject);
  lines.push_back(
      fmt::format("Importing this file makes \"{}\" an activation of Hugging Face transformers.",
                  subject.name));
  return {{subject.name + "_hf.py",
           torch_text(subject, lines) +
               fmt::format(fmt::runtime(kRegistration), class_name(subject), subject.name)}};
}

}  // namespace antigrad::kernels
