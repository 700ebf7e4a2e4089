// Infix text and LaTeX. Precedence: 0 cases (in LaTeX), 1 sum, 2 product, 3 sign, 4 atom;
// parentheses keep the tree as it is.
#include <fmt/format.h>

#include <cctype>
#include <cmath>

#include "space/table.hpp"
#include "space/text.hpp"

namespace antigrad::space {
namespace {

constexpr std::size_t kMaxText = 1 << 20;

struct Piece {
  std::string text;
  int precedence;
};

std::string closed(Piece p, int needed, const char* open = "(", const char* close = ")") {
  return p.precedence >= needed ? std::move(p.text) : open + p.text + close;
}

class Printer {
 public:
  Printer(const Expr& e, const Names& names, bool latex, const char* variable = "x")
      : e_(e), names_(names), latex_(latex), variable_(variable) {}

  Piece print(std::size_t i) {
    const Node& n = e_.nodes[i];
    Piece p = latex_ ? latex(n) : plain(n);
    if (p.text.size() > kMaxText)
      throw Error("the formula is longer than 1 MiB when it is written out");
    return p;
  }

 private:
  std::string group(Piece p, int needed) {
    return latex_ ? closed(std::move(p), needed, "\\left(", "\\right)")
                  : closed(std::move(p), needed);
  }

  /// An operand on the right. In LaTeX no sign follows another, nor a factor, where it would
  /// subtract.
  std::string behind(Piece p, int needed) {
    if (latex_ && p.text.front() == '-') p.precedence = 0;
    return group(std::move(p), needed);
  }

  /// Between factors: in LaTeX a blank, but for a number, which would continue one.
  const char* times(const std::string& right) const {
    if (!latex_) return "*";
    return std::isdigit(static_cast<unsigned char>(right.front())) != 0 ? " \\cdot " : " \\, ";
  }

  std::string parameter(int k) const {
    const bool named = k < static_cast<int>(names_.size());
    if (!latex_) return named ? names_[k] : fmt::format("theta{}", k);
    return named ? fmt::format("\\mathit{{{}}}", escaped(names_[k]))
                 : fmt::format("\\theta_{{{}}}", k);
  }

  static std::string escaped(const std::string& name) {
    std::string out;
    for (const char c : name) out += c == '_' ? std::string("\\_") : std::string(1, c);
    return out;
  }

  /// What text and LaTeX share.
  Piece common(const Node& n) {
    switch (n.op) {
      case Op::Var: return {n.a == 0 ? variable_ : n.a == 1 ? "gy" : "ggx", 4};
      case Op::Param: return {parameter(n.a), 4};
      case Op::Add: return {group(print(n.a), 1) + " + " + behind(print(n.b), 2), 1};
      case Op::Sub: return {group(print(n.a), 1) + " - " + behind(print(n.b), 2), 1};
      case Op::Mul: {
        const std::string right = behind(print(n.b), 3);
        return {group(print(n.a), 2) + times(right) + right, 2};
      }
      case Op::Neg: return {"-" + behind(print(n.a), 3), 3};
      default: return {"", 0};
    }
  }

  Piece plain(const Node& n) {
    if (Piece p = common(n); p.precedence > 0) return p;
    switch (n.op) {
      case Op::Lit: {
        const double v = e_.literals[n.a];
        return {to_string(v), std::signbit(v) ? 3 : 4};
      }
      case Op::Div: return {group(print(n.a), 2) + "/" + group(print(n.b), 4), 2};
      case Op::Less:
      case Op::LessEqual:
        return {fmt::format("where({} {} {}, {}, {})", print(n.a).text,
                            n.op == Op::Less ? "<" : "<=", print(n.b).text, print(n.c).text,
                            print(n.d).text),
                4};
      case Op::Integral:
        return {fmt::format("integral({}, {})", to_string(e_.tables[n.b]->integrand()),
                            print(n.a).text),
                4};
      default: break;
    }
    std::string out = std::string(primitive(n.op).name) + "(" + print(n.a).text;
    if (primitive(n.op).arity > 1) out += ", " + print(n.b).text;
    return {out + ")", 4};
  }

  static std::string latex_number(double v) {
    const std::string s = to_string(v);
    const auto e = s.find('e');
    return e == std::string::npos
               ? s
               : fmt::format("{} \\cdot 10^{{{}}}", s.substr(0, e), std::stoi(s.substr(e + 1)));
  }

  std::string integral(const Node& n) {
    const Expr& integrand = e_.tables[n.b]->integrand();
    const Names none;
    Printer inner(integrand, none, true, "t");
    return fmt::format("\\int_0^{{{}}} {} \\, dt", print(n.a).text,
                       inner.group(inner.print(integrand.outputs.front()), 2));
  }

  Piece latex(const Node& n) {
    if (Piece p = common(n); p.precedence > 0) return p;
    switch (n.op) {
      case Op::Lit: {
        const double v = e_.literals[n.a];
        return {latex_number(v), std::signbit(v) ? 3 : 4};
      }
      case Op::Div: return {fmt::format("\\frac{{{}}}{{{}}}", print(n.a).text, print(n.b).text), 4};
      case Op::Less:
      case Op::LessEqual:
        return {fmt::format(
                    "\\begin{{cases}} {} & {} {} {} \\\\ {} & \\text{{otherwise}} \\end{{cases}}",
                    print(n.c).text, print(n.a).text, n.op == Op::Less ? "<" : "\\le",
                    print(n.b).text, print(n.d).text),
                0};
      case Op::Integral: return {integral(n), 1};
      case Op::Abs: return {"\\left|" + print(n.a).text + "\\right|", 4};
      case Op::Sqrt: return {"\\sqrt{" + print(n.a).text + "}", 4};
      default: break;
    }
    const Primitive& p = primitive(n.op);
    if (p.core) {
      std::string out = fmt::format("\\operatorname{{{}}}\\left({}", p.name, print(n.a).text);
      if (p.arity > 1) out += ", " + print(n.b).text;
      return {out + "\\right)", 4};
    }
    const bool product = p.latex == kSignOfLog;
    std::string out(product ? kSignOfLogInFull : p.latex);
    const std::string a = print(n.a).text;
    for (auto hole = out.find('#'); hole != std::string::npos; hole = out.find('#', hole))
      out.replace(hole, 1, a), hole += a.size();
    return {out, product ? 2 : 4};
  }

  /// Shorthand of the table's column, which has one hole for the operand.
  static constexpr std::string_view kSignOfLog = "\\operatorname{sgn}\\log1p\\left|#\\right|";
  static constexpr std::string_view kSignOfLogInFull =
      "\\operatorname{sgn}\\left(#\\right) \\, \\log\\left(1 + \\left|#\\right|\\right)";

  const Expr& e_;
  const Names& names_;
  bool latex_;
  const char* variable_;
};

}  // namespace

std::string to_string(double v) { return fmt::format("{}", v); }

std::string to_string(const Expr& e, const Names& parameters) {
  return Printer(e, parameters, false).print(e.outputs.front()).text;
}

std::string to_latex(const Expr& e, const Names& parameters) {
  return Printer(e, parameters, true).print(e.outputs.front()).text;
}

}  // namespace antigrad::space
