// Sizes as people write them.
#include "search/quota.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>

#include "search/usage.hpp"

namespace antigrad::search {

std::uint64_t read_quota(const space::Yaml& node) {
  static const std::map<std::string, double> kUnits = {
      {"", 1},      {"B", 1},      {"KB", 1e3},      {"MB", 1e6},         {"GB", 1e9},
      {"TB", 1e12}, {"KIB", 1024}, {"MIB", 1 << 20}, {"GIB", 1ULL << 30}, {"TIB", 1ULL << 40}};
  std::string text = node.flow();
  if (text.size() > 1 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  char* rest = nullptr;
  const double number = std::strtod(text.c_str(), &rest);
  std::string unit;
  for (; *rest != '\0'; ++rest)
    if (*rest != ' ') unit += static_cast<char>(std::toupper(static_cast<unsigned char>(*rest)));
  const auto known = kUnits.find(unit);
  const bool begins = !text.empty() && (std::isdigit(static_cast<unsigned char>(text[0])) != 0);
  if (!node.is_scalar() || !begins || known == kUnits.end() || !(number > 0) ||
      number * known->second > 1e18)
    node.fail(fmt::format("expected a size on the disk, like 2GB, 500MB or 1.5GiB, got {}", text));
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(number * known->second));
}

std::uint64_t quota_of(const std::string& study) {
  const space::Yaml root = space::Yaml::parse(study);
  return root.has("quota") ? read_quota(root.at("quota")) : 0;
}

bool QuotaWatch::over() {
  const Clock::time_point begin = Clock::now();
  if (limit_ == 0 || begin < next_) return over_;
  over_ = bytes_of(folder_) > limit_;
  const Clock::time_point end = Clock::now();
  next_ = end + 20 * (end - begin);
  return over_;
}

}  // namespace antigrad::search
