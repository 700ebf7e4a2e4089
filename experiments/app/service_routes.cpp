// The table of all routes, and what becomes of exceptions.
#include "experiments/app/service_routes.hpp"

#include <fmt/format.h>

#include <charconv>

#include "experiments/app/open_api.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::Json;

HttpAnswer error_answer(int status, const std::string& code, const std::string& message) {
  return json_answer({{"error", code}, {"message", message}}, status);
}

/// A space::Error that is no refusal is the store's: the disk, a journal that is broken.
HttpAnswer guarded(const std::function<HttpAnswer(const HttpCall&)>& handle, const HttpCall& call) {
  try {
    return handle(call);
  } catch (const search::Refusal& e) {
    return error_answer(e.status(), e.code(), e.message());
  } catch (const space::Error& e) {
    return error_answer(503, "storage", e.what());
  } catch (const std::exception& e) {
    return error_answer(500, "internal", e.what());
  }
}

HttpRoute overview_route(const std::vector<HttpRoute>& routes) {
  Json list = Json::array();
  for (const HttpRoute& route : routes)
    list.push_back({{"method", route.method}, {"path", route.pattern}, {"summary", route.summary}});
  return {"GET", "/v1", "what can be asked here", [list](const HttpCall&) {
            return json_answer({{"routes", list}});
          }};
}

}  // namespace

HttpAnswer json_answer(const Json& json, int status) {
  return {.status = status, .body = search::to_text(json) + "\n"};
}

std::size_t number_asked(const HttpCall& call, const std::string& name, std::size_t most) {
  const std::string text = call.asked(name);
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty()) return 0;
  if (error != std::errc{} || end != text.data() + text.size() || value > most)
    throw search::Refusal(
        400, "bad_query",
        fmt::format("{}: expected a number from 0 to {}, got \"{}\"", name, most, text));
  return value;
}

int trial_number(const HttpCall& call) {
  const std::string& text = call.parts.at("trial");
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value >= 0) return value;
  throw search::Refusal(404, "no_trial", "a trial is a number, got \"" + text.substr(0, 40) + "\"");
}

std::string key_name(const HttpCall& call) {
  constexpr std::size_t kLongest = 200;
  const std::string key = call.header("idempotency-key");
  if (key.size() > kLongest)
    throw search::Refusal(400, "bad_key",
                          fmt::format("an Idempotency-Key has at most {} bytes", kLongest));
  return key;
}

std::vector<HttpRoute> service_routes(Serving& serving) {
  std::vector<HttpRoute> all;
  for (const auto& door : {journal_routes, study_routes, work_routes, event_routes}) {
    for (HttpRoute& route : door(serving)) all.push_back(std::move(route));
  }
  for (HttpRoute& route : open_api_routes(all)) all.push_back(std::move(route));
  for (const auto& door : {page_routes, dashboard_routes}) {
    for (HttpRoute& route : door(serving)) all.push_back(std::move(route));
  }
  all.push_back(overview_route(all));
  for (HttpRoute& route : all) {
    route.handle = [handle = std::move(route.handle)](const HttpCall& call) {
      return guarded(handle, call);
    };
  }
  return all;
}

}  // namespace antigrad::app
