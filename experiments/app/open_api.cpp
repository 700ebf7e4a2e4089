// Schemas by hand, paths from the table.
#include "experiments/app/open_api.hpp"

#include <fmt/format.h>

#include "experiments/app/service_routes.hpp"
#include "paths.hpp"
#include "search/service/settings.hpp"

namespace antigrad::app {
namespace {

using search::Json;

constexpr const char* kSchemas = R"json({
  "Error": {"type": "object", "required": ["error", "message"], "properties": {
    "error": {"type": "string", "description": "a word for programs"}, "message": {"type": "string"}}},
  "Number": {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]},
  "Distribution": {"type": "object", "description": "as Optuna writes it, or short: {\"type\": \"float\", \"low\": 0, \"high\": 1}"},
  "NewStudy": {"type": "object", "required": ["name"], "additionalProperties": false, "properties": {
    "name": {"type": "string", "minLength": 1, "maxLength": 300},
    "directions": {"type": "array", "minItems": 1, "maxItems": 64, "items": {"enum": ["minimize", "maximize"]}},
    "space": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Distribution"}},
    "sampler": {"type": "string", "description": "random, grid, quasi_random, tpe (the default), cma_es or nsga2"},
    "seed": {"type": "integer", "minimum": 0, "maximum": 1000000000},
    "trials": {"type": "integer", "minimum": 1, "maximum": 1000000000, "description": "most trials; a retry does not count"},
    "lease": {"type": "number", "exclusiveMinimum": 0, "maximum": 10000000, "description": "seconds a worker may be silent"},
    "retries": {"type": "integer", "minimum": 0, "maximum": 1000, "description": "of a trial whose worker fell silent"},
    "pruner": {"description": "a name, or an object with name and settings", "anyOf": [{"type": "string"}, {"type": "object"}]}}},
  "Study": {"type": "object", "required": ["name", "id", "directions", "trials", "states", "settings", "user_attrs"], "properties": {
    "name": {"type": "string"}, "id": {"type": "integer"}, "directions": {"type": "array", "items": {"type": "string"}},
    "trials": {"type": "integer"}, "states": {"type": "object"}, "settings": {"type": "object"}, "user_attrs": {"type": "object"}, "best": {"type": "object"}}},
  "StudyList": {"type": "object", "required": ["studies"], "properties": {"studies": {"type": "array", "items": {"$ref": "#/components/schemas/Study"}}}},
  "Ask": {"type": "object", "additionalProperties": false, "properties": {"worker": {"type": "string", "maxLength": 300}}},
  "Trial": {"type": "object", "required": ["study", "number", "id", "state", "values", "params", "user_attrs", "system_attrs", "intermediate_values"], "properties": {
    "study": {"type": "string"}, "number": {"type": "integer"}, "id": {"type": "integer"},
    "state": {"enum": ["running", "complete", "pruned", "fail", "waiting"]},
    "values": {"type": "array", "items": {"$ref": "#/components/schemas/Number"}},
    "params": {"type": "object"}, "distributions": {"type": "object"}, "user_attrs": {"type": "object"}, "system_attrs": {"type": "object"},
    "intermediate_values": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Number"}},
    "datetime_start": {"type": ["string", "null"]}, "datetime_complete": {"type": ["string", "null"]},
    "lease": {"type": ["number", "null"], "description": "seconds until the trial is given to another worker, from now and from each report on"}}},
  "TrialList": {"type": "object", "required": ["trials"], "properties": {"trials": {"type": "array", "items": {"$ref": "#/components/schemas/Trial"}}}},
  "Report": {"type": "object", "required": ["step", "value"], "additionalProperties": false, "properties": {
    "step": {"type": "integer", "minimum": 0, "maximum": 2147483647}, "value": {"$ref": "#/components/schemas/Number"}}},
  "Pruning": {"type": "object", "required": ["prune", "decision"], "properties": {
    "prune": {"type": "boolean"}, "decision": {"enum": ["go on", "replicate", "wait", "prune"]}, "reason": {"type": "string"}}},
  "Result": {"type": "object", "additionalProperties": false, "properties": {
    "state": {"enum": ["complete", "pruned", "fail"]}, "value": {"type": "number"},
    "values": {"type": "array", "items": {"type": "number"}}, "user_attrs": {"type": "object"},
    "intermediate_values": {"type": "object", "propertyNames": {"pattern": "^[0-9]{1,9}$"}, "additionalProperties": {"$ref": "#/components/schemas/Number"}}},
    "anyOf": [{"required": ["value"]}, {"required": ["values"]}, {"required": ["state"], "properties": {"state": {"enum": ["pruned", "fail"]}}}],
    "not": {"required": ["value", "values"]}},
  "Appended": {"type": "object", "required": ["appended"], "properties": {"appended": {"type": "integer"}}},
  "NewCandidates": {"type": "object", "required": ["study", "activations"], "additionalProperties": false, "properties": {
    "study": {"type": "string"}, "by": {"type": "string", "maxLength": 300},
    "activations": {"type": "array", "minItems": 1, "maxItems": 100, "items": {"type": "string", "maxLength": 4000}}}},
  "WorkList": {"type": "object", "required": ["work"], "properties": {"work": {"type": "array", "items": {"type": "object",
    "required": ["study", "at", "files", "yaml", "done"], "properties": {"study": {"type": "string"},
      "at": {"type": "string", "description": "path of the study's routes"}, "files": {"type": "string", "description": "path of the list of its files"},
      "yaml": {"type": "string"}, "gradient": {"type": "string"}, "done": {"type": "boolean"}}}}}},
  "FileList": {"type": "object", "required": ["paths"], "properties": {"paths": {"type": "array", "items": {"type": "object",
    "required": ["path", "folder"], "properties": {"path": {"type": "string"}, "folder": {"type": "boolean"},
      "files": {"type": "array", "items": {"$ref": "#/components/schemas/File"}}}}}}},
  "File": {"type": "object", "required": ["name", "bytes", "sha256"], "properties": {
    "name": {"type": "string"}, "bytes": {"type": "integer"}, "sha256": {"type": "string"}}},
  "CodeList": {"type": "object", "required": ["files"], "properties": {"files": {"type": "array", "items": {"$ref": "#/components/schemas/File"}}}},
  "CandidateList": {"type": "object", "required": ["candidates"], "properties": {"candidates": {"type": "array", "items": {"type": "object",
    "required": ["activation"], "properties": {"activation": {"type": "string"}, "trial": {"type": "integer"}, "fingerprint": {"type": "string"},
      "refused": {"enum": ["text", "property", "known", "budget_spent"]}, "reason": {"type": "string"}}}}}}
})json";

Json reference(const std::string& schema) {
  return {{"schema", {{"$ref", "#/components/schemas/" + schema}}}};
}

Json content(const std::string& schema) { return {{"application/json", reference(schema)}}; }

constexpr const char* kJournalLines = "application/x-ndjson";

Json query_parameters(const std::vector<QueryNumber>& queries) {
  Json parameters = Json::array();
  for (const auto& [name, most] : queries)
    parameters.push_back({{"name", name},
                          {"in", "query"},
                          {"schema", {{"type", "integer"}, {"minimum", 0}, {"maximum", most}}}});
  return parameters;
}

// {name} in a pattern is a parameter of the path.
void add_path_parameters(const std::string& pattern, Json& parameters) {
  for (std::size_t at = pattern.find('{'); at != pattern.npos; at = pattern.find('{', at + 1)) {
    const std::string name = pattern.substr(at + 1, pattern.find('}', at) - at - 1);
    const Json schema = name == "trial" ? Json{{"type", "integer"}, {"minimum", 0}}
                                        : Json{{"type", "string"}, {"minLength", 1}};
    parameters.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", schema}});
  }
}

Json operation_of(const HttpRoute& route) {
  Json operation = route.details.empty() ? Json::object() : search::parse_json(route.details);
  operation["summary"] = route.summary;
  Json& parameters = operation["parameters"];
  if (parameters.is_null()) parameters = Json::array();
  add_path_parameters(route.pattern, parameters);
  if (route.method != "GET")
    parameters.push_back({{"name", "Idempotency-Key"},
                          {"in", "header"},
                          {"description", "a request that is sent again with it is done once"},
                          {"schema", {{"type", "string"}, {"maxLength", 200}}}});
  Json& responses = operation["responses"];
  if (responses.is_null()) responses = {{"200", {{"description", "done"}}}};
  responses["default"] = {{"description", "refused"}, {"content", content("Error")}};
  return operation;
}

Json document(const std::vector<HttpRoute>& routes) {
  Json paths = Json::object();
  for (const HttpRoute& route : routes)
    paths[route.pattern][route.method == "GET" ? "get" : "post"] = operation_of(route);
  return {{"openapi", "3.1.0"},
          {"info", {{"title", "antigrad"}, {"version", ANTIGRAD_VERSION}}},
          {"paths", paths},
          {"components",
           {{"schemas", search::parse_json(kSchemas)},
            {"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}}}},
          {"security", {{{"token", Json::array()}}, Json::object()}}};
}

std::string page(const std::vector<HttpRoute>& routes) {
  std::string rows;
  for (const HttpRoute& route : routes) {
    const Json operation = operation_of(route);
    const Json body = operation.value(
        "/requestBody/content/application~1json/schema/$ref"_json_pointer, Json(""));
    const std::string schema = body.get<std::string>();
    rows += fmt::format("<tr><td>{}<td><code>{}</code><td>{}<td>{}\n", route.method, route.pattern,
                        route.summary, schema.substr(schema.rfind('/') + 1));
  }
  return "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
         "content='width=device-width'><title>antigrad: API</title><style>body{font:16px "
         "sans-serif;margin:2em;color-scheme:light dark}td,th{padding:.2em 1em .2em 0;text-align:"
         "left;vertical-align:top}pre{overflow:auto}</style><h1>antigrad: API</h1><p><a "
         "href=/v1/openapi.json>openapi.json</a> says the same to programs. Bodies and answers are "
         "JSON; an answer that is no success says <code>{\"error\": a word, \"message\": what and "
         "the way out}</code>.<table><tr><th>method<th>path<th>what<th>body\n" +
         rows + "</table><h2>Bodies and answers</h2><pre>" + search::parse_json(kSchemas).dump(1) +
         "</pre></html>\n";
}

}  // namespace

std::string operation(const std::vector<QueryNumber>& queries, const std::string& body,
                      const std::string& answer, bool optional_body) {
  Json json{{"parameters", query_parameters(queries)}};
  if (!body.empty())
    json["requestBody"] = {{"content", content(body)}, {"required", !optional_body}};
  if (!answer.empty())
    json["responses"] = {{"200", {{"description", "done"}, {"content", content(answer)}}}};
  return search::to_text(json);
}

std::string journal_operation(const std::vector<QueryNumber>& queries, const std::string& body) {
  const Json lines{{kJournalLines, {{"schema", {{"type", "string"}}}}}};
  Json json{{"parameters", query_parameters(queries)}};
  Json answer{{"description", "records, a line each"}, {"content", lines}};
  if (!body.empty()) {
    json["requestBody"] = {{"description", body}, {"content", lines}};
    answer["description"] = "how many were appended, or, with ?from=, records";
    answer["content"].update(content("Appended"));
  }
  answer["headers"] = {
      {"Journal-Records",
       {{"description", "how many records the journal has"}, {"schema", {{"type", "integer"}}}}}};
  json["responses"] = {{"200", answer}};
  return search::to_text(json);
}

std::string bytes_operation(const std::string& body) {
  return search::to_text({{"requestBody",
                           {{"description", body},
                            {"required", true},
                            {"content",
                             {{"application/octet-stream",
                               {{"schema", {{"type", "string"}, {"format", "binary"}}}}}}}}}});
}

std::vector<HttpRoute> open_api_routes(const std::vector<HttpRoute>& routes) {
  std::vector<HttpRoute> described;
  for (const HttpRoute& route : routes)
    if (route.pattern.starts_with("/v1/")) described.push_back(route);
  return {{"GET", "/v1/openapi.json", "this API as OpenAPI 3.1",
           [described](const HttpCall&) { return json_answer(document(described)); }},
          {"GET", "/v1/docs", "this API for people", [described](const HttpCall&) {
             return HttpAnswer{.body = page(described), .type = "text/html; charset=utf-8"};
           }}};
}

}  // namespace antigrad::app
