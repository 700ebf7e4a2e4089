// Expressions as text: what parse accepts is sound, prints, and reads back equal; so do its
// derivative and its LaTeX.
#include "expression_words.hpp"
#include "space/error.hpp"
#include "space/text.hpp"
#include "target.hpp"

namespace antigrad::fuzz {
namespace {

constexpr std::size_t kLongest = 400;  // a table takes milliseconds; bounds the time of one input
const space::Names kNames{"a", "b"};

/// Text of e, or "" where it would be too long.
std::string printed(const space::Expr& e) {
  try {
    return space::to_string(e, kNames);
  } catch (const space::Error&) {
    return "";
  }
}

void require_round_trip(const space::Expr& e, const char* what) {
  require(space::verify(e).empty(), fmt::format("{}: {}", what, space::verify(e)));
  const std::string text = printed(e);
  if (text.empty()) return;
  const space::Expr again = space::parse(text, kNames);
  require(again == e, fmt::format("{} reads back as another: {} -> {}", what, text,
                                  space::to_string(again, kNames)));
  require(space::hash(again) == space::hash(e), fmt::format("{}: equal, not its hash", what));
}

}  // namespace

std::vector<std::string> seeds() {
  std::vector<std::string> all{"x",
                               "b",
                               "2*x^3 - x/7 + 1e-30",
                               "where(x < 0, expm1(x), x)",
                               "integral(tanh(x)*sigmoid(x), 2*x)",
                               "a*max(x, -0.5) + b*min(x, abs(x))",
                               "copysign(sqrt(abs(x)), x) - 0x1p-3*pi",
                               "-(-(x - 1) - 2) - -x",
                               "((((x))))"};
  for (const std::string& text : zoo_texts(true)) all.push_back(text);
  for (const std::string& word : expression_words())
    if (word.ends_with("(x)")) all.push_back("a*" + word + " + x");
  return all;
}

std::vector<std::string> words() { return expression_words(); }

void run(std::string_view input) {
  if (input.size() > kLongest) return;
  space::Expr e;
  try {
    e = space::parse(input, kNames);
  } catch (const space::Error& error) {
    require(error.where().line >= 0 && !error.message().empty(), "an error without a text");
    return;
  }
  require_round_trip(e, "the expression");
  try {
    require(!space::to_latex(e, kNames).empty(), "LaTeX is empty");
    const space::Expr slope = space::derivative(e);
    require(space::verify(slope).empty(), "derivative: " + space::verify(slope));
  } catch (const space::Error&) {
    return;  // too long, or a constant that overflows
  }
}

}  // namespace antigrad::fuzz
