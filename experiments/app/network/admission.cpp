// Headers against the options.
#include "experiments/app/network/admission.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>

namespace antigrad::app {
namespace {

using httplib::Request;

std::array<unsigned char, 32> sha256(const std::string& text) {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  if (::EVP_Digest(text.data(), text.size(), digest.data(), &size, ::EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("OpenSSL computes no SHA-256");
  return digest;
}

bool same_secret(const std::string& a, const std::string& b) {
  const auto one = sha256(a), other = sha256(b);
  return ::CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

std::string base64_decoded(const std::string& text) {
  std::string out(text.size(), '\0');
  if (text.empty() || text.size() % 4 != 0 || text.size() > 4096) return "";
  const int size = ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (size < 0) return "";
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

/// The token a request shows, "" when it shows none.
std::string token_of(const Request& request) {
  const std::string text = request.get_header_value("Authorization");
  if (text.starts_with("Bearer ")) return text.substr(7);
  if (!text.starts_with("Basic ")) return "";
  const std::string pair = base64_decoded(text.substr(6));
  const std::size_t colon = pair.find(':');
  return colon == pair.npos ? "" : pair.substr(colon + 1);
}

std::string without_port(const std::string& host) {
  const std::size_t bracket = host.rfind(']');
  const std::size_t colon = host.find(':', bracket == host.npos ? 0 : bracket);
  return host.substr(0, colon);
}

bool of_this_machine(const std::string& host, const HttpServerOptions& options) {
  const std::string name = without_port(host);
  return name == "localhost" || name == "127.0.0.1" || name == "[::1]" || name == options.host;
}

// Browsers say where a page comes from; other programs do not.
bool of_other_origin(const Request& request) {
  const std::string origin = request.get_header_value("Origin");
  if (origin.empty()) return false;
  const std::size_t slashes = origin.find("//");
  return slashes == origin.npos || origin.substr(slashes + 2) != request.get_header_value("Host");
}

}  // namespace

std::uint64_t content_length(const Request& request) {
  if (!request.has_header("Content-Length")) return 0;
  const std::string text = request.get_header_value("Content-Length");
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole ? value : std::numeric_limits<std::uint64_t>::max();
}

std::optional<Refused> admission(const Request& request, const HttpServerOptions& options) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (request.get_header_value_count("Content-Length") > 1)
    return Refused{400, "bad_length", "one Content-Length, not several"};
  if (reads && content_length(request) > 0)
    return Refused{400, "unexpected_body", "a GET has no body here"};
  if (options.token.empty() && !of_this_machine(request.get_header_value("Host"), options))
    return Refused{421, "other_host", "this server answers to 127.0.0.1 and localhost only"};
  if (!options.token.empty() && !same_secret(token_of(request), options.token))
    return Refused{401, "no_token", "send the server's token: Authorization: Bearer TOKEN"};
  if (!reads && of_other_origin(request))
    return Refused{403, "other_origin", "a page of another site may not change anything here"};
  return std::nullopt;
}

std::optional<Refused> odd_head(std::string_view head) {
  head = head.substr(0, head.find("\r\n\r\n"));
  head.remove_prefix(std::min(head.find('\n'), head.size()));  // the request's line is the router's
  while (!head.empty()) {
    head.remove_prefix(1);
    const std::string_view line = head.substr(0, head.find('\n'));
    head.remove_prefix(line.size());
    std::string name(line.substr(0, line.find(':')));
    const bool blank = name.find_first_of(" \t") != name.npos;
    std::erase_if(name, [](char c) { return c <= ' '; });
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (name == "transfer-encoding")
      return Refused{411, "length_required", "send a Content-Length, no Transfer-Encoding"};
    if (blank) return Refused{400, "bad_head", "a header's name has no blanks, and is on one line"};
  }
  return std::nullopt;
}

}  // namespace antigrad::app
