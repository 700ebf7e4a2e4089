// The page as one file: its assets and the study's data in it, and the same study without scripts.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "search/report/report.hpp"
#include "search/storage/json.hpp"

namespace antigrad::search::page {

/// A file of the page: "index.html", "style.css", "main.js".
struct Asset {
  std::string_view name, text;
};

/// What the caller knows besides: properties by trial number (page::properties), the targets of
/// exports [{"name", "meaning"}], exported files by "<trial> <target>" [{"name", "content" or
/// "base64"}].
struct Extras {
  Json properties = Json::object(), targets = Json::array(), files = Json::object();
};

/// The page of a study in any phase (nothing trained yet included). It asks for nothing outside
/// itself, every text of the study is escaped, and without scripts it shows the report's sections.
/// Equal for equal studies, resources (seconds, costs) apart. Details are in it for the finalists,
/// the baselines and the best kDetails trials.
inline constexpr int kDetails = 300;
std::string report_html(const Summary& summary, const Costs& costs, std::span<const Asset> assets,
                        const Extras& extras = {});

/// Writes the page, replacing what is there in one step (rename). Throws space::Error when it
/// cannot be written.
void write_report(const std::string& html, const std::string& path);

}  // namespace antigrad::search::page
