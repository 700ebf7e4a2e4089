#include "space/zoo.hpp"

#include <algorithm>

#include "space/yaml.hpp"

namespace antigrad::space {

extern const char* const kZooText;  // zoo.yaml, embedded by the build

namespace {

std::vector<ZooEntry> read_zoo() {
  std::vector<ZooEntry> out;
  for (const Yaml& item : Yaml::parse(kZooText, "zoo.yaml").items()) {
    item.allow({"name", "title", "g", "f", "source", "year"});
    if (item.has("g") == item.has("f"))
      item.fail("an activation is given by g or by f, one of them");
    const std::string text = item.has("g") ? item.at("g").text() : "f: " + item.at("f").text();
    out.push_back({item.at("name").text(), item.at("title").text(), text, item.at("source").text(),
                   static_cast<int>(item.at("year").integer(1900, 2100))});
  }
  return out;
}

}  // namespace

std::span<const ZooEntry> zoo() {
  static const std::vector<ZooEntry> entries = read_zoo();
  return entries;
}

const ZooEntry* find_in_zoo(std::string_view name) {
  const auto it = std::ranges::find(zoo(), name, &ZooEntry::name);
  return it == zoo().end() ? nullptr : &*it;
}

}  // namespace antigrad::space
