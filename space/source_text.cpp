// Legend: tK is a value, x the input, parameters go by their names, integral_K is table K.
#include "space/source_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "space/rows-inl.hpp"
#include "space/table.hpp"
#include "space/text.hpp"

namespace antigrad::space {
namespace {

enum Language { kC, kPython };
/// The same operation in both languages; {0}, {1}, ... are its operands.
using Form = std::array<const char*, 2>;

std::string number(double v) {
  std::string s = to_string(v);
  if (s.find_first_of(".e") == std::string::npos) s += ".0";
  return std::signbit(v) ? "(" + s + ")" : s;
}

/// The lines of one function; equal right-hand sides are one line.
class Lines {
 public:
  explicit Lines(Language language) : language_(language) {}
  Language language() const { return language_; }

  std::string add(const std::string& value) {
    const auto [it, added] = names_.emplace(value, fmt::format("t{}", names_.size()));
    if (added)
      text_ += fmt::format(
          fmt::runtime(language_ == kC ? "  const double {} = {};\n" : "        {} = {}\n"),
          it->second, value);
    return it->second;
  }
  const std::string& text() const { return text_; }

 private:
  Language language_;
  std::map<std::string, std::string> names_;
  std::string text_;
};

/// A value in the text: the name of a line, an input or a number.
struct Code {
  Lines* lines = nullptr;
  std::string name;
};

template <class... Rest>
Code line(const Form& form, const Code& a, const Rest&... rest) {
  return {a.lines,
          a.lines->add(fmt::format(fmt::runtime(form[a.lines->language()]), a.name, rest.name...))};
}

auto constants(const Code& a) {
  return [lines = a.lines](double c) { return Code{lines, number(c)}; };
}

Code operator+(Code a, Code b) { return line({"{} + {}", "{} + {}"}, a, b); }
Code operator-(Code a, Code b) { return line({"{} - {}", "{} - {}"}, a, b); }
Code operator*(Code a, Code b) { return line({"{} * {}", "{} * {}"}, a, b); }
Code operator/(Code a, Code b) { return line({"{} / {}", "{} / {}"}, a, b); }
Code operator-(Code a) { return line({"-{}", "-{}"}, a); }
Code base_abs(Code a) { return line({"fabs({})", "np.abs({})"}, a); }
Code base_sqrt(Code a) { return line({"sqrt({})", "np.sqrt({})"}, a); }
Code base_min(Code a, Code b) {
  return line({"{0} < {1} || {0} != {0} ? {0} : {1}", "np.minimum({0}, {1})"}, a, b);
}
Code base_max(Code a, Code b) {
  return line({"{0} > {1} || {0} != {0} ? {0} : {1}", "np.maximum({0}, {1})"}, a, b);
}
Code base_less(Code a, Code b, Code c, Code d) {
  return line({"{} < {} ? {} : {}", "np.where({} < {}, {}, {})"}, a, b, c, d);
}
Code base_less_equal(Code a, Code b, Code c, Code d) {
  return line({"{} <= {} ? {} : {}", "np.where({} <= {}, {}, {})"}, a, b, c, d);
}
Code base_fma(Code a, Code b, Code c) { return line({"fma({}, {}, {})", "{} * {} + {}"}, a, b, c); }
Code base_copysign(Code a, Code b) {
  return line({"copysign({}, {})", "np.copysign({}, {})"}, a, b);
}
Code base_round(Code a) { return line({"nearbyint({})", "np.rint({})"}, a); }
Code base_scale2(Code a, Code b) {
  return line({"ldexp({}, (int){})", "np.ldexp({}, {}.astype(int))"}, a, b);
}
Code base_exponent(Code a) { return line({"logb({})", "np.floor(np.log2(np.abs({})))"}, a); }
Code base_exp(Code a) { return line({"exp({})", "np.exp({})"}, a); }
Code base_expm1(Code a) { return line({"expm1({})", "np.expm1({})"}, a); }
Code base_log1p(Code a) { return line({"log1p({})", "np.log1p({})"}, a); }
Code base_erf(Code a) { return line({"erf({})", "_erf({})"}, a); }
Code base_erfc(Code a) { return line({"erfc({})", "_erfc({})"}, a); }
Code base_tanh(Code a) { return line({"tanh({})", "np.tanh({})"}, a); }
Code base_atan(Code a) { return line({"atan({})", "np.arctan({})"}, a); }
Code base_sin(Code a) { return line({"sin({})", "np.sin({})"}, a); }
Code base_cos(Code a) { return line({"cos({})", "np.cos({})"}, a); }

/// One row; inputs, parameters, constants and integrals are the caller's.
Code row(Op op, const Code& a, const Code& b, const Code& c, const Code& d) {
  using namespace rows;
  [[maybe_unused]] const auto K = constants(a);
  switch (op) {
#define CORE(ID, NAME, ARITY, Y, ...) \
  case Op::ID: {                      \
    return Y;                         \
  }
#define PRIMITIVE(ID, NAME, ...) \
  case Op::ID: {                 \
    return rows::NAME(a);        \
  }
#include "space/primitives.def"
  }
  (void)b, (void)c, (void)d;
  return a;
}

std::vector<std::string> argument_names(std::span<const Parameter> parameters) {
  static const std::vector<std::string> taken{
      "np",   "math", "fabs", "sqrt", "copysign", "exp",  "expm1", "log1p", "erf", "erfc",
      "tanh", "atan", "sin",  "cos",  "fma",      "main", "f",     "df",    "d2f"};
  std::vector<std::string> out;
  for (const Parameter& p : parameters) {
    const bool line =
        p.name.size() > 1 && p.name[0] == 't' &&
        std::ranges::all_of(p.name.substr(1), [](char c) { return c >= '0' && c <= '9'; });
    out.push_back(p.name +
                  (line || is_keyword(p.name) || std::ranges::count(taken, p.name) ? "_" : ""));
  }
  return out;
}

using Tables = std::vector<std::shared_ptr<const Table>>;

std::size_t index_of(const std::shared_ptr<const Table>& table, Tables& tables) {
  const auto at = std::ranges::find_if(
      tables, [&](const auto& t) { return t == table || t->integrand() == table->integrand(); });
  const auto index = static_cast<std::size_t>(at - tables.begin());
  if (at == tables.end()) tables.push_back(table);
  return index;
}

/// The name of the result; its lines go to `lines`.
std::string write(const Expr& e, Lines& lines, const std::vector<std::string>& names,
                  Tables& tables) {
  std::vector<Code> at;
  for (const Node& n : e.nodes) {
    switch (n.op) {
      case Op::Var: at.push_back({&lines, "x"}); break;
      case Op::Param: at.push_back({&lines, names[n.a]}); break;
      case Op::Lit: at.push_back({&lines, number(e.literals[n.a])}); break;
      case Op::Integral: {
        const std::size_t k = index_of(e.tables[n.b], tables);
        at.push_back({&lines, lines.add(fmt::format("integral_{}({})", k, at[n.a].name))});
        break;
      }
      default: at.push_back(row(n.op, at[n.a], at[n.b], at[n.c], at[n.d]));
    }
  }
  return at[e.outputs.front()].name;
}

std::string list(const std::vector<double>& values, const char* open, const char* close) {
  std::vector<std::string> texts;
  for (const double v : values) texts.push_back(to_string(v));
  return fmt::format("{}{}{}", open, fmt::join(texts, ", "), close);
}

/// Without the zeros at the end, so that it can be evaluated at infinity.
std::vector<double> trimmed(std::vector<double> polynomial) {
  while (polynomial.size() > 1 && polynomial.back() == 0) polynomial.pop_back();
  return polynomial;
}

struct Columns {
  std::string breaks, origins, rows, left, right;
  std::size_t left_size, right_size, segments, width;
};

Columns columns_of(const Table& t, const char* open, const char* close) {
  const auto left = trimmed(t.left_tail()), right = trimmed(t.right_tail());
  std::string rows;
  for (const auto& c : t.coefficients()) rows += "    " + list(c, open, close) + ",\n";
  return {list(t.breaks(), open, close),
          list(t.origins(), open, close),
          std::move(rows),
          list(left, open, close),
          list(right, open, close),
          left.size(),
          right.size(),
          t.origins().size(),
          t.coefficients().front().size()};
}

std::string c_table(std::size_t k, const Table& t) {
  const Columns c = columns_of(t, "{", "}");
  return fmt::format(
      "/* The integral of {0} from 0 to x. Error below {1:.1e} max(1, |integral|). */\n"
      "static double integral_{2}(double x) {{\n"
      "  static const double breaks[] = {3};\n"
      "  static const double origins[] = {4};\n"
      "  static const double rows[][{5}] = {{\n{6}  }};\n"
      "  static const double left[] = {7}, right[] = {8};\n"
      "  const double* c = x < breaks[0] ? left : right;\n"
      "  int n = x < breaks[0] ? {9} : {10}, i = 0;\n"
      "  double y = 0, t = x;\n"
      "  if (x >= breaks[0] && x < breaks[{11}]) {{\n"
      "    while (x >= breaks[i + 1]) ++i;\n"
      "    c = rows[i];\n"
      "    n = {5};\n"
      "    t = x - origins[i];\n"
      "  }}\n"
      "  y = c[n - 1];\n"
      "  for (i = n - 2; i >= 0; --i) y = y * t + c[i];\n"
      "  return x != x ? x : y;\n"
      "}}\n\n",
      to_string(t.integrand()), t.bound(), k, c.breaks, c.origins, c.width, c.rows, c.left, c.right,
      c.left_size, c.right_size, c.segments);
}

std::string python_table(std::size_t k, const Table& t) {
  const Columns c = columns_of(t, "[", "]");
  return fmt::format(
      "# The integral of {0} from 0 to x. Error below {1:.1e} max(1, |integral|).\n"
      "def integral_{2}(x):\n"
      "    breaks = np.array({3})\n"
      "    origins = np.array({4})\n"
      "    rows = np.array([\n{5}    ])\n"
      "    i = np.clip(np.searchsorted(breaks, x, side=\"right\") - 1, 0, len(origins) - 1)\n"
      "    t, y = x - origins[i], rows[i, -1]\n"
      "    for k in range(rows.shape[1] - 2, -1, -1):\n"
      "        y = y * t + rows[i, k]\n"
      "    y = np.where(x < breaks[0], np.polynomial.polynomial.polyval(x, {6}), y)\n"
      "    return np.where(x >= breaks[-1], np.polynomial.polynomial.polyval(x, {7}), y)\n\n\n",
      to_string(t.integrand()), t.bound(), k, c.breaks, c.origins, c.rows, c.left, c.right);
}

}  // namespace

bool is_keyword(const std::string& name) {
  static const std::vector<std::string> keywords{
      "auto",   "break",    "case",   "char",     "const",  "continue", "default", "do",
      "double", "else",     "enum",   "extern",   "float",  "for",      "goto",    "if",
      "inline", "int",      "long",   "register", "return", "short",    "signed",  "sizeof",
      "static", "struct",   "switch", "typedef",  "union",  "unsigned", "void",    "volatile",
      "while",  "restrict", "and",    "as",       "assert", "async",    "await",   "class",
      "def",    "del",      "elif",   "except",   "False",  "finally",  "from",    "global",
      "import", "in",       "is",     "lambda",   "None",   "nonlocal", "not",     "or",
      "pass",   "raise",    "True",   "try",      "with",   "yield"};
  return std::ranges::count(keywords, name) > 0;
}

std::string c_source(std::span<const NamedFunction> functions,
                     std::span<const Parameter> parameters) {
  const auto names = argument_names(parameters);
  std::string arguments = "double x", bodies, out = "#include <math.h>\n\n";
  for (const std::string& n : names) arguments += ", double " + n;
  Tables tables;
  for (const NamedFunction& f : functions) {
    Lines lines(kC);
    const std::string result = write(f.e, lines, names, tables);
    bodies += fmt::format("double {}({}) {{\n{}  return {};\n}}\n\n", f.name, arguments,
                          lines.text(), result);
  }
  for (std::size_t k = 0; k < tables.size(); ++k) out += c_table(k, *tables[k]);
  out += bodies;
  out.pop_back();
  return out;
}

std::string python_source(std::span<const NamedFunction> functions,
                          std::span<const Parameter> parameters) {
  const auto names = argument_names(parameters);
  std::string arguments = "x", bodies;
  for (std::size_t k = 0; k < names.size(); ++k)
    arguments += fmt::format(", {}={}", names[k], to_string(parameters[k].start));
  Tables tables;
  for (const NamedFunction& f : functions) {
    Lines lines(kPython);
    const std::string result = write(f.e, lines, names, tables);
    bodies += fmt::format(
        "def {}({}):\n    x = np.asarray(x, dtype=float)\n    with np.errstate(all=\"ignore\"):\n"
        "{}        return {}\n\n\n",
        f.name, arguments, lines.text(), result);
  }
  std::string out =
      "import math\n\nimport numpy as np\n\n_erf = np.vectorize(math.erf, "
      "otypes=[float])\n_erfc = np.vectorize(math.erfc, otypes=[float])\n\n\n";
  for (std::size_t k = 0; k < tables.size(); ++k) out += python_table(k, *tables[k]);
  out += bodies;
  out.erase(out.size() - 2);
  return out;
}

}  // namespace antigrad::space
