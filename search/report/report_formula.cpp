// Formulas for people: the LaTeX of space as MathML, which browsers set without help, and under it
// the text that the program reads back.
#include <fmt/format.h>

#include <cctype>
#include <map>
#include <string_view>

#include "search/report/report_page.hpp"
#include "space/error.hpp"
#include "space/text.hpp"

namespace antigrad::search::report {
namespace {

/// The subset of LaTeX that space::to_latex and the table of primitives use. Not ok after anything
/// else: then there is no MathML.
class Setter {
 public:
  explicit Setter(std::string_view latex) : in_(latex) {}

  std::string set() {
    std::string out = row("");
    ok_ = ok_ && in_.empty();
    return out;
  }
  bool ok() const { return ok_; }

 private:
  static std::string element(const char* name, const std::string& content) {
    return fmt::format("<{}>{}</{}>", name, content, name);
  }

  bool accept(std::string_view word) {
    if (!in_.starts_with(word)) return false;
    in_.remove_prefix(word.size());
    return true;
  }

  void skip_blanks() {
    while (!in_.empty() && (in_.front() == ' ' || in_.front() == '~')) in_.remove_prefix(1);
  }

  bool at_end_of_row(std::string_view end) {
    skip_blanks();
    if (!ok_ || in_.empty()) return true;
    if (!end.empty() && in_.starts_with(end)) return true;
    return in_.starts_with("&") || in_.starts_with("\\\\") || in_.starts_with("\\end");
  }

  // Items up to `end` (not taken), each with its exponent.
  std::string row(std::string_view end) {
    std::string out;
    while (!at_end_of_row(end)) {
      std::string base = item();
      if (accept("'")) base = fmt::format("<msup>{}<mo>′</mo></msup>", base);
      while (ok_ && (in_.starts_with("^") || in_.starts_with("_"))) {
        const char* kind = accept("^") ? "msup" : (in_.remove_prefix(1), "msub");
        base = fmt::format("<{}>{}{}</{}>", kind, base, argument(), kind);
      }
      out += base;
    }
    return out;
  }

  std::string fail() {
    ok_ = false;
    return "";
  }

  // {...} or one character.
  std::string argument() {
    skip_blanks();
    if (!accept("{")) return in_.empty() ? fail() : item();
    std::string out = element("mrow", row("}"));
    return accept("}") ? out : fail();
  }

  std::string plain_argument() {
    if (!accept("{")) return fail();
    const auto end = in_.find('}');
    if (end == std::string_view::npos) return fail();
    std::string out;
    for (const char c : in_.substr(0, end)) {
      if (c != '\\') out += c;
    }
    in_.remove_prefix(end + 1);
    return svg::escaped(out);
  }

  std::string fenced() {
    const char open = in_.empty() ? ' ' : in_.front();
    if (open != '(' && open != '|') return fail();
    in_.remove_prefix(1);
    const std::string inside = row("\\right");
    if (!accept("\\right") || in_.empty()) return fail();
    const char close = in_.front();
    in_.remove_prefix(1);
    return fmt::format("<mrow><mo>{}</mo>{}<mo>{}</mo></mrow>", open, inside, close);
  }

  // Rows beside a rule; cases that are the last of others go on in the same table.
  std::string cases() {
    const std::string open = "<mtable class=\"cases\">";
    const std::string close = "</mtable>";
    std::string rows;
    do {
      const std::string value = row("");
      const std::string condition = accept("&") ? row("") : fail();
      const bool last = in_.starts_with("\\end");
      if (last && value.starts_with(open) && value.ends_with(close) &&
          value.find(open, 1) == std::string::npos) {
        rows += value.substr(open.size(), value.size() - open.size() - close.size());
      } else {
        rows += fmt::format("<mtr><mtd>{}</mtd><mtd>{}</mtd></mtr>", value, condition);
      }
    } while (ok_ && accept("\\\\"));
    return accept("\\end{cases}") ? open + rows + close : fail();
  }

  // Rounded for the eye; the text below the formula is exact.
  static std::string rounded(const std::string& digits) {
    constexpr std::size_t kLong = 8;
    if (digits.size() <= kLong) return digits;
    const std::string text = fmt::format("{:.6g}", std::stod(digits));
    return text.find('e') == std::string::npos ? text : digits;
  }

  // a_n is a with an index.
  static std::string parameter(const std::string& name) {
    const auto at = name.find('_');
    if (at == std::string::npos || at == 0 || at + 1 == name.size()) return element("mi", name);
    return fmt::format("<msub><mi>{}</mi><mi>{}</mi></msub>", name.substr(0, at),
                       name.substr(at + 1));
  }

  std::string number() {
    std::size_t n = 0;
    while (n < in_.size() && (std::isdigit(static_cast<unsigned char>(in_[n])) || in_[n] == '.'))
      ++n;
    const std::string digits(in_.substr(0, n));
    in_.remove_prefix(n);
    return element("mn", rounded(digits));
  }

  std::string command() {
    if (accept("\\left")) return fenced();
    if (accept("\\begin{cases}")) return cases();
    if (accept("\\frac")) {
      const std::string above = argument();
      return fmt::format("<mfrac>{}{}</mfrac>", above, argument());
    }
    if (accept("\\sqrt")) return element("msqrt", argument());
    if (accept("\\operatorname") || accept("\\text")) return element("mtext", plain_argument());
    if (accept("\\mathit")) return parameter(plain_argument());
    static const std::pair<std::string_view, const char*> kSymbols[] = {
        {"\\,", "<mspace width=\"0.17em\"/>"},
        {"\\cdot", "<mo>·</mo>"},
        {"\\le", "<mo>≤</mo>"},
        {"\\int", "<mo>∫</mo>"},
        {"\\Phi", "<mi>Φ</mi>"},
        {"\\varphi", "<mi>φ</mi>"},
        {"\\sigma", "<mi>σ</mi>"},
        {"\\theta", "<mi>θ</mi>"},
        {"\\pi", "<mi>π</mi>"},
        {"\\arctan", "<mi>arctan</mi>"},
        {"\\cosh", "<mrow><mspace width=\"0.12em\"/><mi>cosh</mi></mrow>"},
        {"\\cos", "<mi>cos</mi>"},
        {"\\sin", "<mi>sin</mi>"},
        {"\\tanh", "<mi>tanh</mi>"},
        {"\\log1p", "<mi>log1p</mi>"},
        {"\\log", "<mrow><mspace width=\"0.12em\"/><mi>log</mi></mrow>"}};
    for (const auto& [name, mathml] : kSymbols) {
      if (accept(name)) return mathml;
    }
    return fail();
  }

  std::string item() {
    const char c = in_.front();
    if (c == '\\') return command();
    if (c == '{') return argument();
    if (std::isdigit(static_cast<unsigned char>(c))) return number();
    in_.remove_prefix(1);
    if (std::isalpha(static_cast<unsigned char>(c))) return element("mi", std::string(1, c));
    if (c == '-') return "<mo>−</mo>";
    if (c == '+' || c == '(' || c == ')' || c == ',' || c == '|' || c == '=')
      return element("mo", std::string(1, c));
    return c == '<' ? "<mo>&lt;</mo>" : fail();
  }

  std::string_view in_;
  bool ok_ = true;
};

std::string mathml(const std::string& name, const space::Expr& e, const space::Names& names) {
  constexpr std::size_t kLongest = 4000;  // beyond, the text says it better
  const std::string latex = space::to_latex(e, names);
  if (latex.size() > kLongest) return "";
  Setter setter(latex);
  const std::string body = setter.set();
  if (!setter.ok()) return "";
  return fmt::format(
      "<div class=\"math\" tabindex=\"0\"><math "
      "display=\"inline\"><mrow><mi>{}</mi><mo stretchy=\"false\">(</mo><mi>x</mi><mo "
      "stretchy=\"false\">)</mo>"
      "<mo>=</mo>{}</mrow></math></div>",
      name, body);
}

std::string formula(const Candidate& candidate, bool gradient) {
  const std::string text = code(gradient ? candidate.activation : candidate.f);
  try {
    const space::Activation a = space::parse_activation(candidate.activation);
    space::Names names;
    for (const space::Parameter& p : a.parameters) names.push_back(p.name);
    return mathml(gradient ? "g" : "f", gradient ? a.g : a.f, names) + text;
  } catch (const space::Error&) {
    return text;  // of another version of the space: the text still says what it was
  }
}

}  // namespace

std::string formula_g(const Candidate& candidate) { return formula(candidate, true); }
std::string formula_f(const Candidate& candidate) { return formula(candidate, false); }

}  // namespace antigrad::search::report
