#include "kernels/cuda/source.hpp"

#include <fmt/format.h>

#include <array>

#include "kernels/cuda/parts.hpp"
#include "space/error.hpp"

namespace antigrad::kernels {
namespace {

struct PassRow {
  const char* name;
  MakeProgram program;
  std::array<const char*, 3> inputs;
  std::size_t input_count;
  std::array<const char*, 2> outputs;
  std::size_t output_count;
};

// In the order of Pass.
const PassRow kPasses[] = {
    {"forward", forward_program, {"x"}, 1, {"y"}, 1},
    {"backward", backward_program, {"x", "gy"}, 2, {"gx"}, 1},
    {"double_backward", double_backward_program, {"x", "gy", "ggx"}, 3, {"dgy", "dx"}, 2},
    {"gated_forward", gated_forward_program, {"u", "v"}, 2, {"y"}, 1},
    {"gated_backward", gated_backward_program, {"u", "v", "gy"}, 3, {"gu", "gv"}, 2},
};

const PassRow& row(Pass pass) { return kPasses[static_cast<std::size_t>(pass)]; }

/// One kernel's text, line by line.
class KernelText {
 public:
  KernelText(const space::Activation& activation, Pass pass, const CudaOptions& options,
             Precision precision)
      : row_(row(pass)),
        program_(program_of(activation, pass, options.thetas, precision)),
        name_(options.prefix + to_string(pass)),
        own_(pass == Pass::double_backward ? program_.parameters / 2 : program_.parameters) {}

  bool sums() const { return program_.reductions > 0; }

  /// Whether registers hold parameters and sums by channel of each element of a group.
  bool holds() const { return program_.parameters + program_.reductions <= 5; }

  void add_element(CudaText& out, Type type) const {
    kernels::add_element(out, name_ + "_element", program_, inputs(),
                         arithmetic_of(type, program_));
  }

  std::string layer() const {
    std::string text = head();
    if (program_.parameters > 0) {
      text += fmt::format("  float p[{}];\n", program_.parameters);
      for (int k = 0; k < program_.parameters; ++k)
        text += fmt::format("  p[{}] = {}[{}];\n", k, source(k), k % own_);
    }
    text += "  for (i64 block = blockIdx.x; block < e.lanes; block += gridDim.x) {\n";
    for (int k = 0; k < program_.reductions; ++k) text += fmt::format("    float sum{} = 0;\n", k);
    text +=
        "#pragma unroll 1\n"
        "    for (i64 at = (block * kThreads + threadIdx.x) * kGroup; at < e.n;\n"
        "         at += e.lanes * kThreads * kGroup) {\n"
        "      const int count = clipped(e.n - at);\n";
    text += loads("at") + group("p", "i < count ? y[{1}] : 0", "part{0}");
    for (int k = 0; k < program_.reductions; ++k)
      text += fmt::format("      sum{0} += part{0};\n", k);
    text += stores("at") + "    }\n";
    for (int k = 0; k < program_.reductions; ++k)
      text += fmt::format(
          "    sum{0} = block_sum(sum{0});\n"
          "    if (threadIdx.x == 0) partial[{0} * e.lanes + block] = sum{0};\n",
          k);
    return text + "  }\n}\n";
  }

  std::string channel() const { return holds() ? mixed_groups() : groups_of_one_channel(); }

 private:
  std::span<const char* const> inputs() const { return {row_.inputs.data(), row_.input_count}; }
  std::span<const char* const> outputs() const { return {row_.outputs.data(), row_.output_count}; }

  /// The array that parameter k comes from.
  const char* source(int k) const { return k < own_ ? "theta" : "ggtheta"; }

  std::string head() const {
    std::string arguments;
    for (const char* const name : inputs()) arguments += fmt::format("const Scalar* {}, ", name);
    for (const char* const name : outputs()) arguments += fmt::format("Scalar* {}, ", name);
    arguments += "const Extent e";
    if (program_.parameters > 0) arguments += ", const float* theta";
    if (program_.parameters > own_) arguments += ", const float* ggtheta";
    if (sums()) arguments += ", float* partial";
    // Without the 1, which asks for no second block, float64 spills so that more blocks fit.
    return fmt::format("extern \"C\" __global__ void __launch_bounds__(kThreads{}) {}({}) {{\n",
                       program_.wide ? ", 1" : "", name_, arguments);
  }

  /// A thread takes a group of elements, each of a channel of its own.
  std::string mixed_groups() const {
    std::string text = head() + tasks("groups");
    text +=
        "    const i64 start = place * kGroup;\n"
        "    const int count = clipped(e.plane - start);\n";
    if (program_.parameters > 0) text += channel_parameters();
    if (sums()) text += fmt::format("    float sum[kGroup][{}] = {{}};\n", program_.reductions);
    text +=
        rows() + loads("at") + group("p[i]", "y[{1}]", "sum[i][{0}]") + stores("at") + "    }\n";
    if (sums()) text += channel_sums();
    return text + "  }\n}\n";
  }

  /// A thread takes a group where that is of one channel, else an element, so that it has one set
  /// of parameters and sums.
  std::string groups_of_one_channel() const {
    std::string text = head() + "  const bool grouped = e.inner % kGroup == 0;\n" +
                       tasks("grouped ? groups : e.plane");
    text +=
        "    const i64 start = grouped ? place * kGroup : place, channel = start / e.inner;\n"
        "    const int count = kGroup;\n";
    text += fmt::format("    float p[{}];\n", program_.parameters);
    for (int k = 0; k < program_.parameters; ++k)
      text += fmt::format("    p[{}] = {}[{} * e.channels + channel];\n", k, source(k), k % own_);
    for (int k = 0; k < program_.reductions; ++k) text += fmt::format("    float sum{} = 0;\n", k);
    text += "    if (grouped) {\n" + rows() + loads("at") + group("p", "y[{1}]", "sum{0}") +
            stores("at") + "    }\n    } else {\n" + rows() + single("at") + "    }\n    }\n";
    for (int k = 0; k < program_.reductions; ++k)
      text += fmt::format("    partial[({0} * e.lanes + lane) * width + place] = sum{0};\n", k);
    return text + "  }\n}\n";
  }

  /// The loop over what a thread does by channel: `width` places, rows of them by lanes.
  static std::string tasks(const char* width) {
    return fmt::format(
        "  const i64 groups = (e.plane + kGroup - 1) / kGroup, width = {};\n"
        "  for (i64 task = (i64)blockIdx.x * kThreads + threadIdx.x; task < e.lanes * width;\n"
        "       task += kThreads * (i64)gridDim.x) {{\n"
        "    const i64 lane = task / width, place = task % width;\n",
        width);
  }

  static std::string rows() {
    return "#pragma unroll 1\n"
           "    for (i64 row = lane; row < e.rows; row += e.lanes) {\n"
           "      const i64 at = row * e.plane + start;\n";
  }

  std::string loads(const char* at) const {
    std::string text = "      float ";
    for (const char* const name : inputs()) text += fmt::format("{}s[kGroup], ", name);
    for (const char* const name : outputs())
      text += fmt::format("{}s[kGroup]{}", name, name == outputs().back() ? ";\n" : ", ");
    for (const char* const name : inputs())
      text += fmt::format("      load({0} + {1}, count, {0}s);\n", name, at);
    return text;
  }

  std::string stores(const char* at) const {
    std::string text;
    for (const char* const name : outputs())
      text += fmt::format("      store({0} + {1}, count, {0}s);\n", name, at);
    return text;
  }

  /// One element.
  std::string single(const char* at) const {
    std::string text, arguments;
    for (const char* const name : inputs())
      arguments += fmt::format("load_one({} + {}), ", name, at);
    text += fmt::format("      float values[{}];\n      {}_element({}p, values);\n",
                        program_.elementwise + program_.reductions, name_, arguments);
    for (int k = 0; k < program_.elementwise; ++k)
      text += fmt::format("      store_one({} + {}, values[{}]);\n",
                          outputs()[static_cast<std::size_t>(k)], at, k);
    for (int k = 0; k < program_.reductions; ++k)
      text += fmt::format("      sum{} += values[{}];\n", k, program_.elementwise + k);
    return text;
  }

  /// The elements of a group. `value` is what output {1} adds to `sum` {0}.
  std::string group(const char* parameters, const char* value, const char* sum) const {
    std::string text, arguments;
    const bool local = std::string_view(sum).starts_with("part");
    for (int k = 0; local && k < program_.reductions; ++k)
      text += fmt::format("      float part{} = 0;\n", k);
    for (const char* const name : inputs()) arguments += fmt::format("{}s[i], ", name);
    if (program_.parameters > 0) arguments += fmt::format("{}, ", parameters);
    text += fmt::format(
        "#pragma unroll\n"
        "      for (int i = 0; i < kGroup; ++i) {{\n"
        "        float y[{}];\n"
        "        {}_element({}y);\n",
        program_.elementwise + program_.reductions, name_, arguments);
    for (int k = 0; k < program_.elementwise; ++k)
      text += fmt::format("        {}s[i] = y[{}];\n", outputs()[static_cast<std::size_t>(k)], k);
    for (int k = 0; k < program_.reductions; ++k)
      text += fmt::format("        {} += {};\n", fmt::format(fmt::runtime(sum), k),
                          fmt::format(fmt::runtime(value), k, program_.elementwise + k));
    return text + "      }\n";
  }

  /// p[i]: the parameters of the channel of element i of the group.
  std::string channel_parameters() const {
    std::string text = fmt::format(
        "    float p[kGroup][{}];\n"
        "    i64 channel = start / e.inner, left = (channel + 1) * e.inner - start;\n"
        "#pragma unroll\n"
        "    for (int i = 0; i < kGroup; ++i) {{\n",
        program_.parameters);
    for (int k = 0; k < program_.parameters; ++k)
      text +=
          fmt::format("      p[i][{}] = {}[{} * e.channels + channel];\n", k, source(k), k % own_);
    return text +
           "      if (--left == 0 && channel + 1 < e.channels) left = e.inner, ++channel;\n"
           "    }\n";
  }

  /// One number where the whole group is of one channel, else one a position.
  std::string channel_sums() const {
    std::string text = "    if (e.inner % kGroup == 0) {\n";
    for (int k = 0; k < program_.reductions; ++k)
      text += fmt::format(
          "#pragma unroll\n"
          "      for (int i = 1; i < kGroup; ++i) sum[0][{0}] += sum[i][{0}];\n"
          "      partial[({0} * e.lanes + lane) * groups + start / kGroup] = sum[0][{0}];\n",
          k);
    text +=
        "    } else {\n"
        "#pragma unroll\n"
        "      for (int i = 0; i < kGroup; ++i) {\n"
        "        if (i >= count) break;\n";
    for (int k = 0; k < program_.reductions; ++k)
      text += fmt::format(
          "        partial[({0} * e.lanes + lane) * e.plane + start + i] = sum[i][{0}];\n", k);
    return text + "      }\n    }\n";
  }

  const PassRow& row_;
  const Program program_;
  const std::string name_;
  const int own_;  // parameters of the activation
};

}  // namespace

const char* type_part(Type type) {
  switch (type) {
    case Type::f32: return "float32";
    case Type::bf16: return "bfloat16";
    case Type::f16: return "float16";
    case Type::f64: break;
  }
  throw space::Error("CUDA kernels are written for f32, bf16 and f16, got f64; take one of these");
}

Arithmetic arithmetic_of(Type type, const Program& program) {
  if (type != Type::f32) return Arithmetic::near;
  return program.wide ? Arithmetic::wide : Arithmetic::lowered;
}

Precision precision_of(const space::Activation& activation, const CudaOptions& options) {
  const bool wide =
      options.type == Type::f32 && cancels(activation, options.thetas, options.tolerance);
  return wide ? Precision::f64 : Precision::f32;
}

const char* to_string(Pass pass) { return row(pass).name; }

Program program_of(const space::Activation& activation, Pass pass, const Thetas& thetas,
                   Precision precision) {
  return row(pass).program(activation, precision, thetas);
}

std::span<const char* const> inputs_of(Pass pass) {
  return {row(pass).inputs.data(), row(pass).input_count};
}

std::span<const char* const> outputs_of(Pass pass) {
  return {row(pass).outputs.data(), row(pass).output_count};
}

std::string cuda_reduce_source() { return cuda_parts({"reduce"}); }

std::string cuda_source(const space::Activation& activation, std::span<const Pass> passes,
                        const CudaOptions& options) {
  CudaText elements;
  std::string text;
  elements.parts = {type_part(options.type), "memory"};
  if (options.type != Type::f32) elements.parts.insert("halves");
  const Precision precision = precision_of(activation, options);
  for (const Pass pass : passes) {
    const KernelText kernel(activation, pass, options, precision);
    kernel.add_element(elements, options.type);
    const bool by_layer = options.sharing == Sharing::layer;
    text += by_layer ? kernel.layer() : kernel.channel();
    if (kernel.sums() && options.reduce) elements.parts.insert("reduce");
    if (kernel.sums() && by_layer) elements.parts.insert("block_sum");
    if (!by_layer && !kernel.holds())
      elements.parts.insert(options.type == Type::f32 ? "float32_singly" : "halves_singly");
  }
  std::string parts = cuda_parts(elements.parts);
  if (const auto at = parts.find(" reduce("); at != std::string::npos)
    parts.insert(at + 1, options.prefix);
  return parts + elements.text + text;
}

}  // namespace antigrad::kernels
