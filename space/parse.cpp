// Recursive descent over: sum = product (("+" | "-") product)*; product = unary (("*" | "/")
// unary)*; unary = "-" unary | power; power = primary ["^" integer]; primary = number | name | call
// | "(" sum ")".
#include <fmt/format.h>

#include <algorithm>
#include <numbers>

#include "space/formula_table.hpp"
#include "space/table.hpp"
#include "space/text.hpp"

namespace antigrad::space {
namespace {

constexpr int kMaxDepth = 500;
constexpr int kMaxPower = 32;

/// Functions of the text form that are core operations.
struct CoreCall {
  std::string_view name;
  Op op;
};
constexpr CoreCall kCoreCalls[] = {{"abs", Op::Abs},
                                   {"sqrt", Op::Sqrt},
                                   {"min", Op::Min},
                                   {"max", Op::Max},
                                   {"copysign", Op::CopySign}};

/// "; did you mean ...?", or what else to say.
std::string hint(const std::string& name, const Names& known, const std::string& otherwise = "") {
  const std::string meant = did_you_mean(name, known);
  return meant.empty() ? otherwise : ";" + meant;
}

class Parser {
 public:
  Parser(Scanner& scanner, Builder& builder, const Names& parameters, Places* places,
         const Functions* functions, int depth = 0)
      : in_(scanner),
        out_(builder),
        parameters_(parameters),
        places_(places),
        functions_(functions),
        depth_(depth) {}

  Sym sum() {
    if (++depth_ > kMaxDepth) in_.fail(fmt::format("nested deeper than {}", kMaxDepth));
    Sym a = product();
    for (;;) {
      const Where at = in_.here();
      if (in_.accept('+'))
        a = seen(a + product(), at);
      else if (in_.peek() == '-')
        in_.accept('-'), a = seen(a - product(), at);
      else
        break;
    }
    --depth_;
    return a;
  }

 private:
  Sym product() {
    Sym a = unary();
    for (;;) {
      const Where at = in_.here();
      if (in_.accept('*'))
        a = seen(a * unary(), at);
      else if (in_.accept('/'))
        a = seen(divide(a, unary(), at), at);
      else
        return a;
    }
  }

  Sym divide(Sym a, Sym b, const Where& at) {
    if (out_.is_literal(b, 0)) throw Error(at, "division by 0");
    return a / b;
  }

  Sym unary() {
    const Where at = in_.here();
    if (!in_.accept('-')) return power();
    if (++depth_ > kMaxDepth) in_.fail(fmt::format("nested deeper than {}", kMaxDepth));
    const Sym a = -unary();
    --depth_;
    return seen(a, at);
  }

  Sym power() {
    const Where at = in_.here();
    const Sym a = primary();
    if (!in_.accept('^')) return a;
    const double n = in_.number();
    if (!(n >= 1 && n <= kMaxPower) || n != static_cast<int>(n))
      throw Error(at, fmt::format("power {}: expected a whole number from 1 to {}", to_string(n),
                                  kMaxPower));
    Sym y = a;
    for (int k = 1; k < static_cast<int>(n); ++k) y = y * a;
    return seen(y, at);
  }

  Sym primary() {
    const Where at = in_.here();
    if (in_.accept('(')) {
      const Sym a = sum();
      in_.expect(')', "to close \"(\"");
      return a;
    }
    if (!in_.name_next()) return seen(out_.literal(in_.number()), at);
    const std::string name = in_.name();
    return seen(in_.peek() == '(' ? call(name, at) : named(name, at), at);
  }

  Sym named(const std::string& name, const Where& at) {
    if (name == "x") return out_.variable();
    if (name == "pi") return out_.literal(std::numbers::pi);
    const auto it = std::ranges::find(parameters_, name);
    if (it != parameters_.end()) return out_.param(static_cast<int>(it - parameters_.begin()));
    for (const Primitive& p : primitives())
      if (!p.core && p.name == name)
        throw Error(at, fmt::format("primitive \"{0}\" needs an argument: {0}(x)", name));
    Names known = parameters_;
    known.insert(known.end(), {"x", "pi"});
    throw Error(at, fmt::format("unknown name \"{}\": expected x, pi or a declared parameter{}",
                                name, hint(name, known)));
  }

  Sym call(const std::string& name, const Where& at) {
    in_.expect('(', "after a function's name");
    if (name == "where") return where();
    if (name == "integral") return integral(at);
    for (const CoreCall& c : kCoreCalls)
      if (c.name == name) return finish_call(c.op, at);
    for (std::size_t i = 0; i < primitives().size(); ++i)
      if (!primitives()[i].core && primitives()[i].name == name)
        return finish_call(static_cast<Op>(i), at);
    if (functions_) {
      const auto it = std::ranges::find(functions_->names, name);
      if (it != functions_->names.end()) return user_call(it - functions_->names.begin(), at);
    }
    throw Error(
        at, fmt::format("unknown primitive \"{}\"{}", name,
                        hint(name, function_names(), "; `antigrad zoo --primitives` lists them")));
  }

  Sym user_call(std::ptrdiff_t which, const Where& at) {
    const Sym argument = sum();
    in_.expect(')', "after the arguments");
    return functions_->call(static_cast<std::size_t>(which), argument, at);
  }

  Names function_names() const {
    Names all{"where", "integral"};
    if (functions_) all.insert(all.end(), functions_->names.begin(), functions_->names.end());
    for (const CoreCall& c : kCoreCalls) all.emplace_back(c.name);
    for (const Primitive& p : primitives())
      if (!p.core) all.emplace_back(p.name);
    return all;
  }

  Sym finish_call(Op op, const Where&) {
    Sym operands[4];
    const int arity = primitive(op).arity;
    for (int k = 0; k < arity; ++k) {
      if (k > 0) in_.expect(',', "between arguments");
      operands[k] = sum();
    }
    in_.expect(')', "after the arguments");
    return out_.apply(op, operands[0], operands[1], operands[2], operands[3]);
  }

  Sym where() {
    const Sym a = sum();
    if (!in_.accept('<'))
      in_.fail(fmt::format("expected \"<\" or \"<=\" in where(a < b, yes, no), got {}",
                           in_.next_word()));
    const Op op = in_.accept('=') ? Op::LessEqual : Op::Less;
    const Sym b = sum();
    in_.expect(',', "after the condition of where");
    const Sym yes = sum();
    in_.expect(',', "between the values of where");
    const Sym no = sum();
    in_.expect(')', "after the arguments");
    return out_.apply(op, a, b, yes, no);
  }

  Sym integral(const Where& at) {
    Builder inner;
    const Names none;
    const Sym h = Parser(in_, inner, none, nullptr, functions_, depth_).sum();
    in_.expect(',', "after the integrand");
    const Sym a = sum();
    in_.expect(')', "after the arguments");
    try {
      return out_.integral(tabulate_formula(inner.finish(h)), a);
    } catch (const Error& e) {
      throw Error(at, e.message());
    }
  }

  Sym seen(Sym s, const Where& at) {
    if (places_) places_->emplace(s.id, at);
    return s;
  }

  Scanner& in_;
  Builder& out_;
  const Names& parameters_;
  Places* places_;
  const Functions* functions_;
  int depth_;
};

}  // namespace

Sym parse_expression(Scanner& scanner, Builder& builder, const Names& parameters, Places* places,
                     const Functions* functions) {
  return Parser(scanner, builder, parameters, places, functions).sum();
}

Expr parse(std::string_view text, const Names& parameters) {
  Scanner in(text);
  Builder out;
  const Sym s = parse_expression(in, out, parameters);
  if (!in.at_end()) in.fail(fmt::format("expected an operator or the end, got {}", in.next_word()));
  return out.finish(s);
}

}  // namespace antigrad::space
