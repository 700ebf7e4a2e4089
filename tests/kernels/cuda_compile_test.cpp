// CUDA text of activations through NVRTC, without a GPU: it compiles, nothing spills, memory is
// accessed 16 bytes at a time (of a few of the zoo, other ones each time; ANTIGRAD_FULL=1: all, in
// every setting). And what stands in the text.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <regex>
#include <set>

#include "kernels/cuda/device_kernel.hpp"
#include "kernels/cuda/nvrtc.hpp"
#include "paths.hpp"
#include "tests/kernels/accuracy.hpp"
#include "tests/kernels/cases.hpp"
#include "tests/kernels/cuda_buffer.hpp"
#include "tests/kernels/environment.hpp"

namespace antigrad::kernels {
namespace {

namespace fs = std::filesystem;

constexpr Pass kPair[] = {Pass::forward, Pass::backward};
constexpr Pass kPlain[] = {Pass::forward, Pass::backward, Pass::double_backward};
constexpr Pass kForward[] = {Pass::forward};
constexpr Pass kAll[] = {Pass::forward, Pass::backward, Pass::double_backward, Pass::gated_forward,
                         Pass::gated_backward};

std::shared_ptr<const Nvrtc> nvrtc() {
  try {
    return open_nvrtc();
  } catch (const space::Error& e) {
    fmt::print("{}\n", e.what());
    return nullptr;
  }
}
#define NEEDS_NVRTC() \
  if (!nvrtc()) GTEST_SKIP() << "needs NVRTC, which ./scripts/test sets up"

CudaCode compiled(const space::Activation& a, std::span<const Pass> passes,
                  const CudaOptions& options, const std::string& architecture) {
  return open_nvrtc()->compile(cuda_source(a, passes, options), architecture,
                               options.type != Type::f32, true);
}

/// What ptxas says of each kernel.
struct Usage {
  int kernels = 0, most_registers = 0, spills = 0, stack = 0;
};

Usage usage_of(const std::string& log) {
  Usage usage;
  const std::regex memory(R"((\d+) bytes stack frame, (\d+) bytes spill stores)"),
      registers(R"(Used (\d+) registers)");
  for (std::sregex_iterator m(log.begin(), log.end(), memory), end; m != end; ++m) {
    usage.stack += std::stoi((*m)[1]);
    usage.spills += std::stoi((*m)[2]);
  }
  for (std::sregex_iterator m(log.begin(), log.end(), registers), end; m != end; ++m) {
    ++usage.kernels;
    usage.most_registers = std::max(usage.most_registers, std::stoi((*m)[1]));
  }
  return usage;
}

/// Kernels by channel hold the parameters and sums of 8 channels where they are few: they may use
/// more registers; so may float64, whose numbers take two each.
void expect_frugal(const CudaCode& code, int kernels, const std::string& what, Sharing sharing,
                   bool wide = false) {
  const Usage usage = usage_of(code.log);
  EXPECT_EQ(usage.kernels, kernels) << what << "\n" << code.log;
  EXPECT_EQ(usage.spills, 0) << what;
  EXPECT_EQ(usage.stack, 0) << what;
  EXPECT_LE(usage.most_registers, sharing == Sharing::layer && !wide ? 128 : 255) << what;
}

/// nvdisasm of the wheel in the environment of the tests' frameworks.
std::optional<fs::path> disassembler() {
  std::error_code failure;
  for (const auto& entry :
       fs::directory_iterator(fs::path(ANTIGRAD_DEPS_DIR) / "oracle/lib", failure)) {
    const fs::path found = entry.path() / "site-packages/nvidia/cu13/bin/nvdisasm";
    if (fs::exists(found)) return found;
  }
  return std::nullopt;
}

std::string disassembled(const std::string& cubin) {
  const fs::path file =
      fs::temp_directory_path() / fmt::format("antigrad_{}.cubin", static_cast<int>(::getpid()));
  std::ofstream(file, std::ios::binary) << cubin;
  std::string text;
  const std::string command = fmt::format("{} -c {}", disassembler()->string(), file.string());
  if (FILE* const pipe = ::popen(command.c_str(), "r")) {
    char buffer[4096];
    while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, n);
    ::pclose(pipe);
  }
  fs::remove(file);
  return text;
}

int count(const std::string& text, const std::string& word) {
  int found = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

/// Inputs that a pass reads: the double backward of relu does not need gy.
std::size_t inputs_read(const space::Activation& a, Pass pass) {
  std::set<int> read;
  for (const space::Node& n : program_of(a, pass).expr.nodes)
    if (n.op == space::Op::Var) read.insert(n.a);
  return read.size();
}

/// What the machine code of `passes` by layer does with memory: each input and output once as 16
/// bytes, nothing local, sums without atomics.
void expect_wide_accesses(const space::Activation& a, const CudaCode& code,
                          std::span<const Pass> passes, const std::string& what) {
  std::size_t loads = 0, stores = 0;
  for (const Pass pass : passes) loads += inputs_read(a, pass), stores += outputs_of(pass).size();
  const std::string sass = disassembled(code.cubin);
  EXPECT_EQ(count(sass, "LDG.E.128"), static_cast<int>(loads)) << what;
  EXPECT_EQ(count(sass, "STG.E.128"), static_cast<int>(stores)) << what;
  EXPECT_EQ(count(sass, "STL") + count(sass, "LDL"), 0) << what << ": local memory";
  EXPECT_EQ(count(sass, "ATOM") + count(sass, "RED."), 0) << what << ": atomics";
}

/// A seed that nobody chose; ANTIGRAD_SEED repeats one.
std::uint64_t seed() {
  const char* const given = std::getenv("ANTIGRAD_SEED");
  return given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

/// silu, xielu and so many others of the zoo; all of it where the whole is asked for.
std::vector<space::Activation> some_activations(std::size_t others, space::Random& random) {
  auto rest = zoo_activations();
  if (full()) return rest;
  std::vector<space::Activation> chosen{named("silu"), named("xielu")};
  std::erase_if(rest, [](const auto& a) { return a.name == "silu" || a.name == "xielu"; });
  std::shuffle(rest.begin(), rest.end(), random);
  chosen.insert(chosen.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(others));
  return chosen;
}

TEST(CudaCompile, ActivationsNeitherSpillNorAccessFewerThanSixteenBytesAtATime) {
  NEEDS_NVRTC();
  const std::uint64_t key = seed();
  SCOPED_TRACE(fmt::format("ANTIGRAD_SEED={}", key));
  space::Random random(key);
  int compiled_texts = 0, most = 0, disassemblies = 0;
  std::string names;
  for (const auto& a : some_activations(8, random)) {
    names += " " + a.name;
    const int chosen = random.below(6);  // of the settings by layer
    int setting = 0;
    for (const Sharing sharing : {Sharing::layer, Sharing::channel})
      for (const Type type : kTypes)
        for (const char* const architecture : {"sm_80", "sm_90"}) {
          if (!full() && setting++ != chosen) continue;
          if (sharing == Sharing::channel && a.parameters.empty()) continue;
          const CudaCode code = compiled(a, kPlain, {type, sharing, "", false}, architecture);
          const auto what = fmt::format("{} {} {}", a.name, name_of(type), architecture);
          const CudaOptions options{type, sharing, "", false};
          expect_frugal(code, 3, what, sharing, precision_of(a, options) == Precision::f64);
          most = std::max(most, usage_of(code.log).most_registers);
          ++compiled_texts;
          if (sharing != Sharing::layer || !disassembler()) continue;
          expect_wide_accesses(a, code, kPlain, what);
          ++disassemblies;
        }
  }
  fmt::print(
      "ANTIGRAD_SEED={}: {} texts of 3 kernels, {} of them disassembled, at most {} registers:{}\n",
      key, compiled_texts, disassemblies, most, names);
}

// float64 between float32 elements, where terms cancel: none of its functions may read tables or
// keep anything in local memory.
TEST(CudaCompile, WideArithmeticIsFrugalToo) {
  NEEDS_NVRTC();
  std::vector<space::Activation> all{named("gelu_sinc"), named("softplus_beta"), named("acon_c")};
  for (const char* const f : {"exp(-x*x)", "expm1(-x*x)", "log1p(x*x)", "erf(x)", "erfc(x)",
                              "tanh(x)", "atan(x)", "sin(x)", "cos(x)", "sqrt(1 + x*x)"})
    all.push_back(named(fmt::format("f: (1000 + {}) - 1000", f)));
  const CudaOptions options{Type::f32, Sharing::layer, "", false};
  for (const auto& a : all) {
    ASSERT_EQ(precision_of(a, options), Precision::f64) << a.name;
    const CudaCode code = compiled(a, kPlain, options, "sm_90");
    if (a.name != "gelu_sinc")
      expect_frugal(compiled(a, kAll, options, "sm_90"), 5, a.name + " with gates", Sharing::layer,
                    true);
    expect_frugal(code, 3, a.name, Sharing::layer, true);
    if (!a.parameters.empty())
      expect_frugal(compiled(a, kPlain, {Type::f32, Sharing::channel, "", false}, "sm_90"), 3,
                    a.name + " by channel", Sharing::channel);
    if (disassembler()) expect_wide_accesses(a, code, kPlain, a.name);
  }
}

TEST(CudaCompile, GatesChannelsAndTablesCompileForFourArchitectures) {
  NEEDS_NVRTC();
  const auto gate = named("xielu"), table = named("[a = 0.5] a*x*tanh(x) | 0 | softplus(x)");
  for (const char* const architecture : {"sm_80", "sm_90", "sm_100", "sm_120"}) {
    const CudaCode by_layer =
        compiled(gate, kAll, {Type::bf16, Sharing::layer, "", true}, architecture);
    expect_frugal(by_layer, 6, architecture, Sharing::layer);
    const CudaCode by_channel =
        compiled(table, kPair, {Type::f32, Sharing::channel, "", true}, architecture);
    expect_frugal(by_channel, 3, architecture, Sharing::channel);
    EXPECT_EQ(by_layer.cubin.substr(1, 3), "ELF");
  }
}

TEST(CudaCompile, TellsWhatAPairCosts) {
  NEEDS_NVRTC();
  for (const char* const name : {"silu", "gelu", "mish", "xielu"})
    for (const Type type : {Type::f32, Type::bf16}) {
      double best = 1e9;
      for (int round = 0; round < 3; ++round) {
        const std::clock_t start = std::clock();  // processor time: other programs may run
        compiled(named(name), kPair, {type, Sharing::layer, "", false}, "sm_90");
        best = std::min(best, 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
      }
      fmt::print("{} {}: forward and backward compile in {:.0f} ms of a processor\n", name,
                 name_of(type), best);
    }
}

TEST(CudaCompile, RefusesAnUnknownArchitecture) {
  NEEDS_NVRTC();
  try {
    compiled(named("relu"), kPair, {}, "sm_12345");
    FAIL();
  } catch (const space::Error& e) {
    EXPECT_NE(std::string(e.what()).find("does not compile for sm_12345"), std::string::npos)
        << e.what();
  }
}

TEST(CudaCompile, ShowsTheLogOfTextThatDoesNotCompile) {
  NEEDS_NVRTC();
  try {
    open_nvrtc()->compile("extern \"C\" __global__ void f() { nonsense; }", "sm_90", true);
    FAIL();
  } catch (const std::logic_error& e) {
    EXPECT_NE(std::string(e.what()).find("nonsense"), std::string::npos) << e.what();
  }
}

// --- Machine code.

TEST(CudaCompile, GatesAccessMemorySixteenBytesAtATimeToo) {
  NEEDS_NVRTC();
  if (!disassembler()) GTEST_SKIP() << "needs nvdisasm, which ./scripts/test sets up";
  for (const char* const name : {"silu", "xielu"})
    for (const Type type : kTypes)
      for (const char* const architecture : {"sm_80", "sm_90"}) {
        if (!full() && (name == std::string("silu")) != (architecture == std::string("sm_80")))
          continue;
        const auto code =
            compiled(named(name), kAll, {type, Sharing::layer, "", false}, architecture);
        expect_wide_accesses(named(name), code, kAll,
                             fmt::format("{} {} {}", name, name_of(type), architecture));
      }
}

TEST(CudaCompile, NeedsFewSpecialFunctionsInHalfPrecision) {
  NEEDS_NVRTC();
  if (!disassembler()) GTEST_SKIP() << "needs nvdisasm, which ./scripts/test sets up";
  const std::map<std::string, int> most{{"silu", 2}, {"gelu", 2},  {"mish", 2},
                                        {"tanh", 2}, {"xielu", 1}, {"softplus", 2}};
  for (const auto& [name, an_element] : most) {
    const auto code =
        compiled(named(name), kForward, {Type::bf16, Sharing::layer, "", false}, "sm_90");
    EXPECT_LE(count(disassembled(code.cubin), "MUFU."), an_element * 8) << name;
  }
}

// --- The text itself.

TEST(CudaSource, IsDeterministicAndHoldsOnlyWhatIsUsed) {
  const std::string relu = cuda_source(named("relu"), kPlain);
  EXPECT_EQ(relu, cuda_source(named("relu"), kPlain));
  for (const char* const unused : {"near_", "scale2", "lookup", "block_sum", "__shared__", "theta"})
    EXPECT_EQ(relu.find(unused), std::string::npos) << unused;
  EXPECT_EQ(relu.find("#include <"), relu.find("#include <math.h>"));
}

TEST(CudaSource, TakesParametersAsArguments) {
  const std::string text = cuda_source(named("[a = 0.25] a | 0 | 1"), kPlain);
  EXPECT_EQ(text, cuda_source(named("[a = 0.75] a | 0 | 1"), kPlain));
  EXPECT_NE(text.find("const float* theta"), std::string::npos);
}

TEST(CudaSource, WritesLiteralsInHexadecimal) {
  const std::string text = cuda_source(named("leaky_relu"), kForward);
  EXPECT_NE(text.find("0x1.47ae14p-7f"), std::string::npos) << text;
}

TEST(CudaSource, NamesKernelsWithThePrefix) {
  const std::string text =
      cuda_source(named("prelu"), kPair, {Type::bf16, Sharing::layer, "my_", true});
  for (const char* const kernel : {" my_forward(", " my_backward(", " my_reduce("})
    EXPECT_EQ(count(text, kernel), 1) << kernel;
}

TEST(CudaSource, RefusesFloat64) {
  EXPECT_THROW(cuda_source(named("relu"), kPair, {Type::f64, Sharing::layer, "", true}),
               space::Error);
}

// --- Without a GPU.

TEST(CudaDriver, SaysWhatToInstallWhereNoneIs) {
  const Environment missing("ANTIGRAD_CUDA_DRIVER", "/nowhere/libcuda.so.1");
  const std::string text = refusal([] { CudaDevice device; });
  EXPECT_NE(text.find("no CUDA driver (/nowhere/libcuda.so.1"), std::string::npos) << text;
  EXPECT_NE(text.find("install the NVIDIA driver"), std::string::npos) << text;
}

TEST(CudaDriver, SaysWhatToInstallWithoutNvrtc) {
  const Environment missing("ANTIGRAD_NVRTC", "/nowhere/libnvrtc.so");
  const std::string text = refusal([] { open_nvrtc(); });
  EXPECT_NE(text.find("/nowhere/libnvrtc.so"), std::string::npos) << text;
  EXPECT_NE(text.find("nvidia-cuda-nvrtc"), std::string::npos) << text;
}

TEST(CudaDriver, NamesALibraryThatIsNone) {
  const Environment wrong("ANTIGRAD_CUDA_DRIVER", "libm.so.6");
  const std::string text = refusal([] { CudaDevice device; });
  EXPECT_NE(text.find("libm.so.6 has no cuInit"), std::string::npos) << text;
}

}  // namespace
}  // namespace antigrad::kernels
