// What the page asks of a server, as a function from a path and its query to an answer: no HTTP
// here, so that a test or a benchmark asks the same.
#pragma once
#include <atomic>
#include <map>
#include <string>

#include "search/page/gallery.hpp"

namespace antigrad::app {

struct PageAnswer {
  int status = 200;
  std::string type;  // of the content
  std::string body;
};

/// "/" and "/page/NAME": the page; "/v1/page/...": its data, which page/source.js asks for:
///   studies                                   every study
///   study, curves  run study [epoch from] [wait]   what changed after record `from`
///   trial          run study number           all of one trial
///   drawings       run study trials=1,2,3     f, g, f'' as points
///   properties     run study trial            what is proved
///   targets; export run study trial target    kernel source and exports
///   file           run name                   a file of the run directory
/// and the four read routes of optuna-dashboard under /api/ (search/page/dashboard.hpp).
/// 404 for what there is none of, 400 for a query that cannot be understood, with {"error": why}.
/// `stop` ends waiting.
PageAnswer page_answer(search::page::Gallery& gallery, const std::string& path,
                       const std::map<std::string, std::string>& query,
                       const std::atomic<bool>& stop);

/// The policy that goes with the page: its own files only.
inline constexpr const char* kPagePolicy =
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

}  // namespace antigrad::app
