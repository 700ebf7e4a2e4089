#include "experiments/app/remote/event_upload.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace antigrad::app {

void upload_events(const Client& client, const std::string& trial, const std::string& path) {
  std::error_code gone;
  const auto bytes = std::filesystem::file_size(path, gone);
  if (gone) return;
  std::string why = fmt::format("it has {} bytes, at most {} are taken", bytes, kLongestEvents);
  if (bytes <= kLongestEvents) {
    std::ifstream in(path, std::ios::binary);
    const Client::Answer answer =
        client.post_bytes(trial + "/events", {std::istreambuf_iterator<char>(in), {}});
    if (answer.good()) return;
    why = answer.message();
  }
  fmt::print(stderr, "{}: its event file stays in {}: {}\n", trial, path, why);
}

}  // namespace antigrad::app
