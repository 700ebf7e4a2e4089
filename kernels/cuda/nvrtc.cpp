#include "kernels/cuda/nvrtc.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <link.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "paths.hpp"
#include "space/error.hpp"

namespace antigrad::kernels {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNames[] = {"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"};
constexpr int kInvalidOption = 5;  // NVRTC_ERROR_INVALID_OPTION

/// The builtins that belong to the library at `path`: the wheel's are not on the loader's path.
std::string builtins_of(const std::string& path) {
  std::error_code failure;
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(fs::path(path).parent_path(), failure)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("libnvrtc-builtins.so")) found.push_back(entry.path());
  }
  return found.empty() ? "libnvrtc-builtins.so" : *std::ranges::min_element(found);
}

/// The folder of the libtorch that this process has loaded, "" without one.
fs::path torch_folder() {
  fs::path folder;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* out) {
        const fs::path path(info->dlpi_name);
        if (path.filename() != "libtorch_cpu.so") return 0;
        *static_cast<fs::path*>(out) = path.parent_path();
        return 1;
      },
      &folder);
  return folder;
}

/// Wheels put NVRTC into nvidia/cu13/lib (CUDA 13) or nvidia/cuda_nvrtc/lib (CUDA 12).
void add_site(std::vector<fs::path>& folders, const fs::path& site) {
  folders.push_back(site / "nvidia/cu13/lib");
  folders.push_back(site / "nvidia/cuda_nvrtc/lib");
}

std::vector<fs::path> folders() {
  std::vector<fs::path> all;
  if (const fs::path torch = torch_folder(); !torch.empty())
    add_site(all, torch.parent_path().parent_path());
  const fs::path deps = ANTIGRAD_DEPS_DIR;
  add_site(all, deps / "site");
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(deps / "oracle/lib", failure))
    add_site(all, entry.path() / "site-packages");
  all.emplace_back();  // the loader's path
  if (const char* const home = std::getenv("CUDA_HOME")) all.push_back(fs::path(home) / "lib64");
  all.emplace_back("/usr/local/cuda/lib64");
  return all;
}

std::vector<std::string> candidates() {
  std::vector<std::string> paths;
  const auto add_folder = [&](const fs::path& folder) {
    for (const char* const name : kNames)
      if (folder.empty() || fs::exists(folder / name)) paths.push_back(folder / name);
  };
  const char* const asked = std::getenv("ANTIGRAD_NVRTC");
  if (asked == nullptr || *asked == 0) {
    for (const auto& folder : folders()) add_folder(folder);
  } else if (fs::is_directory(asked)) {
    add_folder(asked);
  } else {
    paths.emplace_back(asked);
  }
  return paths;
}

std::shared_ptr<const Nvrtc> open_first() {
  std::vector<std::string> tried;
  for (const std::string& path : candidates()) {
    const SharedLibrary library(path);
    if (library.handle() != nullptr) return std::make_shared<Nvrtc>(path);
    tried.push_back(library.error());
  }
  throw space::Error(fmt::format(
      "CUDA kernels need NVRTC, which does not open ({}); install the CUDA toolkit or pip's "
      "nvidia-cuda-nvrtc, and name its library in ANTIGRAD_NVRTC",
      tried.empty() ? "no such file" : fmt::to_string(fmt::join(tried, "; "))));
}

}  // namespace

struct Nvrtc::Calls {
  using Handle = void*;
  int (*version)(int*, int*);
  int (*create)(Handle*, const char*, const char*, int, const char* const*, const char* const*);
  int (*destroy)(Handle*);
  int (*compile)(Handle, int, const char* const*);
  int (*log_size)(Handle, std::size_t*);
  int (*log)(Handle, char*);
  int (*cubin_size)(Handle, std::size_t*);
  int (*cubin)(Handle, char*);
  const char* (*error)(int);

  void check(int result) const {
    if (result != 0) throw std::runtime_error(fmt::format("NVRTC: {}", error(result)));
  }

  std::string log_of(Handle program) const {
    std::size_t size = 0;
    check(log_size(program, &size));
    std::string text(size, 0);
    check(log(program, text.data()));
    text.resize(std::min(text.size(), text.find('\0')));
    return text;
  }
};

Nvrtc::Nvrtc(const std::string& path) : builtins_(builtins_of(path)), library_(path) {
  if (library_.handle() == nullptr)
    throw space::Error(fmt::format("NVRTC does not open: {}", library_.error()));
  auto calls = std::make_shared<Calls>();
  library_.find("nvrtcVersion", calls->version);
  library_.find("nvrtcCreateProgram", calls->create);
  library_.find("nvrtcDestroyProgram", calls->destroy);
  library_.find("nvrtcCompileProgram", calls->compile);
  library_.find("nvrtcGetProgramLogSize", calls->log_size);
  library_.find("nvrtcGetProgramLog", calls->log);
  library_.find("nvrtcGetCUBINSize", calls->cubin_size);
  library_.find("nvrtcGetCUBIN", calls->cubin);
  library_.find("nvrtcGetErrorString", calls->error);
  int major = 0, minor = 0;
  calls->check(calls->version(&major, &minor));
  version_ = fmt::format("{}.{}", major, minor);
  calls_ = std::move(calls);
}

CudaCode Nvrtc::compile(const std::string& text, const std::string& architecture, bool contract,
                        bool verbose) const {
  const std::string arch = "-arch=" + architecture;
  std::vector<const char*> options{arch.c_str(), contract ? "-fmad=true" : "-fmad=false"};
  if (verbose) options.push_back("--ptxas-options=-v");
  Calls::Handle made = nullptr;
  calls_->check(calls_->create(&made, text.c_str(), "activation.cu", 0, nullptr, nullptr));
  const auto destroy = [this](void* program) { calls_->destroy(&program); };
  const std::unique_ptr<void, decltype(destroy)> program(made, destroy);
  const int result = calls_->compile(made, static_cast<int>(options.size()), options.data());
  CudaCode code{"", calls_->log_of(made)};
  if (result == kInvalidOption)
    throw space::Error(
        fmt::format("NVRTC {} ({}) does not compile for {}: {}; install one that "
                    "knows this GPU and name it in ANTIGRAD_NVRTC",
                    version_, path(), architecture, code.log));
  if (result != 0)
    throw std::logic_error(
        fmt::format("NVRTC {}: {}\n{}\n{}", version_, calls_->error(result), code.log, text));
  std::size_t size = 0;
  calls_->check(calls_->cubin_size(made, &size));
  code.cubin.resize(size);
  calls_->check(calls_->cubin(made, code.cubin.data()));
  return code;
}

std::shared_ptr<const Nvrtc> open_nvrtc() {
  static std::mutex mutex;
  static std::weak_ptr<const Nvrtc> opened;
  const std::scoped_lock lock(mutex);
  if (auto nvrtc = opened.lock()) return nvrtc;
  auto nvrtc = open_first();
  opened = nvrtc;
  return nvrtc;
}

}  // namespace antigrad::kernels
