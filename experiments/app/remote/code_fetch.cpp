// Which, then one by one.
#include "experiments/app/remote/code_fetch.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "experiments/app/remote/fetch.hpp"
#include "kernels/code_entry.hpp"
#include "kernels/cuda/driver.hpp"
#include "kernels/cuda/nvrtc.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using search::Json;

struct Gpu {
  std::string compiler, architecture;
};

std::optional<Gpu> gpu_of_this_machine() {
  try {
    return Gpu{kernels::open_nvrtc()->compiler(), kernels::CudaDevice().architecture()};
  } catch (const space::Error& e) {
    fmt::print(stderr, "no machine code is fetched: {}\n", e.what());
    return std::nullopt;
  }
}

bool is_entry_name(const std::string& name) {
  constexpr std::size_t kDigits = 32;
  return name.substr(std::min(kDigits, name.size())) == kernels::kEntrySuffix &&
         name.find_first_not_of("0123456789abcdef") == kDigits;
}

/// Names come from the server: one that is another key's would stand for that.
bool is_entry(const std::string& path, const std::string& name, const Gpu& gpu) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const auto parts = kernels::entry_parts(bytes);
  if (!parts || kernels::entry_name(parts->key) != name) return false;
  const auto key = kernels::key_of(parts->key);
  return key && key->compiler == gpu.compiler && key->target.starts_with(gpu.architecture);
}

bool fetched(const Client& client, const Json& row, const std::string& folder, const Gpu& gpu) {
  const std::string name = row.at("name").get<std::string>();
  const fs::path place = fs::path(folder) / name;
  try {
    if (!is_entry_name(name))
      throw space::Error(fmt::format("the server names machine code \"{}\"", name));
    if (fs::exists(place)) return false;
    fetch(client, row, place, [&](const std::string& path) { return is_entry(path, name, gpu); });
    return true;
  } catch (const space::Error& e) {  // it is compiled here then
    fmt::print(stderr, "{}\n", e.what());
    return false;
  }
}

}  // namespace

int fetch_code(const Client& client, const std::string& folder) {
  if (folder.empty()) return 0;
  const std::optional<Gpu> gpu = gpu_of_this_machine();
  if (!gpu) return 0;
  const Client::Answer list =
      client.get(fmt::format("/v1/work/code?compiler={}&architecture={}",
                             url_encoded(gpu->compiler), url_encoded(gpu->architecture)));
  if (!list.good()) {
    fmt::print(stderr, "no machine code is fetched: {}\n", list.message());
    return 0;
  }
  fs::create_directories(folder);
  int came = 0;
  const Json listed = list.json();
  for (const Json& row : listed.at("files")) came += fetched(client, row, folder, *gpu) ? 1 : 0;
  fmt::print(stderr, "{} pieces of machine code for {} fetched\n", came, gpu->architecture);
  return came;
}

}  // namespace antigrad::app
