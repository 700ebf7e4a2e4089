// Comparing, fetching, rewriting paths.
#include "experiments/app/remote/study_copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "experiments/app/remote/fetch.hpp"
#include "experiments/app/remote/file_shelf.hpp"
#include "search/normalisation.hpp"
#include "search/study_paths.hpp"
#include "space/error.hpp"
#include "space/random.hpp"
#include "space/yaml.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using search::Json;

/// Whether what lies here under the study's own path is what the server has.
bool same_here(const std::string& path, const Json& row) {
  if (path.empty() || !fs::exists(path)) return false;
  if (!row.contains("files")) return true;  // the server cannot say more
  return std::ranges::all_of(row.at("files"), [&](const Json& file) {
    const std::string name = file.at("name").get<std::string>();
    return is_file(name.empty() ? fs::path(path) : fs::path(path) / name, file);
  });
}

/// Names come from the server.
std::string checked_name(const std::string& name) {
  const bool good = !name.empty() && name != "." && name != ".." && name.find('/') == name.npos;
  if (!good) throw space::Error(fmt::format("the server names a file \"{}\"", name));
  return name;
}

std::string hash_of(const std::string& text) {
  return fmt::format("{:016x}", space::child_seed(text.size(), text));
}

/// The files of a row under `folder`; where the study's path leads then.
std::string fetched(const Client& client, const Json& row, const fs::path& folder) {
  const fs::path place = folder / "data" / hash_of(search::to_text(row.at("files")));
  fs::create_directories(place);
  fs::path last;
  for (const Json& file : row.at("files")) {
    std::string name = file.at("name").get<std::string>();
    if (name.empty()) name = fs::path(row.at("path").get<std::string>()).filename().string();
    last = place / checked_name(name);
    if (!is_file(last, file)) fetch(client, file, last);
  }
  return row.at("folder").get<bool>() ? place.string() : last.string();
}

// Longer paths first: one may begin with another.
std::string replaced(std::string text, std::vector<std::pair<std::string, std::string>> paths) {
  std::ranges::sort(paths,
                    [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  for (const auto& [from, to] : paths) {
    for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at)) {
      const std::size_t end = at + from.size();
      const char next = end < text.size() ? text[end] : ' ';
      const bool whole = std::isalnum(static_cast<unsigned char>(next)) == 0 &&
                         std::string("_-./").find(next) == std::string::npos;
      if (whole) text.replace(at, from.size(), to);
      at += whole ? to.size() : from.size();
    }
  }
  return text;
}

/// The path of a study with this text.
std::string kept(const std::string& text, const fs::path& folder) {
  const fs::path place = folder / "studies" / hash_of(text);
  fs::create_directories(place);
  const std::string study = (place / "study.yaml").string();
  std::ifstream in(study, std::ios::binary);
  if (std::string{std::istreambuf_iterator<char>(in), {}} != text) write_whole(study, text);
  return study;
}

}  // namespace

void write_whole(const std::string& path, const std::string& text) {
  const std::string part = fmt::format("{}.{}.part", path, ::getpid());
  const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool good = file >= 0;
  for (std::size_t at = 0; good && at < text.size();) {
    const ssize_t n = ::write(file, text.data() + at, text.size() - at);
    good = n > 0;
    at += good ? static_cast<std::size_t>(n) : 0;
  }
  good = good && ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  if (!good || ::rename(part.c_str(), path.c_str()) != 0)
    throw space::Error({path, 0, 0}, "cannot be written; is the disk full?");
}

std::string copy_study(const Client& client, const std::string& text, const std::string& files,
                       const std::string& folder) {
  if (space::Yaml::parse(text, "the server's study").has("evaluator"))
    throw space::Error(
        "the server's study would run a program of its choice here (`evaluator:`); name the study "
        "file on this machine if you trust it: antigrad worker --server URL STUDY.yaml");
  const Client::Answer list = client.get(files);
  if (!list.good()) throw space::Error(fmt::format("{}: {}", files, list.message()));
  std::vector<std::pair<std::string, std::string>> paths;
  const Json listed = list.json();
  for (const Json& row : listed.at("paths")) {
    const std::string path = row.at("path").get<std::string>();
    if (same_here(expanded(path), row)) continue;
    if (!row.contains("files"))
      throw space::Error(fmt::format(
          "{} is not on this machine, and the server does not serve it: share it by path, set "
          "ANTIGRAD_DATA there to a folder above it, or serve the study by `antigrad serve "
          "STUDY.yaml`",
          path));
    paths.emplace_back(path, fetched(client, row, folder));
  }
  return kept(replaced(text, std::move(paths)), folder);
}

std::string own_study(const std::string& file, const std::string& text, const std::string& folder) {
  const search::StudyConfig own = search::load_study(file);
  const std::string said = search::text_saying_as(own, text);
  return said == own.text ? file : kept(said, folder);
}

}  // namespace antigrad::app
