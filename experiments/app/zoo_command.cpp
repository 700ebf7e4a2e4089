// `antigrad zoo`: the known activations, filtered, with values where they are asked for.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "experiments/app/commands.hpp"
#include "space/definitions.hpp"
#include "space/error.hpp"
#include "space/properties.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using space::ZooEntry;

// How the antiderivative of a primitive of the user comes about.
std::string antiderivative_of(const space::UserPrimitive& p, const space::Definitions& known) {
  try {
    return space::parse_activation(p.name + "(x)", known).by_f ? "tabulated" : "closed form";
  } catch (const space::Error&) {
    return "none";
  }
}

void list_primitives(Format format, const space::Definitions& known) {
  Listing listing({"name", "in gradients", "antiderivative", "value"});
  for (const space::UserPrimitive& p : known.primitives()) {
    const std::string antiderivative = antiderivative_of(p, known);
    listing.add({p.name, antiderivative != "none", antiderivative, p.text});
  }
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

/// What --where asks: properties to be proved, and with ! in front refuted.
struct Demands {
  std::vector<const space::Property*> proved, refuted;
};
Demands demands(const std::string& list) {
  Demands out;
  std::stringstream in(list);
  for (std::string name; std::getline(in, name, ',');) {
    const bool negated = name.starts_with('!');
    auto& side = negated ? out.refuted : out.proved;
    for (const auto* p : space::demanded({negated ? name.substr(1) : name})) side.push_back(p);
  }
  return out;
}

bool meets(const ZooEntry& entry, const Demands& wanted) {
  if (wanted.proved.empty() && wanted.refuted.empty()) return true;
  space::Proof proof(space::parse_activation(entry.text));
  const auto is = [&](space::Verdict verdict) {
    return
        [&proof, verdict](const space::Property* p) { return p->decide(proof).verdict == verdict; };
  };
  return std::ranges::all_of(wanted.proved, is(space::Verdict::proved)) &&
         std::ranges::all_of(wanted.refuted, is(space::Verdict::refuted));
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

std::vector<Json> row_of(const ZooEntry& entry, const Arguments& arguments) {
  std::vector<Json> row{entry.name, entry.title, std::string(to_string(entry.kind)),
                        entry.year, entry.text,  entry.source};
  if (entry.year == 0) row[3] = nullptr;
  if (arguments.more) row.insert(row.end(), {Json(entry.aliases), entry.note, wrong_forms(entry)});
  if (!arguments.points.empty())
    for (Json& column : values(entry, arguments.points)) row.push_back(std::move(column));
  return row;
}

}  // namespace

int zoo_command(const Arguments& arguments) {
  if (arguments.primitives) {
    list_primitives(arguments.format, arguments.definitions);
    return 0;
  }
  std::vector<std::string> columns{"name", "title", "kind", "year", "text", "source"};
  if (arguments.more) columns.insert(columns.end(), {"aliases", "note", "not to be taken for"});
  if (!arguments.points.empty()) columns.insert(columns.end(), {"f", "g", "f''"});
  Listing listing(columns);
  const Demands where = demands(arguments.where);
  for (const std::span<const ZooEntry> all : {arguments.definitions.activations(), space::zoo()})
    for (const ZooEntry& entry : all)
      if (wanted(entry, arguments) && meets(entry, where)) listing.add(row_of(entry, arguments));
  print(listing.text(arguments.format));
  return 0;
}

}  // namespace antigrad::app
