// A client of antigrad's own server that outlasts it: what meets no server, or a busy one, is asked
// again with growing pauses.
#pragma once
#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>

#include "search/storage/json.hpp"

namespace antigrad::app {

/// No answer within the client's patience, or the program is asked to end.
class ServerGone : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ClientOptions {
  std::string url;    // http://HOST:PORT or https://HOST:PORT
  std::string token;  // "" = none
  std::string ca{};   // a file of certificates to trust instead of the system's
  double patience = 600;
};

class Client {
 public:
  struct Answer {
    int status = 0;
    std::string body{};
    bool good() const { return status == 200; }
    /// What is no JSON is a refusal that says so.
    search::Json json() const;
    /// Of a refusal: its word and its sentence.
    std::string code() const;
    std::string message() const;
  };

  /// stop: shortens the patience to some seconds. Throws space::Error for a url that is none.
  Client(ClientOptions options, const std::atomic<bool>& stop);

  /// Answers below 500 (but not 429). Throws ServerGone, HttpUntrusted.
  Answer get(const std::string& path) const;
  Answer post(const std::string& path, const search::Json& body, const std::string& key) const;
  Answer post_bytes(const std::string& path, const std::string& body) const;
  /// One attempt; nullopt when there is no answer.
  std::optional<Answer> try_get(const std::string& path) const;

  const std::string& url() const { return options_.url; }

 private:
  struct Attempt {
    std::optional<Answer> answer;
    std::string why;  // there is none
  };
  Attempt attempt(const std::string& path, const std::optional<std::string>& body,
                  const std::string& key) const;
  Answer patiently(const std::string& path, const std::optional<std::string>& body,
                   const std::string& key) const;

  ClientOptions options_;
  const std::atomic<bool>& stop_;
};

/// A segment of a path.
std::string url_encoded(const std::string& text);

}  // namespace antigrad::app
