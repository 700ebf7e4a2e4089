// Texts of a megabyte and nesting of ten thousand are read or refused with a place and a reason;
// they neither crash nor hang.
#include <gtest/gtest.h>

#include "space/error.hpp"
#include "space/gradient.hpp"
#include "space/grammar.hpp"
#include "space/text.hpp"

namespace antigrad::space {
namespace {

constexpr int kDeep = 10000;
constexpr std::size_t kLong = 1 << 20;

std::string times(std::string_view part, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += part;
  return out;
}
std::string filled(std::string_view part) { return times(part, kLong / part.size()); }

/// open^10000 inside close^10000.
std::string nested(std::string_view open, std::string_view inside, std::string_view close) {
  return times(open, kDeep) + std::string(inside) + times(close, kDeep);
}

/// Reads it every way; an error has a reason.
void expect_answer(const std::string& text, bool refused) {
  const auto answered = [&](const auto& read, const char* what) {
    try {
      read();
      EXPECT_FALSE(refused) << what << " takes " << text.substr(0, 40) << "...";
    } catch (const Error& e) {
      EXPECT_FALSE(e.message().empty());
      EXPECT_LT(std::string(e.what()).size(), 1600U) << what;
    }
  };
  answered([&] { (void)parse(text); }, "parse");
  answered([&] { (void)parse_gradient(text); }, "parse_gradient");
  answered([&] { (void)parse_activation(text); }, "parse_activation");
  answered([&] { (void)parse_activation("f: " + text); }, "parse_activation f:");
}

TEST(Limits, DeepNestingIsRefused) {
  const std::vector<std::string> deep{nested("(", "x", ")"),
                                      nested("tanh(", "x", ")"),
                                      nested("-", "x", ""),
                                      nested("2*(x + ", "x", ")"),
                                      nested("where(x < 0, x, ", "x", ")"),
                                      nested("max(x, ", "x", ")"),
                                      nested("integral(", "x", ", x)"),
                                      nested("integral(x, ", "x", ")"),
                                      nested("integral(tanh(", "x", "), x)"),
                                      nested("gate(", "x", ")"),
                                      nested("(", "", ""),
                                      nested("tanh(", "", ""),
                                      nested("integral(", "", ""),
                                      nested("-(", "", ""),
                                      nested("[a = 1] ", "x", "")};
  for (const std::string& text : deep) expect_answer(text, true);
}

TEST(Limits, AMegabyteIsReadOrRefused) {
  const std::vector<std::string> refused{filled("x + sin(x)*"), filled("1"),
                                         filled("a"),           filled("x | 0 | "),
                                         filled("("),           filled("[a = 1, "),
                                         filled("^2"),          filled(","),
                                         filled("x; f("),       filled("\xff"),
                                         filled("tanh"),        filled("x 2 "),
                                         "x^" + filled("9"),    std::string(kLong, '\0')};
  for (const std::string& text : refused) expect_answer(text, true);
  std::string many = "x";
  for (int i = 0; many.size() < kLong; ++i) many += " + sin(" + std::to_string(i) + "*x)";
  expect_answer(many, true);
  for (const std::string& text : {"x" + filled(" "), "x" + filled("+x"), "x" + filled("*1.0"),
                                  "x" + filled(" - 1e-9"), filled("\n") + "x"})
    expect_answer(text, false);
}

TEST(Limits, AMegabyteOfYamlIsReadOrRefused) {
  for (const std::string& text :
       {filled("["), filled("{a: "), filled("- "), filled("? "), filled("&a [*a, "), filled("\""),
        "max_pieces: " + filled("9"), "primitives: [" + filled("tanh, ") + "]", filled("a: 1\n"),
        filled("!!str "), filled("|\n "), std::string(kLong, '\0')})
    EXPECT_THROW((void)read_grammar(Yaml::parse(text, "long.yaml")), Error) << text.substr(0, 40);
}

}  // namespace
}  // namespace antigrad::space
