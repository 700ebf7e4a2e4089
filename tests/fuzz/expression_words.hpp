// Words and seeds that the targets of expressions and gradients share: every row of the table and
// every activation of the zoo are in them without being named.
#pragma once
#include <string>
#include <vector>

#include "space/expr.hpp"
#include "space/zoo.hpp"

namespace antigrad::fuzz {

inline std::vector<std::string> expression_words() {
  std::vector<std::string> words{"where(",   " <= ", " < ", "integral(", "copysign(", "abs(",
                                 "sqrt(",    "max(", "+",   "-",         "*",         "/",
                                 "^2",       "(",    ")",   ", ",        "x",         "pi",
                                 " | 0 | ",  "a",    "b",   "inf",       "0.5",       "-x",
                                 "[a = 1] ", "; f(", ") =", " in (0, 1)"};
  for (const space::Primitive& p : space::primitives())
    if (!p.core) words.push_back(std::string(p.name) + "(x)");
  return words;
}

/// Texts of the zoo: those that define f (after "f:"), or those that define a gradient.
inline std::vector<std::string> zoo_texts(bool functions) {
  std::vector<std::string> texts;
  for (const space::ZooEntry& entry : space::zoo()) {
    const bool is_function = entry.text.starts_with("f:");
    if (is_function == functions) texts.push_back(entry.text.substr(is_function ? 2 : 0));
  }
  return texts;
}

}  // namespace antigrad::fuzz
