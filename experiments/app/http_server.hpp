// A server of HTTP/1.1 from a table of routes, with cpp-httplib and OpenSSL behind
// network/server.cpp.
#pragma once
#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace antigrad::app {

/// A request as a handler sees it.
struct HttpCall {
  std::string method;
  std::string path;                          // as it came, without the query
  std::map<std::string, std::string> parts;  // what stood for {name} in the route, decoded
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  /// "" when there is none.
  std::string header(const std::string& name) const { return value(headers, name); }
  std::string asked(const std::string& name) const { return value(query, name); }

 private:
  static std::string value(const std::map<std::string, std::string>& map, const std::string& name) {
    const auto at = map.find(name);
    return at == map.end() ? "" : at->second;
  }
};

struct HttpAnswer {
  int status = 200;
  std::string body{};
  std::string type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers{};
  /// Instead of a body: pieces until it says nullopt, or the client or the server goes. May wait,
  /// but not for longer than some seconds at a time: an empty piece says that nothing happened.
  std::function<std::optional<std::string>()> stream{};
};

/// A row of the table. Handlers run in many threads at a time; an exception becomes status 500.
struct HttpRoute {
  std::string method;   // "GET", "POST"
  std::string pattern;  // "/v1/studies/{study}/ask": each {name} is one segment of the path
  std::string summary;  // one line, for the page of the API
  std::function<HttpAnswer(const HttpCall&)> handle;
  std::size_t longest_body = 0;  // bytes of a request
  std::string details{};         // JSON of OpenAPI's operation object: parameters, bodies
};

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;               // 0: one that is free
  std::string token{};        // demanded of every request but those of `open`; "" = none
  std::string certificate{};  // PEM files; "" = no TLS
  std::string key{};
  int connections = 512;  // at a time; more are closed at once
};

/// Serves until `stop`. listening is called with the port once requests are taken. Throws
/// space::Error when it cannot listen or read the certificate.
void http_serve(const HttpServerOptions& options, const std::vector<HttpRoute>& routes,
                const std::function<void(int port)>& listening, const std::atomic<bool>& stop);

}  // namespace antigrad::app

/// Entry point of libantigrad_network.so, behind http_serve.
extern "C" void antigrad_http_serve(const antigrad::app::HttpServerOptions& options,
                                    const std::vector<antigrad::app::HttpRoute>& routes,
                                    const std::function<void(int port)>& listening,
                                    const std::atomic<bool>& stop);
