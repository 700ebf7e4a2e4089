// The page as a list of sections, and its file.
#include "search/report/report.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>

#include "search/report/report_page.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

struct Section {
  const char* id;
  const char* title;
  std::string (*html)(const report::Page&);
};

constexpr Section kSections[] = {
    {"confirmation", "Confirmation", report::confirmation_section},
    {"functions", "Functions", report::functions_section},
    {"curves", "Learning curves", report::curves_section},
    {"progress", "Progress", report::progress_section},
    {"trials", "Trials", report::trials_section},
};

// Nothing may be fetched, whatever a text of the study says.
constexpr const char* kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

}  // namespace

const trainer::KernelCost* Costs::find(const std::string& activation) const {
  const auto found = by_activation.find(activation);
  return found == by_activation.end() ? nullptr : &found->second;
}

std::string report_html(const Summary& summary, const Costs& costs) {
  const report::Page page = report::make_page(summary, costs);
  std::string links;
  std::string sections;
  for (const Section& section : kSections) {
    const std::string html = section.html(page);
    if (html.empty()) continue;
    links += fmt::format("<a href=\"#{}\">{}</a>\n", section.id, section.title);
    sections += html;
  }
  if (!links.empty()) links = "<nav aria-label=\"Sections\">\n" + links + "</nav>\n";
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>{} - "
      "antigrad</title>\n<style>\n{}</style>\n</head>\n"
      "<body>\n{}<main>\n{}{}</main>\n<script>\n{}</script>\n</body>\n</html>\n",
      kPolicy, svg::escaped(summary.config.name), report::kStyle, report::head_section(page), links,
      sections, report::kScript);
}

void write_report(const Summary& summary, const Costs& costs, const std::string& path) {
  const std::string fresh = path + ".new";
  std::ofstream out(fresh, std::ios::binary);
  out << report_html(summary, costs);
  out.close();
  if (!out || std::rename(fresh.c_str(), path.c_str()) != 0) {
    throw space::Error({path, 0, 0},
                       "cannot write the report; does the folder exist, is the disk full?");
  }
}

}  // namespace antigrad::search
