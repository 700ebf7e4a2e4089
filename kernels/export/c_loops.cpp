#include "kernels/export/c_loops.hpp"

#include <fmt/format.h>

#include <vector>

#include "kernels/flatten.hpp"
#include "kernels/lower.hpp"

namespace antigrad::kernels {
namespace {

/// What a loop over elements needs of a program, as text.
struct Loop {
  std::string signature, loads, lines, stores, parameters;
};

Loop loop_of(const Program& program, const CArithmetic& a, const CNames& names,
             const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
             Tables& tables) {
  Leaves leaves;
  Loop loop;
  for (const auto& input : inputs) {
    leaves.inputs.push_back(input + "_i");
    loop.signature += fmt::format("const {}* {}, ", a.element, input);
    loop.loads += fmt::format("    const {0} {1}_i = ({0}){1}[i];\n", a.type, input);
  }
  for (int k = 0; k < program.parameters; ++k) {
    leaves.parameters.push_back(fmt::format("p{}", k));
    loop.parameters += fmt::format("  const {0} p{1} = ({0})theta[{1}];\n", a.type, k);
  }
  leaves.integral = [&](std::size_t k, const std::string& t) {
    return fmt::format("{}_integral_{}_{}({})", names.prefix, k, a.lowered ? "f32" : "f64", t);
  };
  const space::Expr e = a.lowered ? lower(program.expr) : flatten(program.expr);
  const Body body = write_body(e, a.dialect, leaves, tables);
  loop.lines = body.lines;
  for (std::size_t k = 0; k < body.results.size(); ++k) {
    if (k < outputs.size()) {
      loop.signature += fmt::format("{}* {}, ", a.element, outputs[k]);
      loop.stores += fmt::format("    {}[i] = ({}){};\n", outputs[k], a.element, body.results[k]);
    } else {
      loop.stores +=
          fmt::format("    part[{}][i - from] = {};\n", k - outputs.size(), body.results[k]);
    }
  }
  loop.signature += "size_t n";
  if (names.parameters > 0) loop.signature += ", const double* theta";
  return loop;
}

/// "for (size_t i = FROM; i < TO; ++i)" around what an element takes, at this indent.
std::string over_elements(const Loop& loop, const char* from, const char* to, bool inner) {
  const std::string lines = loop.loads + loop.lines + loop.stores + "    (void)x_i;\n";
  const char* const indent = inner ? "    " : "  ";
  return fmt::format("{0}for (size_t i = {1}; i < {2}; ++i) {{\n{3}{0}}}\n", indent, from, to,
                     indented(lines, inner ? "  " : ""));
}

std::string head(const CNames& names, const char* what, const CArithmetic& a, const Loop& loop,
                 const char* further = "") {
  return fmt::format("static inline void {}_{}_{}({}{}) {{\n{}", names.prefix, what, a.suffix,
                     loop.signature, further, loop.parameters);
}

/// Blocks of elements, whose sums of every parameter are added one after the other.
std::string in_blocks(const Loop& loop, const CArithmetic& a, int sums) {
  return fmt::format(
      "  {0} part[{1}][512];\n"
      "  for (int k = 0; k < {1}; ++k) gtheta[k] = 0;\n"
      "  for (size_t from = 0; from < n; from += 512) {{\n"
      "    const size_t to = n - from < 512 ? n : from + 512;\n{2}"
      "    for (int k = 0; k < {1}; ++k) {{\n      double sum = 0;\n"
      "      for (size_t i = from; i < to; ++i) sum += (double)part[k][i - from];\n"
      "      gtheta[k] += sum;\n    }}\n  }}\n",
      a.type, sums, over_elements(loop, "from", "to", true));
}

}  // namespace

std::string c_forward(const Program& program, const CArithmetic& a, const CNames& names,
                      Tables& tables) {
  std::vector<std::string> inputs{"x"};
  if (names.gate) inputs.emplace_back("v");
  const Loop loop = loop_of(program, a, names, inputs, {"y"}, tables);
  return head(names, "forward", a, loop) + over_elements(loop, "0", "n", false) + "}\n\n";
}

std::string c_backward(const Program& program, const CArithmetic& a, const CNames& names,
                       Tables& tables) {
  std::vector<std::string> inputs{"x"}, outputs{"gx"};
  if (names.gate) inputs.emplace_back("v"), outputs.emplace_back("gv");
  inputs.emplace_back("gy");
  const Loop loop = loop_of(program, a, names, inputs, outputs, tables);
  if (program.reductions == 0)
    return head(names, "backward", a, loop) + over_elements(loop, "0", "n", false) + "}\n\n";
  return head(names, "backward", a, loop, ", double* gtheta") +
         in_blocks(loop, a, program.reductions) + "}\n\n";
}

}  // namespace antigrad::kernels
