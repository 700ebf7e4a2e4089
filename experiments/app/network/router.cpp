// Patterns against paths, segment by segment.
#include "experiments/app/network/router.hpp"

#include <optional>

namespace antigrad::app {
namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Takes a segment off the front of a path: "/a/b" gives "a" and leaves "/b".
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

std::optional<std::map<std::string, std::string>> match(std::string_view pattern,
                                                        std::string_view path) {
  std::map<std::string, std::string> parts;
  while (pattern.starts_with('/') && path.starts_with('/')) {
    const std::string_view wanted = next_segment(pattern), got = next_segment(path);
    if (wanted.starts_with('{')) {
      if (got.empty()) return std::nullopt;
      parts.emplace(wanted.substr(1, wanted.size() - 2), percent_decoded(got));
    } else if (wanted != got) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return parts;
}

}  // namespace

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex(text[i + 2]);
    if (low < 0) {
      out += text[i];
    } else {
      out += static_cast<char>(16 * high + low);
      i += 2;
    }
  }
  return out;
}

Routed route_of(const std::vector<HttpRoute>& routes, std::string_view method,
                std::string_view path) {
  Routed routed;
  for (const HttpRoute& route : routes) {
    std::optional<std::map<std::string, std::string>> parts = match(route.pattern, path);
    if (!parts) continue;
    routed.path_known = true;
    if (route.method != method) {
      const std::string more = route.method == "GET" ? "GET, HEAD" : route.method;
      if (routed.allowed.find(more) == std::string::npos)
        routed.allowed += (routed.allowed.empty() ? "" : ", ") + more;
      continue;
    }
    routed.route = &route;
    routed.parts = std::move(*parts);
    break;
  }
  return routed;
}

}  // namespace antigrad::app
