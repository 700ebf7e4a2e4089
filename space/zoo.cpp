#include "space/zoo.hpp"

#include <algorithm>

namespace antigrad::space {

extern const char* const kZooText;  // zoo.yaml, embedded by the build

namespace {

WrongForm read_wrong(const Yaml& item) {
  item.allow({"text", "at", "note", "source"});
  return {item.at("text").text(), item.at("at").number(), item.at("note").text(),
          item.at("source").text()};
}

ZooEntry read_entry(const Yaml& item) {
  item.allow({"name", "title", "g", "f", "gate", "source", "year", "aliases", "note", "wrong"});
  ZooEntry entry;
  entry.name = item.at("name").text();
  entry.title = item.at("title").text();
  read_given(item, entry);
  entry.source = item.at("source").text();
  entry.year = static_cast<int>(item.at("year").integer(1900, 2100));
  entry.note = item.text_or("note", "");
  if (item.has("aliases"))
    for (const Yaml& alias : item.at("aliases").items()) entry.aliases.push_back(alias.text());
  if (item.has("wrong"))
    for (const Yaml& form : item.at("wrong").items()) entry.wrong.push_back(read_wrong(form));
  return entry;
}

std::vector<ZooEntry> read_zoo() {
  std::vector<ZooEntry> out;
  for (const Yaml& item : Yaml::parse(kZooText, "zoo.yaml").items())
    out.push_back(read_entry(item));
  return out;
}

}  // namespace

void read_given(const Yaml& item, ZooEntry& entry) {
  const int given = item.has("g") + item.has("f") + item.has("gate");
  if (given != 1) item.fail("an activation is given by g, by f or by gate, one of them");
  if (item.has("g")) {
    entry.text = item.at("g").text();
  } else if (item.has("f")) {
    entry.kind = ZooEntry::Kind::function;
    const std::string f = item.at("f").text();
    const auto list = f.starts_with('[') ? f.find(']') + 1 : 0;
    entry.text = f.substr(0, list) + (list > 0 ? " f:" : "f: ") + f.substr(list);
  } else {
    entry.kind = ZooEntry::Kind::gate;
    entry.text = "gate(" + item.at("gate").text() + ")";
  }
}

std::span<const ZooEntry> zoo() {
  static const std::vector<ZooEntry> entries = read_zoo();
  return entries;
}

const ZooEntry* find_in_zoo(std::string_view name) {
  const auto it = std::ranges::find_if(zoo(), [&](const ZooEntry& e) {
    return e.name == name || std::ranges::count(e.aliases, name) > 0;
  });
  return it == zoo().end() ? nullptr : &*it;
}

std::string_view to_string(ZooEntry::Kind kind) {
  switch (kind) {
    case ZooEntry::Kind::gradient: return "gradient";
    case ZooEntry::Kind::function: return "function";
    case ZooEntry::Kind::gate: return "gate";
  }
  return "";
}

}  // namespace antigrad::space
