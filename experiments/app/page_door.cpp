// The live page and its data as routes of `antigrad serve`.
#include "experiments/app/page_routes.hpp"
#include "experiments/app/service_routes.hpp"

namespace antigrad::app {
namespace {

HttpAnswer page(Serving& serving, const HttpCall& call) {
  const PageAnswer said = page_answer(serving.gallery, call.path, call.query, serving.stop);
  HttpAnswer answer{.status = said.status, .body = said.body, .type = said.type};
  answer.headers = {{"Content-Security-Policy", kPagePolicy},
                    {"X-Content-Type-Options", "nosniff"},
                    {"Cache-Control", "no-store"}};
  return answer;
}

}  // namespace

std::vector<HttpRoute> page_routes(Serving& serving) {
  std::vector<HttpRoute> routes;
  for (const char* pattern : {"/", "/page/{name}", "/v1/page/{what}", "/api/meta", "/api/studies",
                              "/api/studies/{study}", "/api/studies/{study}/param_importances"})
    routes.push_back({"GET", pattern, "the live page, and what it asks",
                      [&](const HttpCall& call) { return page(serving, call); }});
  return routes;
}

}  // namespace antigrad::app
