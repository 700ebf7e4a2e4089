// cpp-httplib 0.11 parses requests and writes answers; connections are ours (connections.hpp). Its
// other traps: Nagle's algorithm, a body limit that chunked encoding passes by, a header
// REMOTE_ADDR that clients may send.
#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <array>
#include <optional>
#include <thread>

#include "experiments/app/http_server.hpp"
#include "experiments/app/network/admission.hpp"
#include "experiments/app/network/connections.hpp"
#include "experiments/app/network/router.hpp"
#include "experiments/app/network/stream.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using httplib::Request;
using httplib::Response;

constexpr int kStreams = 32;

std::string error_text(const std::string& code, const std::string& message) {
  std::string escaped;
  for (const char c : message) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return fmt::format("{{\"error\":\"{}\",\"message\":\"{}\"}}", code, escaped);
}

void refuse(Response& response, int status, const std::string& code, const std::string& message) {
  response.status = status;
  response.set_content(error_text(code, message), "application/json");
}

/// Others it answers by itself, and leaves their bodies unread in the connection.
bool routed_by_library(const std::string& method) {
  constexpr std::array kMethods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
  return std::ranges::find(kMethods, method) != kMethods.end();
}

/// What was sent of the body stays unread: the next request would begin in it.
void close_after(const Request& request) {
  const_cast<Request&>(request).set_header("Connection", "close");
}

HttpCall call_of(const Request& request, Routed& routed) {
  HttpCall call{request.method,
                request.target.substr(0, request.target.find('?')),
                std::move(routed.parts),
                {},
                {},
                {}};
  for (const auto& [name, value] : request.params) call.query.emplace(name, value);
  for (const auto& [name, value] : request.headers) {
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    call.headers.emplace(lower, value);
  }
  return call;
}

class Service {
 public:
  Service(const HttpServerOptions& options, const std::vector<HttpRoute>& routes,
          const std::atomic<bool>& stop)
      : options_(options), routes_(routes), stop_(stop) {}

  void prepare(httplib::Server& server);

 private:
  bool admit(const Request& request, Response& response);
  void answer(const Request& request, Response& response, const httplib::ContentReader* reader);
  bool read_body(const HttpRoute& route, const httplib::ContentReader& reader, std::string& body);
  void give(HttpAnswer answer, Response& response);
  void stream(HttpAnswer answer, Response& response);

  const HttpServerOptions& options_;
  const std::vector<HttpRoute>& routes_;
  const std::atomic<bool>& stop_;
  std::atomic<int> streams_ = 0;
};

// Before the body is read.
bool Service::admit(const Request& request, Response& response) {
  const std::optional<Refused> refused = admission(request, options_);
  if (!refused) return true;
  close_after(request);
  refuse(response, refused->status, refused->code, refused->message);
  if (refused->status == 401)
    response.set_header("WWW-Authenticate",
                        "Basic realm=\"antigrad: any user, the token as password\"");
  return false;
}

bool Service::read_body(const HttpRoute& route, const httplib::ContentReader& reader,
                        std::string& body) {
  return reader([&](const char* data, std::size_t size) {
    if (body.size() + size > route.longest_body) return false;
    body.append(data, size);
    return true;
  });
}

void Service::stream(HttpAnswer answer, Response& response) {
  if (streams_.fetch_add(1) >= kStreams) {
    --streams_;
    return refuse(response, 503, "too_many_streams", "too many pages listen; ask again later");
  }
  response.set_chunked_content_provider(
      answer.type,
      [this, next = std::move(answer.stream)](std::size_t, httplib::DataSink& sink) {
        const std::optional<std::string> piece = stop_ ? std::nullopt : next();
        if (!piece) {
          sink.done();
        } else if (!piece->empty()) {
          sink.write(piece->data(), piece->size());
        }
        return sink.is_writable();
      },
      [this](bool) { --streams_; });
}

void Service::give(HttpAnswer answer, Response& response) {
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.set_header(name, value);
  if (answer.stream) return stream(std::move(answer), response);
  response.set_content(std::move(answer.body), answer.type);
}

void Service::answer(const Request& request, Response& response,
                     const httplib::ContentReader* reader) {
  const std::string target = request.target.substr(0, request.target.find('?'));
  Routed routed = route_of(routes_, request.method == "HEAD" ? "GET" : request.method, target);
  const bool unread = reader != nullptr;
  if (routed.route == nullptr) {
    if (unread) close_after(request);
    if (routed.path_known) {
      response.set_header("Allow", routed.allowed);
      return refuse(response, 405, "method_not_allowed", "this path takes " + routed.allowed);
    }
    return refuse(response, 404, "not_found", "there is no such path; GET /v1 lists them");
  }
  HttpCall call = call_of(request, routed);
  if (unread && (content_length(request) > routed.route->longest_body ||
                 !read_body(*routed.route, *reader, call.body))) {
    close_after(request);
    return refuse(response, 413, "too_long",
                  fmt::format("at most {} bytes here", routed.route->longest_body));
  }
  give(routed.route->handle(call), response);
}

void Service::prepare(httplib::Server& server) {
  server.set_tcp_nodelay(true);
  server.set_pre_routing_handler([this](const Request& request, Response& response) {
    using enum httplib::Server::HandlerResponse;
    if (!admit(request, response)) return Handled;
    if (routed_by_library(request.method)) return Unhandled;
    close_after(request);
    answer(request, response, nullptr);
    return Handled;
  });
  server.set_exception_handler(
      [](const Request& request, Response& response, std::exception_ptr error) {
        close_after(request);
        std::string message = "unknown";
        try {
          std::rethrow_exception(error);
        } catch (const std::exception& e) {
          message = e.what();
        }
        refuse(response, 500, "internal", message);
      });
  // What the library refuses by itself, before a route is looked for: the rest of it stays unread.
  server.set_error_handler([](const Request& request, Response& response) {
    if (!response.body.empty()) return;
    close_after(request);
    refuse(response, response.status, "bad_http", "this is no request that HTTP/1.1 knows");
  });
  constexpr const char* kAnyPath = R"([\s\S]*)";  // a dot is no line break
  server.Get(kAnyPath, [this](const Request& request, Response& response) {
    answer(request, response, nullptr);
  });
  const auto with_body = [this](const Request& request, Response& response,
                                const httplib::ContentReader& reader) {
    answer(request, response, &reader);
  };
  server.Post(kAnyPath, with_body);
  server.Put(kAnyPath, with_body);
  server.Patch(kAnyPath, with_body);
  server.Delete(kAnyPath, with_body);
}

/// The library's server with connections of our own.
class HeldServer : public httplib::Server {
 public:
  explicit HeldServer(const HttpServerOptions& options) {
    if (!options.certificate.empty()) tls_.emplace(options.certificate, options.key);
    ConnectionLimits limits;
    limits.connections = static_cast<std::size_t>(options.connections);
    connections_.emplace(limits, [this](Connection& connection) { return answered(connection); });
    new_task_queue = [] { return new AtOnce; };
  }
  void end_connections() { connections_->shut_down(); }
  /// The library lets five connections wait for accept; the sixth client would try again after a
  /// second.
  void let_many_wait() const { ::listen(svr_sock_, SOMAXCONN); }

 private:
  /// What the library would queue is only the handing over.
  struct AtOnce : httplib::TaskQueue {
    void enqueue(std::function<void()> task) override { task(); }
    void shutdown() override {}
  };

  bool process_and_close_socket(socket_t socket) override {
    connections_->add(tls_ ? tls_->transport(socket) : std::make_unique<Transport>(socket));
    return true;
  }

  bool answered(Connection& connection) {
    ConnectionStream stream(connection);
    if (const std::optional<Refused> refused = odd_head(connection.received)) {
      const std::string body = error_text(refused->code, refused->message);
      stream.httplib::Stream::write(
          fmt::format("HTTP/1.1 {} Refused\r\nConnection: close\r\nContent-Type: "
                      "application/json\r\nContent-Length: {}\r\n\r\n{}",
                      refused->status, body.size(), body));
      return false;
    }
    bool closed = false;
    const bool good = process_request(stream, false, closed, nullptr);
    return good && !closed;
  }

  std::optional<Tls> tls_;
  std::optional<Connections> connections_;
};

int bind(httplib::Server& server, const HttpServerOptions& options) {
  if (options.port == 0) return server.bind_to_any_port(options.host);
  return server.bind_to_port(options.host, options.port) ? options.port : -1;
}

void serve(const HttpServerOptions& options, const std::vector<HttpRoute>& routes,
           const std::function<void(int)>& listening, const std::atomic<bool>& stop) {
  Service service(options, routes, stop);
  HeldServer server(options);
  service.prepare(server);
  const int port = bind(server, options);
  if (port < 0)
    throw space::Error(
        fmt::format("cannot listen on {}:{}; is the port taken? --port 0 takes one "
                    "that is free",
                    options.host, options.port));
  server.let_many_wait();
  // The library forgets a stop() from before it listens.
  const std::jthread watch([&](const std::stop_token& ended) {
    while (!ended.stop_requested() && !(stop && server.is_running()))
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    server.stop();
  });
  listening(port);
  server.listen_after_bind();
  server.end_connections();
}

}  // namespace

}  // namespace antigrad::app

extern "C" void antigrad_http_serve(const antigrad::app::HttpServerOptions& options,
                                    const std::vector<antigrad::app::HttpRoute>& routes,
                                    const std::function<void(int port)>& listening,
                                    const std::atomic<bool>& stop) {
  antigrad::app::serve(options, routes, listening, stop);
}
