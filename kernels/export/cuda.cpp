// Legend of the kernels: kernels/cuda/source.hpp. This file adds the functions that launch them:
// sizes as kernels/cuda/plan.cpp chooses them, for a fixed number of blocks.
#include "kernels/export/cuda.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cctype>

#include "kernels/cuda/source.hpp"
#include "kernels/export/c_test.hpp"
#include "kernels/export/dialect.hpp"
#include "kernels/program.hpp"
#include "space/text.hpp"

namespace antigrad::kernels {
namespace {

struct Naming {
  std::string prefix, upper;
  std::size_t parameters;
  bool gate;
};

Naming naming_of(const Subject& subject) {
  Naming n{identifier(subject), "", subject.activation.parameters.size(), subject.activation.gate};
  for (const char c : n.prefix)
    n.upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return n;
}

std::vector<Pass> passes_of(const Naming& n) {
  if (n.gate) return {Pass::gated_forward, Pass::gated_backward};
  return {Pass::forward, Pass::backward, Pass::double_backward};
}

/// {0}: return and name, {1}: buffers as parameters, {2}: further parameters, {3}: the kernel,
/// {4}: buffers, {5}: further arguments, {6}: the second stage.
constexpr const char* kLaunch = R"c(
inline cudaError_t {0}({1}long long n{2}, cudaStream_t stream = 0) {{
  const long long groups = (n + kGroup - 1) / kGroup, blocks = (groups + kThreads - 1) / kThreads;
  const Extent e = {{n, n, 1, 1, 1, blocks < kLanes ? blocks : kLanes}};
  if (n > 0) {3}<<<(unsigned)e.lanes, kThreads, 0, stream>>>({4}e{5});
{6}  return cudaGetLastError();
}}
)c";

std::string launcher(Pass pass, const Naming& n, const std::string& kernels,
                     const Program& program) {
  std::string name = to_string(pass), buffers, values, further, arguments, second;
  if (name.starts_with("gated_")) name = name.substr(6);
  for (const char* const in : inputs_of(pass)) {
    buffers += fmt::format("const Scalar* {}, ", in);
    values += fmt::format("{}, ", in);
  }
  for (const char* const out : outputs_of(pass)) {
    buffers += fmt::format("Scalar* {}, ", out);
    values += fmt::format("{}, ", out);
  }
  if (n.parameters > 0) further += ", const float* theta", arguments += ", theta";
  if (n.parameters > 0 && pass == Pass::double_backward)
    further += ", const float* ggtheta", arguments += ", ggtheta";
  if (program.reductions > 0) {
    further += ", float* sums, float* workspace";
    arguments += ", workspace";
    second = fmt::format(
        "  {}reduce<<<{}, kThreads, 0, stream>>>(workspace, sums, n > 0 ? e.lanes : 0, 1, 1, 1, "
        "1);\n",
        kernels, program.reductions);
  }
  return fmt::format(fmt::runtime(kLaunch), name, buffers, further, kernels + to_string(pass),
                     values, arguments, second);
}

std::string type_text(const Subject& subject, const Naming& n, Type type, const char* name) {
  const space::Activation activation = trained(subject);
  const std::string space = fmt::format("{}_{}", n.prefix, name), kernels = space + "_";
  const auto passes = passes_of(n);
  const CudaOptions options{
      .type = type, .prefix = kernels, .thetas = thetas_of(subject), .tolerance = kFileTolerance};
  std::string text =
      fmt::format("\nnamespace {} {{\n", space) + cuda_source(activation, passes, options) +
      "\n#ifdef __CUDACC__\nconstexpr long long kLanes = 1024;  // blocks whose sums "
      "are added in a fixed order\n";
  for (const Pass pass : passes)
    text += launcher(pass, n, kernels, program_of(activation, pass, options.thetas));
  return text + fmt::format("#endif\n}}  // namespace {}\n", space);
}

std::string comment(const Subject& subject, const Naming& n) {
  std::string out = "// An activation function in CUDA C++.\n//\n";
  for (const std::string& line : headlines(subject)) out += "// " + line + "\n";
  const bool parameters = n.parameters > 0;
  out += fmt::format(
      "//\n// {0}_f32::forward({1}, y, n{2}): y[i] = f(x[i]){3}.\n"
      "// {0}_f32::backward({1}, gy, {4}, n{2}{5}): gx[i] = gy[i] f'(x[i]){3}.\n"
      "// The same in {0}_bf16 and {0}_f16, whose elements are unsigned short. Pointers are to "
      "device memory, any alignment.\n",
      n.prefix, n.gate ? "x, v" : "x", parameters ? ", theta" : "", n.gate ? " v[i]" : "",
      n.gate ? "gx, gv" : "gx", parameters ? ", sums, workspace" : "");
  if (parameters)
    out += fmt::format(
        "// theta: {} floats ({}). sums[k] = sum_i gy[i] df/dtheta_k, the same from run to run; "
        "workspace: {} floats.\n",
        n.parameters, fmt::join(space::names_of(subject.activation.parameters), ", "),
        1024 * n.parameters);
  if (lowered_needs_double(subject))
    out += "// Terms cancel: float32 computes in float64 on the way.\n";
  return out + fmt::format(
                   "// Test: nvcc -arch=sm_80 -D{}_TEST -x cu {}.cuh && ./a.out (exit code 77 "
                   "without a GPU)\n",
                   n.upper, subject.name);
}

std::string floats(const std::vector<double>& values) {
  std::vector<std::string> texts;
  for (const double v : values) texts.push_back(fmt::format("{}", v));
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string places_text(const Subject& subject, const Naming& n) {
  if (n.parameters == 0) return "";
  auto places = subject.places;
  if (places.empty()) places.push_back({"start values", start_values(subject)});
  std::string rows;
  for (const Place& p : places)
    rows += fmt::format("    {{{}}},  // {}\n", floats(p.theta), p.label);
  return fmt::format(
      "\n// One row a place of the network.\nstatic const double {}_theta[{}][{}] = {{\n{}}};\n",
      n.prefix, places.size(), n.parameters, rows);
}

/// {0}: prefix, {1}: NAME, {2}: lists, {3}: how many samples, {4}: parameters, at least 1, {5}:
/// what is tested at every place.
constexpr const char* kTest = R"c(
#if defined(__CUDACC__) && defined({1}_TEST)
#include <stdio.h>
#include <stdlib.h>
{2}
static void check(const char* what, double got, double want, double limit) {{
  const double scale = fabs(want) > 1 ? fabs(want) : 1;
  if (fabs(got - want) <= limit * scale) return;
  printf("{0}: %s is %.9g, expected %.9g\n", what, got, want);
  exit(1);
}}

int main() {{
  const int n = {3};
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {{
    printf("{0}: skipped, no GPU\n");
    return 77;
  }}
  float* memory;
  cudaMallocManaged(&memory, sizeof(float) * (6 * n + 1026 * {4}));
  float *x = memory, *gy = x + n, *y = gy + n, *gx = y + n, *v = gx + n, *gv = v + n;
{5}  printf("{0}: values and gradients pass\n");
  cudaFree(memory);
  return 0;
}}
#endif
)c";

/// {0}: prefix, {1}: the index of a place, {2}: its theta, {3}, {4}: of the calls, {5}: a factor of
/// gates, {6}: checks of sums.
constexpr const char* kTestAtPlace =
    R"c(  for (int i = 0; i < n; ++i) x[i] = (float){0}_x{1}[i], gy[i] = (float){0}_gy{1}[i], v[i] = gv[i] = 2;
{2}  {0}_f32::forward({3});
  {0}_f32::backward({4});
  if (cudaDeviceSynchronize() != cudaSuccess) return printf("{0}: %s\n", cudaGetErrorString(cudaGetLastError())), 1;
  for (int i = 0; i < n; ++i) {{
    check("f", y[i], {5}{0}_y{1}[i], 1e-6);
    check("df/dx", gx[i], {5}{0}_gx{1}[i], 1e-6);
  }}
{6})c";

std::string test_text(const Subject& subject, const Naming& n) {
  const bool parameters = n.parameters > 0;
  const std::size_t places = distinct_places(subject).size();
  const char* const place = places > 1 ? "[place]" : "";
  std::string start, sums;
  if (parameters) {
    start = fmt::format(
        "  float *theta = gv + n, *out = theta + {0}, *workspace = out + {0};\n"
        "  for (int k = 0; k < {0}; ++k) theta[k] = (float){1}_theta[{2}][k];\n",
        n.parameters, n.prefix, places > 1 ? "place" : "0");
    sums = fmt::format(
        "  for (int k = 0; k < {0}; ++k) check(\"df/dtheta\", out[k], {1}{2}_gtheta{3}[k], "
        "1e-5);\n",
        n.parameters, n.gate ? "2 * " : "", n.prefix, place);
  }
  const std::string theta = parameters ? ", theta" : "";
  std::string test = fmt::format(fmt::runtime(kTestAtPlace), n.prefix, place, start,
                                 (n.gate ? "x, v, y, n" : "x, y, n") + theta,
                                 (n.gate ? "x, v, gy, gx, gv, n" : "x, gy, gx, n") + theta +
                                     (parameters ? ", out, workspace" : ""),
                                 n.gate ? "2 * " : "", sums);
  if (places > 1)
    test = fmt::format("  for (int place = 0; place < {}; ++place) {{\n{}  }}\n", places,
                       indented(test, "  "));
  return fmt::format(fmt::runtime(kTest), n.prefix, n.upper, c_samples(subject, n.prefix),
                     samples_of_places(subject).front().x.size(),
                     std::max<std::size_t>(n.parameters, 1), test);
}

}  // namespace

std::vector<ExportedFile> cuda_files(const Subject& subject) {
  const Naming n = naming_of(subject);
  std::string text =
      comment(subject, n) +
      fmt::format("#ifndef {0}_CUH\n#define {0}_CUH\n#include <math.h>\n", n.upper) +
      "#ifdef __CUDACC__\n#pragma nv_diagnostic push\n#pragma nv_diag_suppress 177  // functions "
      "that a program does not use\n#endif\n" +
      places_text(subject, n);
  text += type_text(subject, n, Type::f32, "f32") + type_text(subject, n, Type::bf16, "bf16") +
          type_text(subject, n, Type::f16, "f16") +
          "#ifdef __CUDACC__\n#pragma nv_diagnostic pop\n#endif\n" + test_text(subject, n) +
          "#endif\n";
  return {{subject.name + ".cuh", text}};
}

}  // namespace antigrad::kernels
