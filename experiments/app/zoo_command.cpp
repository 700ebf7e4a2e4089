// `antigrad zoo`: the known activations, filtered, with values where they are asked for.
#include <fmt/format.h>

#include <algorithm>

#include "experiments/app/commands.hpp"
#include "space/zoo.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using space::ZooEntry;

void list_primitives(Format format) {
  Listing listing({"name", "in gradients", "antiderivative", "value"});
  for (const space::Primitive& p : space::primitives()) {
    if (p.core) continue;
    listing.add({std::string(p.name), p.search, p.has_antiderivative ? "closed form" : "tabulated",
                 std::string(p.source)});
  }
  print(listing.text(format));
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// A word matches a part of the name, of the title or of an alias.
bool named(const ZooEntry& entry, const std::string& word) {
  const auto holds = [&](const std::string& text) {
    return lower(text).find(lower(word)) != std::string::npos;
  };
  return holds(entry.name) || holds(entry.title) || std::ranges::any_of(entry.aliases, holds);
}

bool wanted(const ZooEntry& entry, const Arguments& arguments) {
  return named(entry, arguments.subject) && entry.year >= arguments.since &&
         (!arguments.kind || entry.kind == *arguments.kind);
}

// f, g and f'' at the parameters' starts.
std::vector<Json> values(const ZooEntry& entry, const std::vector<double>& points) {
  const space::Activation a = space::parse_activation(entry.text);
  const std::vector<double> theta = space::starts_of(a.parameters);
  std::vector<Json> columns;
  for (const space::Expr& e : {a.f, a.g, space::derivative(a.g)}) {
    Json column = Json::array();
    for (const double x : points) column.push_back(space::value(e, x, theta));
    columns.push_back(std::move(column));
  }
  return columns;
}

Json wrong_forms(const ZooEntry& entry) {
  Json texts = Json::array();
  for (const space::WrongForm& form : entry.wrong)
    texts.push_back(fmt::format("{} ({}; {})", form.text, form.note, form.source));
  return texts;
}

}  // namespace

int zoo_command(const Arguments& arguments) {
  if (arguments.primitives) {
    list_primitives(arguments.format);
    return 0;
  }
  const bool more = arguments.more, at = !arguments.points.empty();
  std::vector<std::string> columns{"name", "title", "kind", "year", "text", "source"};
  if (more) columns.insert(columns.end(), {"aliases", "note", "not to be taken for"});
  if (at) columns.insert(columns.end(), {"f", "g", "f''"});
  Listing listing(columns);
  for (const ZooEntry& entry : space::zoo()) {
    if (!wanted(entry, arguments)) continue;
    std::vector<Json> row{entry.name, entry.title, std::string(to_string(entry.kind)),
                          entry.year, entry.text,  entry.source};
    if (more) row.insert(row.end(), {Json(entry.aliases), entry.note, wrong_forms(entry)});
    if (at)
      for (Json& column : values(entry, arguments.points)) row.push_back(std::move(column));
    listing.add(std::move(row));
  }
  print(listing.text(arguments.format));
  return 0;
}

}  // namespace antigrad::app
