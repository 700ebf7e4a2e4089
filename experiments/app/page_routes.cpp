// The page's questions.
#include "experiments/app/page_routes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>

#include "experiments/app/page_assets.hpp"
#include "experiments/app/page_exports.hpp"
#include "search/page/dashboard.hpp"
#include "search/page/drawing.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using search::page::Gallery;
using search::page::Known;
using Query = std::map<std::string, std::string>;

struct BadQuery : space::Error {
  using space::Error::Error;
};

PageAnswer json(std::string body) { return {200, "application/json", std::move(body)}; }
PageAnswer json(const Json& body) { return json(search::to_text(body)); }
PageAnswer refusal(int status, const std::string& why) {
  return {status, "application/json", search::to_text(Json{{"error", why}})};
}

const std::string& text(const Query& query, const std::string& key) {
  const auto found = query.find(key);
  if (found == query.end()) throw BadQuery(fmt::format("the query lacks \"{}\"", key));
  return found->second;
}

int number(std::string_view word, std::string_view key) {
  int value = 0;
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, value);
  if (error != std::errc{} || stop != end)
    throw BadQuery(fmt::format("{}: expected a whole number, got \"{}\"", key, word.substr(0, 40)));
  return value;
}

int number(const Query& query, const std::string& key) { return number(text(query, key), key); }

Known known(const Query& query) {
  Known out;
  if (query.count("epoch") == 0 || query.count("from") == 0) return out;
  return {text(query, "epoch"), number(query, "from")};
}

struct Asked {
  Gallery& gallery;
  const Query& query;
  const std::atomic<bool>& stop;
  search::page::View& view() const { return gallery.run(text(query, "run")); }
  const std::string& study() const { return text(query, "study"); }
};

PageAnswer studies(const Asked& asked) { return json(asked.gallery.studies()); }

PageAnswer study(const Asked& asked) {
  constexpr int kLongest = 30;
  const Known since = known(asked.query);
  if (asked.query.count("wait") > 0) {
    const int seconds = std::clamp(number(asked.query, "wait"), 0, kLongest);
    asked.gallery.wait(text(asked.query, "run"), since, seconds, asked.stop);
  }
  return json(asked.view().study(asked.study(), since));
}

PageAnswer curves(const Asked& asked) {
  return json(asked.view().curves(asked.study(), known(asked.query)));
}

PageAnswer trial(const Asked& asked) {
  return json(asked.view().trial(asked.study(), number(asked.query, "number")));
}

PageAnswer drawings(const Asked& asked) {
  constexpr int kMost = 64;
  const search::page::View& view = asked.view();
  std::istringstream words(text(asked.query, "trials"));
  Json out = Json::object();
  for (std::string word; std::getline(words, word, ',');) {
    if (out.size() == kMost) throw BadQuery(fmt::format("trials: at most {}", kMost));
    const int n = number(word, "trials");
    out[std::to_string(n)] =
        search::page::to_json(search::page::draw(view.activation(asked.study(), n)));
  }
  return json(out);
}

PageAnswer properties(const Asked& asked) {
  return json(asked.gallery.properties(
      asked.view().activation(asked.study(), number(asked.query, "trial"))));
}

PageAnswer targets(const Asked&) { return json(page_targets()); }

PageAnswer exported(const Asked& asked) {
  return json(page_export(asked.view().summary(asked.study()), number(asked.query, "trial"),
                          text(asked.query, "target")));
}

PageAnswer file(const Asked& asked) {
  constexpr std::array kFiles{"study.yaml", "journal.log", "hall_of_fame.yaml", "report.html"};
  const std::string& name = text(asked.query, "name");
  const std::filesystem::path journal = asked.gallery.journal(text(asked.query, "run"));
  if (std::ranges::find(kFiles, name) == kFiles.end())
    throw space::Error(fmt::format("no file \"{}\"", name));
  std::ifstream in(name == "journal.log" ? journal : journal.parent_path() / name,
                   std::ios::binary);
  if (!in) throw space::Error(fmt::format("{} is not there yet", name));
  return {200, "application/octet-stream", {std::istreambuf_iterator<char>(in), {}}};
}

struct Route {
  std::string_view name;
  PageAnswer (*answer)(const Asked&);
};
constexpr Route kRoutes[] = {
    {"studies", studies}, {"study", study},       {"curves", curves},
    {"trial", trial},     {"drawings", drawings}, {"properties", properties},
    {"targets", targets}, {"export", exported},   {"file", file}};

PageAnswer dashboard_list(Gallery& gallery) {
  Json studies = Json::array();
  gallery.each_study([&](const search::StoredStudy& study, int id) {
    studies.push_back(search::page::dashboard_summary(study, id));
  });
  return json(Json{{"study_summaries", std::move(studies)}});
}

// "/api/..." of optuna-dashboard; its errors are called "reason".
PageAnswer dashboard(Gallery& gallery, std::string_view path, const Query& query) {
  constexpr std::string_view kStudy = "/api/studies/";
  constexpr std::string_view kImportances = "/param_importances";
  if (path == "/api/meta") return json(search::page::dashboard_meta());
  if (path == "/api/studies") return dashboard_list(gallery);
  if (!path.starts_with(kStudy)) return refusal(404, "there is nothing here");
  path.remove_prefix(kStudy.size());
  const bool importances = path.ends_with(kImportances);
  if (importances) path.remove_suffix(kImportances.size());
  Json answer;
  const int after = query.count("after") > 0 ? number(query, "after") : 0;
  gallery.numbered_study(number(path, "study"), [&](const search::StoredStudy& study, int id) {
    answer = importances ? search::page::dashboard_importances(study)
                         : search::page::dashboard_study(study, id, after);
  });
  return json(answer);
}

PageAnswer asset(std::string_view name) {
  for (const search::page::Asset& a : page_assets()) {
    if (a.name != name) continue;
    const char* type = name.ends_with(".css")  ? "text/css"
                       : name.ends_with(".js") ? "text/javascript"
                                               : "text/html; charset=utf-8";
    return {200, type, std::string(a.text)};
  }
  return refusal(404, "there is nothing here");
}

}  // namespace

PageAnswer page_answer(Gallery& gallery, const std::string& path, const Query& query,
                       const std::atomic<bool>& stop) {
  constexpr std::string_view kData = "/v1/page/";
  constexpr std::string_view kAssets = "/page/";
  if (path == "/") return asset("index.html");
  if (path.starts_with(kAssets)) return asset(std::string_view(path).substr(kAssets.size()));
  try {
    if (path.starts_with("/api/")) return dashboard(gallery, path, query);
    for (const Route& route : kRoutes) {
      if (path.starts_with(kData) && std::string_view(path).substr(kData.size()) == route.name)
        return route.answer({gallery, query, stop});
    }
  } catch (const BadQuery& e) {
    return refusal(400, e.what());
  } catch (const space::Error& e) {
    return refusal(404, e.what());
  }
  return refusal(404, "there is nothing here");
}

}  // namespace antigrad::app
