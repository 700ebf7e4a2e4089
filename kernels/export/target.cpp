#include "kernels/export/target.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "kernels/export/c.hpp"
#include "kernels/export/cuda.hpp"
#include "kernels/export/jax.hpp"
#include "kernels/export/latex.hpp"
#include "kernels/export/onnx.hpp"
#include "kernels/export/torch.hpp"
#include "kernels/export/triton.hpp"
#include "space/error.hpp"

namespace antigrad::kernels {
namespace {

/// A target, and why it takes no gates ("" where it does).
struct Row {
  ExportTarget target;
  const char* no_gates;
};

constexpr Row kRows[] = {
    {{"cuda", "NAME.cuh: CUDA C++ header, float32, bfloat16 and float16", cuda_files}, ""},
    {{"torch", "NAME_torch.py: PyTorch module, Triton kernels inside", torch_files}, ""},
    {{"triton", "NAME_triton.py: the Triton kernels alone", triton_files},
     "the kernels are of functions of one input"},
    {{"hf", "NAME_hf.py: importing it makes NAME an entry of transformers' ACT2FN", hf_files},
     "entries of ACT2FN are functions of one input; the model multiplies by the second"},
    {{"jax", "NAME_jax.py: JAX function with custom_vjp", jax_files}, ""},
    {{"onnx",
      "NAME.onnx and NAME_backward.onnx: models of opset 18, the formula as a function; "
      "NAME_onnx_test/: data that tests them",
      onnx_files},
     ""},
    {{"c", "NAME.h: C11 header, float and double", c_files}, ""},
    {{"latex", "NAME.tex: the formulas as a LaTeX document, with a table of values", latex_files},
     ""},
};

constexpr auto kTargets = [] {
  std::array<ExportTarget, std::size(kRows)> targets{};
  for (std::size_t i = 0; i < targets.size(); ++i) targets[i] = kRows[i].target;
  return targets;
}();

}  // namespace

std::span<const ExportTarget> export_targets() { return kTargets; }

const ExportTarget& export_target(std::string_view name) {
  std::vector<std::string> known;
  for (const ExportTarget& target : kTargets) {
    if (target.name == name) return target;
    known.emplace_back(target.name);
  }
  throw space::Error(fmt::format("cannot export to \"{}\";{} known targets: {}", name,
                                 space::did_you_mean(name, known), fmt::join(known, ", ")));
}

std::vector<ExportedFile> export_files(const ExportTarget& target, const Subject& subject) {
  check(subject);
  for (const Row& row : kRows)
    if (subject.activation.gate && row.target.name == target.name && *row.no_gates != 0)
      throw space::Error(
          fmt::format("\"{}\" is a gate, f(x)*v, and --to {}: {}; export the activation inside it",
                      subject.activation.text, target.name, row.no_gates));
  return target.write(subject);
}

}  // namespace antigrad::kernels
