// One line more, at the end: errors name the lines of the author's file.
#include "search/normalisation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "search/library/past_study.hpp"
#include "space/gain.hpp"
#include "space/yaml.hpp"
#include "trainer/normalised.hpp"

namespace antigrad::search {
namespace {

using space::Yaml;

constexpr std::string_view kKey = "normalise";

std::string with_key(std::string text, const Yaml& root, bool value) {
  const std::string entry = fmt::format("{}: {}", kKey, value);
  const std::size_t begin = space::offset_of(root.where(), text);
  if (text.compare(begin, 1, "{") == 0) return text.insert(begin + 1, entry + ", ");
  if (!text.ends_with('\n')) text += '\n';
  return text + std::string(static_cast<std::size_t>(root.where().column - 1), ' ') + entry + '\n';
}

/// The text without its line `normalise: false`.
std::string without_false(const std::string& text) {
  const std::string line = fmt::format("{}: false", kKey);
  std::string rest;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    if (text.compare(at, line.size(), line) != 0) rest += text.substr(at, end - at);
    at = end;
  }
  return rest;
}

}  // namespace

std::string beginning_text(const StudyConfig& study) {
  const Yaml root = Yaml::parse(study.text, study.file);
  const bool all_say = std::ranges::all_of(root.at("tasks").items(), trainer::says_scale);
  if (root.has(kKey) || root.has("evaluator") || all_say) return study.text;
  return with_key(study.text, root, true);
}

bool goes_on(const StudyConfig& study, const std::string& begun) {
  return same_study(begun, study.text) || same_study(begun, without_false(study.text));
}

std::optional<std::string> continued_text(const StudyConfig& study, const std::string& begun) {
  if (goes_on(study, begun)) return study.text;
  std::string beginning = beginning_text(study);
  if (same_study(begun, beginning)) return beginning;
  return std::nullopt;
}

std::string text_saying_as(const StudyConfig& study, const std::string& other) {
  const Yaml root = Yaml::parse(study.text, study.file), said = Yaml::parse(other);
  if (root.has(kKey) || !said.has(kKey)) return study.text;
  return with_key(study.text, root, said.at(kKey).boolean());
}

bool normalises(const StudyConfig& study) {
  return std::ranges::any_of(facts_of_tasks(study), says_normalised);
}

std::optional<double> trained_gain(const StudyConfig& study, const std::string& activation) {
  if (!normalises(study)) return std::nullopt;
  return space::normalising_gain(space::parse_activation(activation));
}

}  // namespace antigrad::search
