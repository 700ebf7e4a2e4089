#include "kernels/export_torch.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cctype>

#include "kernels/program.hpp"
#include "kernels/torch_text.hpp"
#include "space/error.hpp"
#include "space/text.hpp"

namespace antigrad::kernels {
namespace {

using space::Activation;

constexpr const char* kNumbers = R"py(
def number(value, like):
    return torch.full((), value, dtype=like.dtype, device=like.device)

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

/// {0}: the class.
constexpr const char* kFunctions = R"py(
def wide(x):
    """Half precision computes in float32."""
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


class {0}Function(torch.autograd.Function):
    """Saves x and the parameters only; backward computes the rest again."""

    @staticmethod
    def forward(ctx, x, *theta):
        ctx.save_for_backward(x, *theta)
        u = wide(x)
        return forward_program(u, *(p.to(u.dtype) for p in theta))[0].to(x.dtype)

    @staticmethod
    def backward(ctx, gy):
        x, *theta = ctx.saved_tensors
        return {0}Gradient.apply(x, gy, *theta)


class {0}Gradient(torch.autograd.Function):
    """The backward as a function of its own, so that it can be differentiated once more."""

    @staticmethod
    def forward(ctx, x, gy, *theta):
        ctx.save_for_backward(x, gy, *theta)
        u = wide(x)
        gx, *gtheta = backward_program(u, gy.to(u.dtype), *(p.to(u.dtype) for p in theta))
        return gx.to(x.dtype), *(g.to(p.dtype) for g, p in zip(gtheta, theta))

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, ggx, *ggtheta):
        x, gy, *theta = ctx.saved_tensors
        u = wide(x)
        parameters = [p.to(u.dtype) for p in (*theta, *ggtheta)]
        dgy, dx, *dtheta = double_backward_program(u, gy.to(u.dtype), ggx.to(u.dtype), *parameters)
        return dx.to(x.dtype), dgy.to(gy.dtype), *(d.to(p.dtype) for d, p in zip(dtheta, theta))

)py";

constexpr const char* kSelfTest = R"py(

def self_test():
    """First and second derivatives against differences, in float64."""
    module = {0}().double()
    x = torch.linspace(-4.0371, 4.0253, 33, dtype=torch.float64, requires_grad=True)
    function = lambda x, *theta: {0}Function.apply(x, *theta)
    theta = tuple(module.parameters())
    assert torch.autograd.gradcheck(function, (x, *theta))
    assert torch.autograd.gradgradcheck(function, (x, *theta))
    print("{0}: gradcheck and gradgradcheck pass")


if __name__ == "__main__":
    self_test()
)py";

/// "xielu" -> "Xielu", "relu 2" -> "Relu2"; a name for a candidate without one.
std::string class_name(const Activation& activation) {
  std::string name;
  bool capital = true;
  for (const char c : activation.name) {
    const bool word = std::isalnum(static_cast<unsigned char>(c));
    if (word && !(name.empty() && std::isdigit(static_cast<unsigned char>(c))))
      name += capital ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    capital = !word;
  }
  return name.empty() ? "Discovered" : name;
}

std::vector<std::string> names(const Activation& activation) {
  return space::names_of(activation.parameters);
}

/// Text inside a Python docstring.
std::string quoted(std::string text) {
  for (std::size_t i = 0; (i = text.find_first_of("\\\"", i)) != std::string::npos; i += 2)
    text.insert(i, "\\");
  return text;
}

std::string header(const Activation& activation) {
  return fmt::format(
      "\"\"\"An activation function for PyTorch, written by antigrad.\n\n"
      "{}: {}\n    f(x) = {}\n    f'(x) = {}\n\n"
      "License: MIT. Run this file to check its derivatives.\n\"\"\"\n\nimport torch\n\n",
      activation.by_f ? "Definition" : "Gradient", quoted(activation.text),
      quoted(space::to_string(activation.f, names(activation))),
      quoted(space::to_string(activation.g, names(activation))));
}

std::string range_text(const Activation& activation, std::size_t k) {
  return "in " + space::to_string(activation.parameters[k].domain, activation.parameters);
}

std::string module_text(const Activation& activation, const std::string& name,
                        const std::vector<double>& theta) {
  std::string fields, arguments;
  for (std::size_t k = 0; k < theta.size(); ++k) {
    const auto& p = activation.parameters[k];
    fields +=
        fmt::format("        self.theta_{} = torch.nn.Parameter(torch.tensor(float({})))  # {}\n",
                    p.name, space::to_string(theta[k]), range_text(activation, k));
    arguments += fmt::format(", self.theta_{}", p.name);
  }
  return fmt::format(
      "\nclass {0}(torch.nn.Module):\n    \"\"\"Elementwise; parameters start at their trained "
      "values.\"\"\"\n\n"
      "    def __init__(self):\n        super().__init__()\n{1}\n"
      "    def forward(self, x):\n        return {0}Function.apply(x{2})\n",
      name, fields, arguments);
}

void check(const Activation& activation, const std::vector<double>& theta) {
  if (theta.size() != activation.parameters.size())
    throw space::Error(fmt::format("export of \"{}\": got {} parameter values, expected {} ({})",
                                   activation.text, theta.size(), activation.parameters.size(),
                                   fmt::join(names(activation), ", ")));
  for (std::size_t k = 0; k < theta.size(); ++k) {
    const auto& p = activation.parameters[k];
    if (!space::inside(activation.parameters, theta, k))
      throw space::Error(fmt::format("export of \"{}\": {} = {} is not {}", activation.text, p.name,
                                     theta[k], range_text(activation, k)));
  }
}

}  // namespace

std::string export_torch(const Activation& activation, const std::vector<double>& theta) {
  space::refuse_gate(activation, "an exported file");
  check(activation, theta);
  const std::string name = class_name(activation);
  const Program programs[] = {forward_program(activation), backward_program(activation),
                              double_backward_program(activation)};
  const char* const functions[] = {"forward_program", "backward_program",
                                   "double_backward_program"};
  std::string text, table_text;
  Tables tables;
  for (int k = 0; k < 3; ++k)
    text += "\n" + torch_function(functions[k], programs[k], tables) + "\n";
  for (std::size_t k = 0; k < tables.size(); ++k) table_text += "\n" + torch_table(k, *tables[k]);
  return header(activation) + kNumbers + (tables.empty() ? "" : kIntegral + table_text + "\n") +
         text + fmt::format(fmt::runtime(kFunctions), name) + module_text(activation, name, theta) +
         fmt::format(fmt::runtime(kSelfTest), name);
}

}  // namespace antigrad::kernels
