// One switch over candidates, the same for every thread of a block.
//
// Legend: source.hpp's; k0, k1, ... candidates; slice, lane: of the block; partial[q][lane]: first
// stage of the sum of parameter q, counted over all candidates.
#include "kernels/cuda/stacked_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kernels/cuda/device_kernel.hpp"
#include "kernels/cuda/element.hpp"
#include "kernels/cuda/parts.hpp"
#include "space/error.hpp"

namespace antigrad::kernels {
namespace {

constexpr long long kMostLanes = 256;  // of a slice; a second stage adds their sums

struct Candidate {
  Program program;
  int first;  // parameter
};

std::vector<Candidate> candidates_of(std::span<const space::Activation> activations, Pass pass,
                                     Type type) {
  std::vector<Candidate> all;
  int first = 0;
  for (const space::Activation& activation : activations) {
    all.push_back(
        {program_of(activation, pass, {}, precision_of(activation, CudaOptions{.type = type})),
         first});
    first += static_cast<int>(activation.parameters.size());
  }
  return all;
}

/// ANTIGRAD_DEVICE void k3_backward(x, gy, gx, rows, inner, lane, lanes, theta, sums).
std::string slice_function(const Candidate& c, Pass pass, std::size_t k, std::size_t count) {
  const bool backward = pass == Pass::backward;
  std::string text = fmt::format(
      "ANTIGRAD_DEVICE void k{}_{}(const Scalar* x, {}Scalar* out, i64 rows, i64 inner, i64 lane, "
      "i64 lanes, const float* theta, float* sums) {{\n",
      k, to_string(pass), backward ? "const Scalar* gy, " : "");
  if (c.program.parameters > 0) text += fmt::format("  float p[{}];\n", c.program.parameters);
  for (int j = 0; j < c.program.parameters; ++j)
    text += fmt::format("  p[{}] = theta[{}];\n", j, c.first + j);
  text += fmt::format(
      "  const i64 groups = (inner + kGroup - 1) / kGroup;\n"
      "#pragma unroll 1\n"
      "  for (i64 task = lane * kThreads + threadIdx.x; task < rows * groups;\n"
      "       task += lanes * kThreads) {{\n"
      "    const i64 start = task % groups * kGroup;\n"
      "    const i64 at = (task / groups * {} + {}) * inner + start;\n"
      "    const int count = clipped(inner - start);\n"
      "    float xs[kGroup], {}outs[kGroup];\n"
      "    load(x + at, count, xs);\n",
      count, k, backward ? "gys[kGroup], " : "");
  if (backward) text += "    load(gy + at, count, gys);\n";
  text += fmt::format(
      "#pragma unroll\n"
      "    for (int i = 0; i < kGroup; ++i) {{\n"
      "      float y[{}];\n"
      "      k{}_{}_element(xs[i], {}{}y);\n"
      "      outs[i] = y[0];\n",
      1 + c.program.reductions, k, to_string(pass), backward ? "gys[i], " : "",
      c.program.parameters > 0 ? "p, " : "");
  for (int j = 0; j < c.program.reductions; ++j)
    text += fmt::format("      sums[{}] += i < count ? y[{}] : 0;\n", j, 1 + j);
  return text + "    }\n    store(out + at, count, outs);\n  }\n}\n";
}

int most_sums(const std::vector<Candidate>& all) {
  int most = 0;
  for (const Candidate& c : all) most = std::max(most, c.program.reductions);
  return most;
}

std::string kernel(const std::vector<Candidate>& all, Pass pass) {
  const bool backward = pass == Pass::backward;
  const int most = most_sums(all);
  const bool wide = std::ranges::any_of(all, [](const auto& c) { return c.program.wide; });
  std::string text = fmt::format(
      "extern \"C\" __global__ void __launch_bounds__(kThreads{}) {}(const Scalar* x, {}Scalar* "
      "out, "
      "i64 rows, i64 inner, i64 lanes, const float* theta, float* partial) {{\n"
      "  const i64 slice = blockIdx.x / lanes, lane = blockIdx.x % lanes;\n"
      "  float sums[{}] = {{}};\n"
      "{}"
      "  switch (slice) {{\n",
      wide ? ", 1" : "", to_string(pass), backward ? "const Scalar* gy, " : "", std::max(most, 1),
      most > 0 ? "  i64 first = 0, count = 0;\n" : "");
  for (std::size_t k = 0; k < all.size(); ++k) {
    text += fmt::format("    case {}:\n", k);
    if (most > 0)
      text +=
          fmt::format("      first = {}, count = {};\n", all[k].first, all[k].program.reductions);
    text += fmt::format(
        "      k{}_{}(x, {}out, rows, inner, lane, lanes, theta, sums);\n"
        "      break;\n",
        k, to_string(pass), backward ? "gy, " : "");
  }
  text += "  }\n";
  if (most > 0)
    text += fmt::format(
        "#pragma unroll\n"
        "  for (int j = 0; j < {}; ++j) {{\n"
        "    const float sum = block_sum(sums[j]);\n"
        "    if (j < count && threadIdx.x == 0) partial[(first + j) * lanes + lane] = sum;\n"
        "  }}\n",
        most);
  return text + "}\n";
}

std::string code_of(std::span<const space::Activation> activations, Type type,
                    const CudaDevice& device) {
  return compiled_cuda(stacked_cuda_source(activations, type), device.architecture(),
                       type != Type::f32);
}

int count_parameters(std::span<const space::Activation> activations) {
  std::size_t sum = 0;
  for (const space::Activation& activation : activations) sum += activation.parameters.size();
  return static_cast<int>(sum);
}

}  // namespace

std::string stacked_cuda_source(std::span<const space::Activation> activations, Type type) {
  CudaText elements;
  elements.parts = {type_part(type), "memory", "reduce", "block_sum"};
  if (type != Type::f32) elements.parts.insert("halves");
  std::string functions, kernels;
  for (const Pass pass : {Pass::forward, Pass::backward}) {
    const std::vector<Candidate> all = candidates_of(activations, pass, type);
    for (std::size_t k = 0; k < all.size(); ++k) {
      add_element(elements, fmt::format("k{}_{}_element", k, to_string(pass)), all[k].program,
                  inputs_of(pass), arithmetic_of(type, all[k].program));
      functions += slice_function(all[k], pass, k, all.size());
    }
    kernels += kernel(all, pass);
  }
  return cuda_parts(elements.parts) + elements.text + functions + kernels;
}

StackedKernel::StackedKernel(std::span<const space::Activation> activations, Type type,
                             const CudaDevice& device)
    : device_(device),
      count_(static_cast<int>(activations.size())),
      parameters_(count_parameters(activations)),
      group_(type == Type::f32 ? 4 : 8),
      module_(device, code_of(activations, type, device)),
      forward_(module_.function("forward")),
      backward_(module_.function("backward")),
      reduce_(module_.function("reduce")) {}

long long StackedKernel::lanes(const SliceLayout& layout) const {
  const long long tasks = layout.rows * ((layout.inner + group_ - 1) / group_);
  return std::clamp((tasks + kThreads - 1) / kThreads, 1LL, kMostLanes);
}

std::size_t StackedKernel::workspace_bytes(Pass pass, const SliceLayout& layout) const {
  if (pass == Pass::forward) return 0;
  return sizeof(float) * static_cast<std::size_t>(parameters_ * lanes(layout));
}

void StackedKernel::run(Pass pass, const SliceLayout& layout, const CudaBuffers& buffers,
                        void* stream) const {
  long long rows = layout.rows, inner = layout.inner, lanes = this->lanes(layout);
  const void* x = buffers.in[0];
  const void* gy = buffers.in.back();
  void* out = buffers.out[0];
  const float *theta = buffers.theta, *partial = buffers.workspace;
  std::vector<void*> arguments = {&x};
  if (pass == Pass::backward) arguments.push_back(&gy);
  for (void* const one :
       {static_cast<void*>(&out), static_cast<void*>(&rows), static_cast<void*>(&inner),
        static_cast<void*>(&lanes), static_cast<void*>(&theta), static_cast<void*>(&partial)})
    arguments.push_back(one);
  module_.launch(pass == Pass::forward ? forward_ : backward_,
                 static_cast<unsigned>(lanes * count_), kThreads, arguments.data(), stream);
  if (pass == Pass::forward || parameters_ == 0) return;
  float* sums = buffers.sums;
  long long width = 1, each = 1, channels = 1, strip = 1;
  void* second[] = {&partial, &sums, &lanes, &width, &each, &channels, &strip};
  module_.launch(reduce_, static_cast<unsigned>(parameters_), kThreads, second, stream);
}

}  // namespace antigrad::kernels
