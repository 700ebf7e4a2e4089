#include "space/definitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "space/error.hpp"
#include "space/format_key.hpp"
#include "space/user_gradient.hpp"

namespace antigrad::space {
namespace {

constexpr std::string_view kReserved[] = {"x",   "pi",   "inf",  "in",    "f",
                                          "g",   "gate", "gy",   "where", "integral",
                                          "ggx", "abs",  "sqrt", "min",   "max"};

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }

bool is_identifier(std::string_view name) {
  return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, [](char c) {
    return is_letter(c) || std::isdigit(static_cast<unsigned char>(c));
  });
}

/// Runs `read`; what it finds wrong in `text` stands at `node`.
template <class Read>
auto at(const Yaml& node, const std::string& text, const Read& read) {
  try {
    return read();
  } catch (const Error& e) {
    const Where& inside = e.where();
    node.fail(inside.line > 0
                  ? fmt::format("in \"{}\", column {}: {}", text, inside.column, e.message())
                  : e.message());
  }
}

}  // namespace

Definitions Definitions::read(const Yaml& node) {
  node.allow({"format", "primitives", "activations"});
  demand_format(node);
  Definitions out;
  if (node.has("primitives"))
    for (const Yaml& item : node.at("primitives").items()) out.add_primitive(item);
  if (node.has("activations"))
    for (const Yaml& item : node.at("activations").items()) out.add_activation(item);
  return out;
}

Definitions Definitions::load(const std::string& file) { return read(Yaml::load_file(file)); }

void Definitions::check_name(const Yaml& node, std::string_view name) const {
  if (!is_identifier(name))
    node.fail(fmt::format("expected a name of letters, digits and _, got \"{}\"", name));
  const bool row =
      std::ranges::any_of(space::primitives(), [&](const Primitive& p) { return p.name == name; });
  if (row || std::ranges::count(kReserved, name))
    node.fail(fmt::format("\"{}\" is taken: formulas use it; choose another name", name));
  if (find(name) || std::ranges::count(primitives_, name, &UserPrimitive::name))
    node.fail(fmt::format("\"{}\" is defined already; choose another name", name));
}

void Definitions::add_primitive(const Yaml& item) {
  item.allow({"name", "y"});
  UserPrimitive p{item.at("name").text(), item.at("y").text(), {}};
  check_name(item.at("name"), p.name);
  p.y = at(item.at("y"), p.text, [&] {
    Scanner in(p.text);
    Builder out;
    const Functions functions = written_out(primitives_);
    const Sym y = parse_expression(in, out, {}, nullptr, &functions);
    if (!in.at_end())
      in.fail(fmt::format("expected an operator or the end, got {}", in.next_word()));
    return out.finish(y);
  });
  if (std::ranges::none_of(p.y.nodes, [](const Node& n) { return n.op == Op::Var; }))
    item.at("y").fail("a primitive is a function of x; the formula has no x");
  primitives_.push_back(std::move(p));
}

void Definitions::add_activation(const Yaml& item) {
  item.allow({"name", "title", "g", "f", "gate", "source", "year"});
  ZooEntry entry;
  entry.name = item.at("name").text();
  check_name(item.at("name"), entry.name);
  read_given(item, entry);
  const char* const given = item.has("g") ? "g" : item.has("f") ? "f" : "gate";
  const Activation a =
      at(item.at(given), entry.text, [&] { return parse_activation(entry.text, *this); });
  entry.text = a.text;
  if (a.by_f && !a.gate) entry.kind = ZooEntry::Kind::function;
  entry.title = item.text_or("title", entry.name);
  entry.source = item.text_or("source", item.where().file);
  entry.year = static_cast<int>(item.integer_or("year", 0));
  activations_.push_back(std::move(entry));
}

const ZooEntry* Definitions::find(std::string_view name) const {
  const auto it = std::ranges::find(activations_, name, &ZooEntry::name);
  return it == activations_.end() ? find_in_zoo(name) : &*it;
}

std::vector<std::string> Definitions::names() const {
  std::vector<std::string> out;
  for (const std::span<const ZooEntry> all : {std::span<const ZooEntry>(activations_), zoo()})
    for (const ZooEntry& e : all) {
      out.push_back(e.name);
      out.insert(out.end(), e.aliases.begin(), e.aliases.end());
    }
  return out;
}

}  // namespace antigrad::space
