// Piece by piece.
#include "experiments/app/remote/fetch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "experiments/app/digest.hpp"
#include "experiments/app/remote/file_shelf.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using search::Json;

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

bool is_file(const fs::path& path, const Json& file) {
  std::error_code bad;
  return fs::is_regular_file(path, bad) &&
         fs::file_size(path) == file.at("bytes").get<std::uint64_t>() &&
         digest(path, Digest::sha256) == file.at("sha256").get<std::string>();
}

void fetch(const Client& client, const Json& file, const fs::path& to,
           const std::function<bool(const std::string& path)>& good) {
  const std::string sha256 = file.at("sha256").get<std::string>();
  if (!is_sha256(sha256)) throw space::Error("the server's list of files names no sha256");
  const auto bytes = file.at("bytes").get<std::uint64_t>();
  if (bytes > FileShelf::kMostBytes)
    throw space::Error(fmt::format("{} is too long to be fetched ({} bytes); share it by path",
                                   to.filename().string(), bytes));
  fmt::print(stderr, "fetching {} ({:.1f} MB)\n", to.filename().string(),
             static_cast<double>(bytes) * 1e-6);
  const std::string part = fmt::format("{}.{}.part", to.string(), ::getpid());
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  for (std::uint64_t at = 0; at < bytes;) {
    const Client::Answer piece = client.get(fmt::format("/v1/work/files/{}?from={}", sha256, at));
    if (!piece.good() || piece.body.empty() || piece.body.size() > bytes - at) {
      fs::remove(part);
      throw space::Error(
          fmt::format("{} cannot be fetched: status {}", to.filename().string(), piece.status));
    }
    out.write(piece.body.data(), static_cast<std::streamsize>(piece.body.size()));
    at += piece.body.size();
  }
  out.close();
  if (!out || !is_file(part, file) || (good && !good(part))) {
    fs::remove(part);
    throw space::Error(
        fmt::format("{} did not come as the server says: the disk is full, or it "
                    "changed meanwhile; try again",
                    to.filename().string()));
  }
  fs::rename(part, to);
}

}  // namespace antigrad::app
