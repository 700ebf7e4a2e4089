// cpp-httplib 0.11. Its traps: it follows redirects without telling, unpacks what is sent as
// Content-Encoding: gzip (then sizes and checksums are not those of the file), encodes addresses
// anew, and waits with small packets (Nagle).
#include "experiments/app/http.hpp"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "paths.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

constexpr int kConnectSeconds = 20, kReadSeconds = 30;

struct Address {
  std::string server;  // http://host:port
  std::string path;
};

Address address_of(const std::string& url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  const std::size_t slash = url.find('/', scheme);
  const bool printable =
      std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (scheme == 0 || slash == scheme || url.size() == scheme || !printable)
    throw space::Error(
        fmt::format("got the address \"{}\", expected http://HOST/PATH or https://HOST/PATH", url));
  std::string path = slash == url.npos ? "/" : url.substr(slash);
  return {url.substr(0, slash), path.substr(0, path.find('#'))};
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "bytes 100-199/200" or "bytes 100-199/*".
void read_range(std::string_view text, HttpHead& head) {
  const std::size_t dash = text.find('-'), slash = text.find('/');
  if (!text.starts_with("bytes ") || dash == text.npos || slash == text.npos) return;
  head.range_begin = number(text.substr(6, dash - 6));
  head.range_total = number(text.substr(slash + 1));
}

/// A Location by RFC 3986, against the address it came from.
std::string absolute(const std::string& location, const Address& from) {
  if (location.starts_with("//")) return from.server.substr(0, from.server.find("//")) + location;
  if (location.find("://") != location.npos || location.empty()) return location;
  if (location.starts_with("/")) return from.server + location;
  const std::size_t query = std::min(location.find('?'), location.size());
  const std::filesystem::path path =
      from.path.substr(0, from.path.rfind('/') + 1) + location.substr(0, query);
  return from.server + path.lexically_normal().string() + location.substr(query);
}

HttpHead head_of(const httplib::Response& response, const Address& address) {
  HttpHead head{.status = response.status,
                .location = absolute(response.get_header_value("Location"), address),
                .range_begin = {},
                .range_total = {}};
  read_range(response.get_header_value("Content-Range"), head);
  return head;
}

std::string reason(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection: return "no connection";
    case httplib::Error::ConnectionTimeout: return "no connection in time";
    case httplib::Error::Read: return "the connection broke";
    case httplib::Error::Write: return "the connection broke while asking";
    case httplib::Error::SSLConnection: return "no TLS connection";
    case httplib::Error::SSLLoadingCerts: return "the file of trusted certificates cannot be read";
    case httplib::Error::SSLServerVerification:
      return "the server's certificate is not trusted; name a file of certificates with --ca, or "
             "in the environment variable SSL_CERT_FILE";
    default: return httplib::to_string(error);
  }
}

[[noreturn]] void fail(httplib::Error error) {
  if (error == httplib::Error::SSLServerVerification || error == httplib::Error::SSLLoadingCerts)
    throw HttpUntrusted(reason(error));
  throw HttpError(reason(error));
}

void prepare(httplib::Client& client, const std::string& url, const std::string& ca) {
  if (!client.is_valid()) throw space::Error(fmt::format("cannot read the address {}", url));
  client.set_connection_timeout(kConnectSeconds);
  client.set_read_timeout(kReadSeconds);
  client.set_tcp_nodelay(true);
  client.set_follow_location(false);
  client.set_decompress(false);
  client.set_url_encode(false);
  if (!ca.empty()) client.set_ca_cert_path(ca.c_str());
}

httplib::Headers headers_for(const std::string& token) {
  httplib::Headers headers = {{"Accept-Encoding", "identity"},
                              {"User-Agent", "antigrad/" ANTIGRAD_VERSION}};
  if (!token.empty()) headers.emplace("Authorization", "Bearer " + token);
  return headers;
}

HttpHead get(const HttpRequest& request, const WantsBody& head, const TakesBody& body) {
  const Address address = address_of(request.url);
  httplib::Client client(address.server);
  prepare(client, request.url, request.ca);
  httplib::Headers headers = headers_for("");
  if (request.offset > 0) headers.emplace("Range", fmt::format("bytes={}-", request.offset));
  std::optional<HttpHead> seen;
  const httplib::Result result = client.Get(
      address.path, headers,
      [&](const httplib::Response& response) {
        seen = head_of(response, address);
        return head(*seen);
      },
      [&](const char* data, std::size_t size) { return body(data, size); });
  if (!result && result.error() != httplib::Error::Canceled) fail(result.error());
  if (!seen) throw HttpError("no answer that HTTP knows");
  return *seen;
}

HttpReply send(const HttpMessage& message) {
  const Address address = address_of(message.url);
  httplib::Client client(address.server);
  prepare(client, message.url, message.ca);
  httplib::Headers headers = headers_for(message.token);
  if (!message.idempotency_key.empty()) headers.emplace("Idempotency-Key", message.idempotency_key);
  const httplib::Result result =
      message.body ? client.Post(address.path, headers, *message.body, "application/json")
                   : client.Get(address.path, headers);
  if (!result) fail(result.error());
  return {result->status, result->body};
}

}  // namespace
}  // namespace antigrad::app

extern "C" void antigrad_http_get(const antigrad::app::HttpRequest& request,
                                  const antigrad::app::WantsBody& head,
                                  const antigrad::app::TakesBody& body,
                                  antigrad::app::HttpHead& answer) {
  answer = antigrad::app::get(request, head, body);
}

extern "C" void antigrad_http_send(const antigrad::app::HttpMessage& message,
                                   antigrad::app::HttpReply& reply) {
  reply = antigrad::app::send(message);
}
