// `antigrad analyze`: what is proved of an activation, alone or beside others, with a drawing.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "experiments/app/commands.hpp"
#include "experiments/app/drawing.hpp"
#include "space/analysis.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using space::Activation;
using space::Claim;

/// A name, a text, or a file that holds one: its lines without comments.
Activation read(const std::string& subject, const space::Definitions& known) {
  if (!std::filesystem::is_regular_file(subject)) return space::parse_activation(subject, known);
  std::ifstream in(subject);
  std::string line, text;
  while (std::getline(in, line)) text += line.substr(0, line.find('#')) + " ";
  if (!in.eof()) throw space::Error(fmt::format("{}: cannot be read", subject));
  try {
    return space::parse_activation(text, known);
  } catch (const space::Error& e) {
    throw space::Error(fmt::format("{}: {}", subject, e.what()));
  }
}

Json number_or_null(double v) { return std::isnan(v) ? Json() : Json(v); }

void print_one(const Arguments& arguments, const Activation& a) {
  const bool people = arguments.format == Format::table;
  Listing listing(
      people ? std::vector<std::string>{"property", "verdict", "what is known"}
             : std::vector<std::string>{"property", "verdict", "statement", "witness", "lo", "hi"});
  for (const Claim& c : space::analyze(a)) {
    const std::string verdict(space::to_string(c.verdict));
    if (people)
      listing.add({c.property, verdict, c.statement});
    else
      listing.add({c.property, verdict, c.statement, c.witness ? Json(*c.witness) : Json(),
                   number_or_null(c.lo), number_or_null(c.hi)});
  }
  print(listing.text(arguments.format));
}

/// The number where a line states one, else the verdict.
std::string cell(const Claim& c) {
  if (!std::isnan(c.lo) && c.verdict == space::Verdict::proved)
    return fmt::format("{:.6g}", std::isinf(c.lo) ? c.lo : 0.5 * (c.lo + c.hi));
  return std::string(space::to_string(c.verdict));
}

void print_beside(const Arguments& arguments, const std::vector<Activation>& all,
                  const std::vector<std::string>& names) {
  std::vector<std::string> columns{"property"};
  columns.insert(columns.end(), names.begin(), names.end());
  std::vector<std::vector<Claim>> claims;
  for (const Activation& a : all) claims.push_back(space::analyze(a));
  Listing listing(columns);
  for (const Claim& first : claims.front()) {
    std::vector<Json> row{first.property};
    for (const auto& of_one : claims) {
      const auto same = std::ranges::find(of_one, first.property, &Claim::property);
      row.push_back(same == of_one.end() ? Json() : Json(cell(*same)));
    }
    listing.add(std::move(row));
  }
  print(listing.text(arguments.format));
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out;
  std::stringstream in(list);
  for (std::string name; std::getline(in, name, ',');) out.push_back(name);
  return out;
}

}  // namespace

int analyze_command(const Arguments& arguments) {
  std::vector<Activation> all{read(arguments.subject, arguments.definitions)};
  std::vector<std::string> names{all.front().name.empty() ? "this" : all.front().name};
  for (const std::string& name : split(arguments.against)) {
    all.push_back(read(name, arguments.definitions));
    names.push_back(name);
  }
  if (!arguments.drawing.empty()) draw(arguments.drawing, all, names);
  if (all.size() == 1)
    print_one(arguments, all.front());
  else
    print_beside(arguments, all, names);
  return 0;
}

}  // namespace antigrad::app
