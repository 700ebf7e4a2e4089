#include "space/activation.hpp"

#include <fmt/format.h>

#include <cctype>

#include "space/definitions.hpp"
#include "space/gradient.hpp"
#include "space/text.hpp"
#include "space/user_gradient.hpp"

namespace antigrad::space {
namespace {

/// Whether a text can only be a name of the zoo: not "x", "-x", "x-1", "1e-3".
bool is_name(std::string_view text) {
  const bool letter = !text.empty() && std::isalpha(static_cast<unsigned char>(text.front()));
  if (!letter || text == "x" || text.starts_with("x-")) return false;
  for (const char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
          c == '-'))
      return false;
  return true;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// Whether "f:" comes first, or right after a list of parameters.
bool gives_f(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    text = trimmed(text.substr(end + 1));
  }
  return text.starts_with("f:");
}

/// "[PARAMETERS] f: EXPRESSION": g is derived from f.
Activation from_function(std::string_view text, const Functions& functions) {
  Scanner in(text);
  Activation a;
  a.by_f = true;
  a.parameters = read_parameters(in);
  in.accept(std::string_view("f:"));
  const Names names = names_of(a.parameters);
  Builder out;
  const Sym f = parse_expression(in, out, names, nullptr, &functions);
  if (in.peek() == '|')
    in.fail("f is one formula; write where(x <= 0, left, right) for its pieces");
  if (in.peek() == ';') in.fail("f has no anchor: its constant is part of the formula");
  if (!in.at_end()) in.fail(fmt::format("expected an operator or the end, got {}", in.next_word()));
  a.f = out.finish(f);
  a.g = derivative(a.f);
  a.text = to_string(std::span<const Parameter>(a.parameters)) + "f: " + to_string(a.f, names);
  a.rules = "given by f; g derived";
  return a;
}

constexpr std::string_view kGate = "gate(";

Activation inside_gate(std::string_view text, const Definitions& known) {
  try {
    return parse_activation(text, known);
  } catch (const Error& e) {
    Where at = e.where();
    if (at.line == 1) at.column += static_cast<int>(kGate.size());
    throw Error(at, e.message());
  }
}

/// "gate(TEXT)": the activation inside, marked.
Activation from_gate(std::string_view text, const Definitions& known) {
  const std::string_view inside = text.substr(kGate.size(), text.size() - kGate.size() - 1);
  const bool nested = trimmed(inside).starts_with(kGate);  // at any depth: not entered
  Activation a = nested ? Activation{} : inside_gate(inside, known);
  if (nested || a.gate)
    throw Error("a gate of a gate: expected gate(TEXT) with a function of one input");
  a.gate = true;
  a.text = "gate(" + a.text + ")";
  a.name.clear();
  return a;
}

[[noreturn]] void refuse_name(std::string_view text, const Definitions& known) {
  throw Error(
      fmt::format("unknown activation \"{}\":{} `antigrad zoo` lists the names; a gradient is "
                  "written like \"sigmoid(x)\"",
                  text, did_you_mean(text, known.names())));
}

}  // namespace

Activation parse_activation(std::string_view text) { return parse_activation(text, Definitions{}); }

Activation parse_activation(std::string_view text, const Definitions& known) {
  text = trimmed(text);
  if (text.empty())
    throw Error("empty activation: expected a name of the zoo, a gradient or \"f: FORMULA\"");
  if (text.starts_with(kGate) && text.ends_with(')')) return from_gate(text, known);
  if (gives_f(text)) return from_function(text, written_out(known.primitives()));
  if (const ZooEntry* const entry = known.find(text)) {
    Activation a = parse_activation(entry->text);
    a.name = entry->name;
    return a;
  }
  if (is_name(text)) refuse_name(text, known);
  return known.primitives().empty() ? integrate(parse_gradient(text))
                                    : integrate_with(text, known.primitives());
}

void refuse_gate(const Activation& a, std::string_view place) {
  if (!a.gate) return;
  throw Error(fmt::format(
      "\"{}\" is a gate, f(u)*v of two inputs: {} takes a function of one input; name f itself, {}",
      a.name.empty() ? a.text : a.name, place,
      a.text.substr(kGate.size(), a.text.size() - kGate.size() - 1)));
}

}  // namespace antigrad::space
