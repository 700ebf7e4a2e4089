#include "tests/kernels/cuda_host.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "paths.hpp"

namespace antigrad::kernels {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// "SHIM_KERNEL(name, waits)" for every kernel of a text: its name stands before the first bracket
/// behind __launch_bounds__(...).
std::string entries(const std::string& text) {
  std::string out;
  const std::string opening = "__launch_bounds__(";
  for (auto at = text.find(opening); at != std::string::npos; at = text.find(opening, at)) {
    at = text.find_first_not_of(" \n", text.find(')', at) + 1);
    const std::string name = text.substr(at, text.find('(', at) - at);
    const std::string body = text.substr(at, text.find("\n}\n", at) - at);
    const bool waits = body.find("__syncthreads") != std::string::npos ||
                       body.find("block_sum") != std::string::npos;
    out += fmt::format("SHIM_KERNEL({}, {})\n", name, waits);
  }
  return out;
}

}  // namespace

TemporaryFolder::TemporaryFolder() : path_(fs::temp_directory_path() / "antigrad_cuda_XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make " + path_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string host_part(const std::string& prefix, const std::string& text) {
  return fmt::format("namespace in_{} {{\n{}{}}}\n", prefix, text, entries(text));
}

std::string compile_host(const std::string& parts, const std::string& path) {
  std::ofstream(path + ".cpp") << "#include \"tests/kernels/cuda_shim.hpp\"\n" << parts;
  const std::string command = fmt::format(
      "c++ -std=c++20 -w -O0 -fno-gnu-unique -ffp-contract=off -shared -fPIC -I{0} {1}.cpp -o {1} "
      ">{1}.log 2>&1",
      ANTIGRAD_SOURCE_DIR, path);
  return std::system(command.c_str()) == 0 ? "" : read(path + ".log");
}

std::string CudaHost::compile() {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/kernels.so";
  if (const std::string messages = compile_host(parts_, path); !messages.empty()) return messages;
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return ::dlerror();
  library_ = std::shared_ptr<void>(library, ::dlclose);
  return "";
}

Launch CudaHost::launch(const std::string& prefix, unsigned fewer) const {
  return [=, library = library_](const char* kernel, unsigned blocks, void** arguments) {
    const std::string name = prefix + kernel + "_call";
    void* const found = ::dlsym(library.get(), name.c_str());
    if (found == nullptr) throw std::logic_error("no kernel " + name);
    const bool reduce = std::string_view(kernel) == "reduce";  // its blocks are its work
    reinterpret_cast<HostKernel>(found)(reduce ? blocks : (blocks + fewer - 1) / fewer, kThreads,
                                        arguments);
  };
}

}  // namespace antigrad::kernels
