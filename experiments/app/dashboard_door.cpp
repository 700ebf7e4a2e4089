// optuna-dashboard's front-end on our read routes: /dashboard and its files. What it may load is
// what its own server lets it load.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "experiments/app/dashboard_files.hpp"
#include "experiments/app/service_routes.hpp"
#include "paths.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPolicy =
    "default-src 'self';img-src 'self' data: blob:;frame-src 'self';object-src 'none';connect-src "
    "'self';style-src 'self' data: 'unsafe-inline';script-src 'self' 'unsafe-eval'";

bool holds_front_end(const fs::path& folder) {
  return fs::is_regular_file(folder / "index.html") &&
         fs::is_regular_file(folder / "public/bundle.js");
}

/// "optuna_dashboard" among the packages of a Python environment; "" when it is not there.
std::string in_environment(const fs::path& environment) {
  std::error_code absent;
  for (const fs::directory_entry& python : fs::directory_iterator(environment / "lib", absent)) {
    const fs::path folder = python.path() / "site-packages/optuna_dashboard";
    if (holds_front_end(folder)) return folder.string();
  }
  return "";
}

HttpAnswer none() {
  return json_answer({{"error", "no_dashboard"},
                      {"message",
                       "there is no optuna-dashboard: pip install optuna-dashboard, then antigrad "
                       "serve --dashboard FOLDER/site-packages/optuna_dashboard"}},
                     404);
}

/// A file, packed where the client takes that and it is there.
HttpAnswer file(const fs::path& path, const std::string& type, const HttpCall& call) {
  const fs::path packed = path.string() + ".gz";
  const bool gzip =
      call.header("accept-encoding").find("gzip") != std::string::npos && fs::exists(packed);
  std::ifstream in(gzip ? packed : path, std::ios::binary);
  if (!in) return none();
  HttpAnswer answer{.body = {std::istreambuf_iterator<char>(in), {}}, .type = type};
  if (gzip) answer.headers.emplace_back("Content-Encoding", "gzip");
  answer.headers.emplace_back("X-Content-Type-Options", "nosniff");
  return answer;
}

HttpAnswer front_end(const std::string& folder, const HttpCall& call) {
  HttpAnswer answer = file(fs::path(folder) / "index.html", "text/html; charset=utf-8", call);
  answer.headers.emplace_back("Content-Security-Policy", kPolicy);
  return answer;
}

HttpAnswer script(const std::string& folder, const HttpCall& call) {
  constexpr std::array kFiles{"bundle.js", "bundle.js.LICENSE.txt"};
  const std::string& name = call.parts.at("name");
  if (std::ranges::find(kFiles, name) == kFiles.end()) return none();
  return file(fs::path(folder) / "public" / name,
              name.ends_with(".js") ? "text/javascript" : "text/plain", call);
}

}  // namespace

std::string dashboard_folder(const std::string& asked) {
  if (!asked.empty()) {
    for (const fs::path& folder : {fs::path(asked), fs::path(asked) / "optuna_dashboard"})
      if (holds_front_end(folder)) return folder.string();
    throw space::Error(
        {asked, 0, 0},
        "expected the folder optuna_dashboard of a Python environment that has optuna-dashboard, "
        "with index.html and public/bundle.js");
  }
  const char* const environment = std::getenv("VIRTUAL_ENV");
  const std::string found = environment == nullptr ? "" : in_environment(environment);
  return found.empty() ? in_environment(fs::path(ANTIGRAD_DEPS_DIR) / "oracle") : found;
}

std::vector<HttpRoute> dashboard_routes(Serving& serving) {
  const auto route = [&](const char* pattern, const char* summary, auto answer) {
    return HttpRoute{"GET", pattern, summary, [&serving, answer](const HttpCall& call) {
                       return serving.dashboard.empty() ? none() : answer(serving.dashboard, call);
                     }};
  };
  std::vector<HttpRoute> routes;
  // The front-end's own pages: it reads the path itself.
  for (const char* pattern : {"/dashboard", "/dashboard/{a}", "/dashboard/{a}/{b}",
                              "/dashboard/{a}/{b}/{c}", "/dashboard/{a}/{b}/{c}/{d}"})
    routes.push_back(route(pattern, "optuna-dashboard", front_end));
  routes.push_back(route("/static/{name}", "optuna-dashboard's script", script));
  routes.push_back(
      route("/favicon.ico", "its icon", [](const std::string& folder, const HttpCall& call) {
        return file(fs::path(folder) / "img/favicon.ico", "image/x-icon", call);
      }));
  return routes;
}

}  // namespace antigrad::app
