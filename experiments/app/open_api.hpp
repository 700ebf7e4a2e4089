// The page of the API: OpenAPI 3.1 out of the table of routes, and a page to read it by.
#pragma once
#include <string>
#include <vector>

#include "experiments/app/http_server.hpp"

namespace antigrad::app {

/// HttpRoute::details: queries that are numbers, and the names of the schemas of body and answer;
/// "" = none.
std::string operation(const std::vector<std::string>& queries, const std::string& body,
                      const std::string& answer);

/// GET /v1/openapi.json and GET /v1/docs for these routes.
std::vector<HttpRoute> open_api_routes(const std::vector<HttpRoute>& routes);

}  // namespace antigrad::app
