// The table of data sets, read strictly.
#include "experiments/app/data_sets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include "experiments/app/digest.hpp"

namespace antigrad::app {

extern const char* const kDataSetsText;  // data_sets.yaml, embedded by the build

namespace {

using space::Yaml;

std::string checksum(const Yaml& file, const char* key, std::size_t digits) {
  if (!file.has(key)) return "";
  const std::string text = file.at(key).text();
  if (text.size() != digits || text.find_first_not_of("0123456789abcdef") != text.npos)
    file.at(key).fail(
        fmt::format("got \"{}\", expected {} lower-case hexadecimal digits", text, digits));
  return text;
}

std::string file_name(const Yaml& node) {
  const std::string name = node.text();
  if (name.empty() || name == "." || name == ".." || name.find('/') != name.npos)
    node.fail(fmt::format("got \"{}\", expected the name of a file without a folder", name));
  return name;
}

DataFile read_file(const Yaml& node, bool has_urls) {
  std::vector<std::string> keys = {"name", "bytes", "sha256", "md5"};
  if (has_urls) keys.emplace_back("urls");
  node.allow(keys);
  DataFile file;
  file.name = file_name(node.at("name"));
  file.bytes = static_cast<std::uint64_t>(
      node.at("bytes").integer(1, std::numeric_limits<std::int64_t>::max()));
  file.sha256 = checksum(node, "sha256", 64);
  file.md5 = checksum(node, "md5", 32);
  if (!has_urls) return file;
  for (const Yaml& url : node.at("urls").items()) file.urls.push_back(url.text());
  if (file.urls.empty()) node.at("urls").fail("expected at least one address");
  return file;
}

DataSet read_data_set(const Yaml& node) {
  node.allow({"name", "format", "what", "licence", "page", "archive", "files"});
  DataSet set;
  set.name = file_name(node.at("name"));
  set.format = node.at("format").text();
  set.what = node.text_or("what", "");
  set.licence = node.text_or("licence", "");
  set.page = node.text_or("page", "");
  if (node.has("archive")) set.archive.push_back(read_file(node.at("archive"), true));
  for (const Yaml& file : node.at("files").items())
    set.files.push_back(read_file(file, set.archive.empty()));
  if (set.files.empty()) node.at("files").fail("expected at least one file");
  return set;
}

}  // namespace

const char* compared_by(const DataFile& file) {
  return !file.sha256.empty() ? "sha256" : !file.md5.empty() ? "md5" : "size";
}

std::string fault_of(const DataFile& file, const std::string& path) {
  const std::uint64_t bytes = std::filesystem::file_size(path);
  if (bytes != file.bytes) return fmt::format("{} bytes, expected {}", bytes, file.bytes);
  const std::string& want = file.sha256.empty() ? file.md5 : file.sha256;
  if (want.empty()) return "";
  const std::string got = digest(path, file.sha256.empty() ? Digest::md5 : Digest::sha256);
  return got == want ? "" : fmt::format("{} is {}, expected {}", compared_by(file), got, want);
}

std::vector<DataSet> read_data_sets(const Yaml& table) {
  std::vector<DataSet> sets;
  for (const Yaml& node : table.items()) {
    sets.push_back(read_data_set(node));
    const auto same = [&](const DataSet& other) { return other.name == sets.back().name; };
    if (std::count_if(sets.begin(), sets.end(), same) > 1)
      node.at("name").fail(fmt::format("a data set \"{}\" is already there", sets.back().name));
  }
  return sets;
}

std::vector<DataSet> known_data_sets() {
  return read_data_sets(Yaml::parse(kDataSetsText, "data_sets.yaml"));
}

const DataSet& find_data_set(const std::vector<DataSet>& sets, const std::string& name) {
  std::vector<std::string> known;
  for (const DataSet& set : sets) {
    if (set.name == name) return set;
    known.push_back(set.name);
  }
  throw space::Error(fmt::format("unknown data set \"{}\";{} known: {}", name,
                                 space::did_you_mean(name, known), fmt::join(known, ", ")));
}

}  // namespace antigrad::app
