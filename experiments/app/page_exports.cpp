// Exports and proofs as JSON for the page.
#include "experiments/app/page_exports.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/app/exported.hpp"
#include "experiments/app/run_facts.hpp"
#include "search/page/drawing.hpp"
#include "search/page/head.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using search::Summary;

std::string base64(const std::string& bytes) {
  constexpr const char* kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    unsigned group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = 256 * group + (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0);
    for (std::size_t i = 0; i < 4; ++i)
      out += at + i <= bytes.size() ? kDigits[group >> (6 * (3 - i)) & 63] : '=';
  }
  return out;
}

// A text as it is; what holds other bytes (ONNX) as base64.
Json file_json(const kernels::ExportedFile& file) {
  const bool text = std::ranges::none_of(file.content, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
  });
  if (text) return {{"name", file.name}, {"content", file.content}};
  return {{"name", file.name}, {"base64", base64(file.content)}};
}

const search::Trial& longest(const Summary& summary, int number) {
  for (const search::Trial& trial : summary.confirmation)
    if (trial.search_trial == number) return trial;
  return trial_numbered(summary, number);
}

}  // namespace

Json page_targets() {
  Json out = Json::array();
  for (const kernels::ExportTarget& target : kernels::export_targets())
    out.push_back({{"name", target.name}, {"meaning", target.meaning}});
  return out;
}

Json page_export(const Summary& summary, int trial, const std::string& target) {
  const search::Trial& trained = longest(summary, trial);
  const bool known = trained.candidate.baseline && !trained.candidate.name.empty();
  const std::string name = known ? trained.candidate.name : fmt::format("trial{}", trial);
  Json out = Json::array();
  for (const kernels::ExportedFile& file : kernels::export_files(
           kernels::export_target(target), trial_subject(name, trained, summary.config)))
    if (file.name.find('/') == std::string::npos) out.push_back(file_json(file));
  return out;
}

search::page::Extras page_extras(const Summary& summary) {
  search::page::Extras extras;
  extras.targets = page_targets();
  const Json head = search::page::study_head(summary);
  for (const Json& series : head.at("series")) {
    const int number = series.at("number");
    extras.properties[std::to_string(number)] =
        search::page::properties(trial_numbered(summary, number).candidate.activation);
  }
  if (head.at("best").is_null()) return extras;
  const int best = head.at("best").at("number");
  for (const Json& target : extras.targets) {
    const std::string name = target.at("name");
    try {
      extras.files[fmt::format("{} {}", best, name)] = page_export(summary, best, name);
    } catch (const space::Error&) {
      // a target that takes less than this activation is: the page says how to ask for it
    }
  }
  return extras;
}

}  // namespace antigrad::app
