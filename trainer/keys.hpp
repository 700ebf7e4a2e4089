// Keys of a map in a study file: what is there must be of its type and in its range.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "space/yaml.hpp"

namespace antigrad::trainer {

inline constexpr int kMany = 1'000'000'000;

template <class Value>
using Names = std::vector<std::pair<std::string, Value>>;

/// The value that a scalar names; Error with a suggestion where it names none.
template <class Value>
Value choose(const space::Yaml& node, const std::string& what, const Names<Value>& names) {
  const std::string got = node.text();
  std::vector<std::string> known;
  for (const auto& [name, value] : names) {
    if (name == got) return value;
    known.push_back(name);
  }
  node.fail(fmt::format("unknown {} \"{}\";{} known are {}", what, got,
                        space::did_you_mean(got, known), fmt::join(known, ", ")));
}

inline int count(const space::Yaml& map, std::string_view key, int lo, int hi = kMany) {
  return static_cast<int>(map.at(key).integer(lo, hi));
}
inline int count_or(const space::Yaml& map, std::string_view key, int lo, int fallback,
                    int hi = kMany) {
  return map.has(key) ? count(map, key, lo, hi) : fallback;
}
inline double real_or(const space::Yaml& map, std::string_view key, double lo, double hi,
                      double fallback) {
  return map.has(key) ? map.at(key).number(lo, hi) : fallback;
}

}  // namespace antigrad::trainer
