#include "kernels/export/dialect.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "space/table.hpp"
#include "space/text.hpp"

namespace antigrad::kernels {
namespace {

using space::Node;
using space::Op;

const Form& form_of(Op op, const Dialect& dialect) {
  const auto at = std::ranges::find(dialect.forms, op, &Form::op);
  if (at == dialect.forms.end())
    throw std::logic_error(
        fmt::format("no form for the operation \"{}\"", space::primitive(op).name));
  return *at;
}

class Writer {
 public:
  Writer(const space::Expr& e, const Dialect& dialect, const Leaves& leaves, Tables& tables)
      : e_(e), dialect_(dialect), leaves_(leaves), tables_(tables) {}

  Body body() {
    for (std::size_t i = 0; i < e_.nodes.size(); ++i) names_.push_back(name(i));
    for (const auto o : e_.outputs) body_.results.push_back(full(o));
    return std::move(body_);
  }

 private:
  bool literal(std::size_t i) const { return e_.nodes[i].op == Op::Lit; }

  std::string bare(std::size_t i) const {
    return literal(i) ? dialect_.number(e_.literals[e_.nodes[i].a]) : names_[i];
  }
  std::string full(std::size_t i) const {
    return literal(i) ? fmt::format(fmt::runtime(dialect_.constant), bare(i)) : names_[i];
  }

  std::string name(std::size_t i) {
    const Node& n = e_.nodes[i];
    switch (n.op) {
      case Op::Var: return leaves_.inputs.at(n.a);
      case Op::Param: return leaves_.parameters.at(n.a);
      case Op::Lit: return "";
      case Op::Integral:
        return line(i, leaves_.integral(index_of(e_.tables[n.b], tables_), full(n.a)));
      default: return line(i, operation(n));
    }
  }

  std::string operation(const Node& n) const {
    const Form& form = form_of(n.op, dialect_);
    const int arity = space::primitive(n.op).arity;
    const std::uint16_t operands[] = {n.a, n.b, n.c, n.d};
    const int compared = arity == 4 ? 2 : arity;
    bool numbers = false;  // whether bare ones may stand
    for (int k = 0; k < compared; ++k) numbers = numbers || (form.numbers && !literal(operands[k]));
    std::string text[4];
    for (int k = 0; k < arity; ++k)
      text[k] = numbers && k < compared ? bare(operands[k]) : full(operands[k]);
    return fmt::format(fmt::runtime(form.text), text[0], text[1], text[2], text[3]);
  }

  std::string line(std::size_t i, const std::string& value) {
    body_.lines += fmt::format(fmt::runtime(dialect_.line), i, value);
    return fmt::format("t{}", i);
  }

  const space::Expr& e_;
  const Dialect& dialect_;
  const Leaves& leaves_;
  Tables& tables_;
  std::vector<std::string> names_;
  Body body_;
};

}  // namespace

std::size_t index_of(const std::shared_ptr<const space::Table>& table, Tables& tables) {
  const auto at = std::ranges::find_if(
      tables, [&](const auto& t) { return t == table || t->integrand() == table->integrand(); });
  const auto index = static_cast<std::size_t>(at - tables.begin());
  if (at == tables.end()) tables.push_back(table);
  return index;
}

Body write_body(const space::Expr& e, const Dialect& dialect, const Leaves& leaves,
                Tables& tables) {
  return Writer(e, dialect, leaves, tables).body();
}

std::string python_number(double value) {
  if (std::isinf(value)) return value > 0 ? "float(\"inf\")" : "float(\"-inf\")";
  std::string s = space::to_string(value);
  if (s.find_first_of(".e") == std::string::npos) s += ".0";
  return std::signbit(value) ? "(" + s + ")" : s;
}

std::string python_float32(double value) {
  return python_number(static_cast<double>(static_cast<float>(value)));
}

std::string python_list(std::span<const double> values) {
  std::vector<std::string> texts;
  for (const double v : values) texts.push_back(space::to_string(v));
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::string python_quoted(std::string text) {
  for (std::size_t i = 0; (i = text.find_first_of("\\\"", i)) != std::string::npos; i += 2)
    text.insert(i, "\\");
  return text;
}

std::string python_docstring(const std::string& title, std::span<const std::string> lines,
                             const std::string& check) {
  std::string out = "\"\"\"" + title + "\n\n";
  for (const std::string& line : lines) out += python_quoted(line) + "\n";
  return out + check + "\n\"\"\"\n";
}

std::string indented(const std::string& text, const std::string& indent) {
  if (indent.empty()) return text;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    if (text[at] != '\n') out += indent;
    out.append(text, at, end - at);
    at = end;
  }
  return out;
}

std::vector<double> trimmed(std::vector<double> polynomial) {
  while (polynomial.size() > 1 && polynomial.back() == 0) polynomial.pop_back();
  return polynomial;
}

}  // namespace antigrad::kernels
