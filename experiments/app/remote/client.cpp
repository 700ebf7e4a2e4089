// Attempts and pauses.
#include "experiments/app/remote/client.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <thread>

#include "experiments/app/http.hpp"
#include "space/error.hpp"
#include "space/random.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using SteadyClock = std::chrono::steady_clock;

constexpr double kFirstPause = 0.1, kLongestPause = 5, kPatienceAtEnd = 5;

bool may_go_away(int status) { return status >= 500 || status == 429; }

std::string field(const Json& json, const char* name) {
  const auto at = json.is_object() ? json.find(name) : json.end();
  return at != json.end() && at->is_string() ? at->get<std::string>() : "";
}

}  // namespace

Json Client::Answer::json() const {
  try {
    return search::parse_json(body);
  } catch (const space::Error&) {
    return {{"error", "no_antigrad"},
            {"message", "the answer is not one of antigrad's: " + body.substr(0, 80)}};
  }
}

std::string Client::Answer::code() const { return field(json(), "error"); }
std::string Client::Answer::message() const { return field(json(), "message"); }

Client::Client(ClientOptions options, const std::atomic<bool>& stop)
    : options_(std::move(options)), stop_(stop) {
  while (options_.url.ends_with('/')) options_.url.pop_back();
  const bool plain = options_.url.starts_with("http://");
  if (!plain && !options_.url.starts_with("https://"))
    throw space::Error(fmt::format(
        "--server: expected http://HOST:PORT or https://HOST:PORT, got \"{}\"", options_.url));
}

Client::Attempt Client::attempt(const std::string& path, const std::optional<std::string>& body,
                                const std::string& key) const {
  try {
    HttpReply reply = http_send({options_.url + path, body, key, options_.token, options_.ca});
    Answer answer{reply.status, std::move(reply.body)};
    if (!may_go_away(answer.status)) return {std::move(answer), ""};
    return {std::nullopt, fmt::format("status {}: {}", answer.status, answer.message())};
  } catch (const HttpUntrusted&) {
    throw;
  } catch (const HttpError& e) {
    return {std::nullopt, e.what()};
  }
}

// Pauses differ from worker to worker, so that a thousand do not come back at the same moment.
Client::Answer Client::patiently(const std::string& path, const std::optional<std::string>& body,
                                 const std::string& key) const {
  const auto begin = SteadyClock::now();
  space::Random random(
      space::child_seed(static_cast<std::uint64_t>(::getpid()),
                        static_cast<std::uint64_t>(begin.time_since_epoch().count())));
  const auto passed = [&] {
    return std::chrono::duration<double>(SteadyClock::now() - begin).count();
  };
  double pause = kFirstPause;
  for (bool told = false;; pause = std::min(2 * pause, kLongestPause)) {
    Attempt made = attempt(path, body, key);
    if (made.answer) return std::move(*made.answer);
    const double patience = stop_ ? std::min(options_.patience, kPatienceAtEnd) : options_.patience;
    if (passed() + pause > patience)
      throw ServerGone(
          fmt::format("no answer from {} for {:.0f} s ({})", options_.url, passed(), made.why));
    if (!told && pause > 1) {
      fmt::print(stderr, "{} does not answer ({}); asking again\n", options_.url, made.why);
      told = true;
    }
    std::this_thread::sleep_for(
        std::chrono::duration<double>(pause * (0.5 + 0.5 * random.uniform())));
  }
}

Client::Answer Client::get(const std::string& path) const {
  return patiently(path, std::nullopt, "");
}

Client::Answer Client::post(const std::string& path, const Json& body,
                            const std::string& key) const {
  return patiently(path, search::to_text(body), key);
}

Client::Answer Client::post_bytes(const std::string& path, const std::string& body) const {
  return patiently(path, body, "");
}

std::optional<Client::Answer> Client::try_get(const std::string& path) const {
  return attempt(path, std::nullopt, "").answer;
}

std::string url_encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
                       c == '.' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace antigrad::app
