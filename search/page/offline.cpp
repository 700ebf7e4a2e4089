// Puts the assets of index.html in their places, and the study's data beside them.
#include "search/page/offline.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <set>

#include "search/page/drawing.hpp"
#include "search/page/head.hpp"
#include "search/page/rows.hpp"
#include "search/report/report_page.hpp"
#include "space/error.hpp"

namespace antigrad::search::page {
namespace {

// Nothing may be fetched, whatever a text of the study says.
constexpr std::string_view kPolicy =
    "<meta charset=\"utf-8\"/>\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\"/>";

std::string_view asset(std::span<const Asset> assets, std::string_view name) {
  for (const Asset& a : assets)
    if (a.name == name) return a.text;
  throw space::Error(fmt::format("the page has no file {}; build antigrad again", name));
}

// Replaces the first `what`, which is there.
void replace(std::string& html, std::string_view what, std::string_view by) {
  const auto at = html.find(what);
  if (at == std::string::npos)
    throw space::Error(fmt::format("index.html lacks {}; build antigrad again", what));
  html.replace(at, what.size(), by);
}

// <link href="page/x.css"/> and <script src="page/x.js"></script> become what they name.
void put_inside(std::string& html, std::span<const Asset> assets, std::string_view open,
                std::string_view close, std::string_view tag) {
  for (std::size_t at; (at = html.find(open)) != std::string::npos;) {
    const std::size_t name = at + open.size();
    const std::size_t end = html.find('"', name);
    const std::string_view file = std::string_view(html).substr(name, end - name);
    const std::string text = fmt::format("<{}>\n{}</{}>", tag, asset(assets, file), tag);
    html.replace(at, end + close.size() - at, text);
  }
}

// JSON inside a script element: nothing in it may look like a tag.
std::string inside_script(const Json& data) {
  std::string out;
  for (const char c : to_text(data)) {
    if (c == '<')
      out += "\\u003c";
    else if (c == '>')
      out += "\\u003e";
    else if (c == '&')
      out += "\\u0026";
    else
      out += c;
  }
  return out;
}

std::set<int> detailed(const Summary& s, const report::Page& page) {
  std::set<int> numbers;
  for (const report::Series& series : page.series) numbers.insert(series.number);
  for (const Trial* trial : s.leaderboard()) {
    if (static_cast<int>(numbers.size()) >= kDetails) break;
    numbers.insert(trial->number);
  }
  return numbers;
}

const Trial* confirmation_of(const Summary& s, int number) {
  for (const Trial& trial : s.confirmation)
    if (trial.search_trial == number) return &trial;
  return nullptr;
}

Json data_of(const Summary& s, const report::Page& page, const Extras& extras) {
  Json data{{"epoch", ""},
            {"record", s.trials.size() + s.confirmation.size()},
            {"study", study_head(s)},
            {"trials", Json::array()},
            {"curves", Json::array()},
            {"drawings", Json::object()},
            {"details", Json::object()},
            {"properties", extras.properties},
            {"targets", extras.targets},
            {"files", extras.files}};
  const std::set<int> numbers = detailed(s, page);
  for (const Trial& trial : s.trials) {
    data["trials"].push_back(row(trial));
    Json lines = curves(trial, s.config);
    if (!lines.is_null()) data["curves"].push_back(std::move(lines));
    if (numbers.count(trial.number) == 0) continue;
    const std::string key = std::to_string(trial.number);
    const Trial* confirmation = confirmation_of(s, trial.number);
    data["drawings"][key] = to_json(draw(trial.candidate.activation));
    Json& more = data["details"][key] = detail(trial, confirmation, history(trial));
    more.erase("row");
    if (page.find(trial.number) != nullptr)
      more["trained"] = trained(confirmation != nullptr ? *confirmation : trial);
  }
  return data;
}

}  // namespace

std::string report_html(const Summary& summary, const Costs& costs, std::span<const Asset> assets,
                        const Extras& extras) {
  const report::Page page = report::make_page(summary, costs);
  std::string html(asset(assets, "index.html"));
  const auto begin = html.find("<noscript>") + std::string_view("<noscript>").size();
  html.replace(begin, html.find("</noscript>") - begin, report_sections(summary, costs));
  replace(html, "<meta charset=\"utf-8\"/>", kPolicy);
  replace(html, "<title>antigrad</title>",
          fmt::format("<title>{} - antigrad</title>", svg::escaped(summary.config.name)));
  replace(html, "<div id=\"evidence\"></div>",
          fmt::format("<div id=\"evidence\">\n{}</div>", evidence_html(summary, costs)));
  put_inside(html, assets, "<link rel=\"stylesheet\" href=\"page/", "\"/>", "style");
  put_inside(html, assets, "<script src=\"page/", "\"></script>", "script");
  replace(html, "id=\"data\">null<",
          fmt::format("id=\"data\">{}<", inside_script(data_of(summary, page, extras))));
  return html;
}

void write_report(const std::string& html, const std::string& path) {
  const std::string fresh = path + ".new";
  std::ofstream out(fresh, std::ios::binary);
  out << html;
  out.close();
  if (!out || std::rename(fresh.c_str(), path.c_str()) != 0) {
    throw space::Error({path, 0, 0},
                       "cannot write the report; does the folder exist, is the disk full?");
  }
}

}  // namespace antigrad::search::page
