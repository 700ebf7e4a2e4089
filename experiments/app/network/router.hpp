// Which route a request is for.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/app/http_server.hpp"

namespace antigrad::app {

struct Routed {
  const HttpRoute* route = nullptr;          // nullptr: none
  std::map<std::string, std::string> parts;  // of its pattern
  bool path_known = false;                   // another method has a route
  std::string allowed{};                     // then: which ones, "GET, HEAD, POST"
};

/// path: as it came, percent signs and all; segments are decoded one by one, so that a name may
/// hold a slash.
Routed route_of(const std::vector<HttpRoute>& routes, std::string_view method,
                std::string_view path);

/// "%2F" -> "/"; what is no escape stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace antigrad::app
