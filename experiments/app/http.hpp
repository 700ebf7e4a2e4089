// Requests over HTTP or HTTPS, with cpp-httplib and OpenSSL behind network/http.cpp.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

namespace antigrad::app {

/// No connection, a broken one, nonsense instead of HTTP. What came before it was handed out.
class HttpError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The server is not who it says, or nobody says so: to ask again is of no use.
class HttpUntrusted : public HttpError {
  using HttpError::HttpError;
};

struct HttpRequest {
  std::string url;           // http://host[:port]/path or https://...
  std::uint64_t offset = 0;  // ask for the bytes from here on, when not 0
  std::string ca{};          // a file of certificates to trust instead of the system's
};

struct HttpHead {
  int status = 0;
  std::string location;                      // of a redirect, absolute
  std::optional<std::uint64_t> range_begin;  // Content-Range: where the body begins,
  std::optional<std::uint64_t> range_total;  // and how long the whole is
};

using WantsBody = std::function<bool(const HttpHead&)>;
using TakesBody = std::function<bool(const char*, std::size_t)>;

/// Sends the request; follows no redirect. `head` says whether the body is wanted, `body` takes it
/// piece by piece and says whether to go on. Throws HttpError, and space::Error for an address that
/// cannot be read.
HttpHead http_get(const HttpRequest& request, const WantsBody& head, const TakesBody& body);

/// A request to antigrad's own server: a POST of JSON when it has a body, else a GET.
struct HttpMessage {
  std::string url;
  std::optional<std::string> body{};
  std::string idempotency_key{};  // "" = none
  std::string token{};
  std::string ca{};
};
struct HttpReply {
  int status = 0;
  std::string body;
};
/// Throws as http_get does.
HttpReply http_send(const HttpMessage& message);

}  // namespace antigrad::app

/// Entry point of libantigrad_network.so, behind http_get.
extern "C" void antigrad_http_get(const antigrad::app::HttpRequest& request,
                                  const antigrad::app::WantsBody& head,
                                  const antigrad::app::TakesBody& body,
                                  antigrad::app::HttpHead& answer);
/// The same behind http_send.
extern "C" void antigrad_http_send(const antigrad::app::HttpMessage& message,
                                   antigrad::app::HttpReply& reply);
