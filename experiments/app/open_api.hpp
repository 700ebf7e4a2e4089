// The page of the API: OpenAPI 3.1 out of the table of routes, and a page to read it by.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "experiments/app/http_server.hpp"

namespace antigrad::app {

/// A number in the query, 0 when it is missing.
struct QueryNumber {
  std::string name;
  std::size_t most = 0;
};

/// HttpRoute::details: the query, and the names of the schemas of body and answer; "" = none. An
/// optional body may be missing.
std::string operation(const std::vector<QueryNumber>& queries, const std::string& body,
                      const std::string& answer, bool optional_body = false);

/// The same where body and answer are records of a journal, a line each; "" for a body that is
/// none, or a sentence about it.
std::string journal_operation(const std::vector<QueryNumber>& queries, const std::string& body);

/// A body of bytes; what they are.
std::string bytes_operation(const std::string& body);

/// GET /v1/openapi.json and GET /v1/docs for these routes; what they answer is made when it is
/// asked for.
std::vector<HttpRoute> open_api_routes(const std::vector<HttpRoute>& routes);

}  // namespace antigrad::app
