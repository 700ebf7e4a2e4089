// Decisions of our pruners, for tests/oracle/pruners.py: a JSON line {"config", "history", "own"}
// in, a JSON line {"prune", "rungs"} out.
#include <iostream>
#include <string>

#include "search/pruners/pruner.hpp"
#include "search/storage/json.hpp"

namespace {

using namespace antigrad::search;

PrunerConfig config_from(const Json& json) {
  PrunerConfig c = pruner_defaults(json.at("name").get<std::string>());
  c.maximise = json.value("maximise", c.maximise);
  c.study = json.value("study", c.study);
  c.percentile = json.value("percentile", c.percentile);
  c.startup = json.value("startup", c.startup);
  c.warm_up = json.value("warm_up", c.warm_up);
  c.interval = json.value("interval", c.interval);
  c.least = json.value("least", c.least);
  c.min_resource = json.value("min_resource", c.min_resource);
  c.max_resource = json.value("max_resource", c.max_resource);
  c.reduction = json.value("reduction", c.reduction);
  c.early_stopping = json.value("early_stopping", c.early_stopping);
  c.bootstrap = json.value("bootstrap", c.bootstrap);
  c.p = json.value("p", c.p);
  c.startup_steps = json.value("startup_steps", c.startup_steps);
  return c;
}

Reports reports_from(const Json& json) {
  Reports r;
  r.number = json.at("number").get<int>();
  r.state = static_cast<TrialState>(json.at("state").get<int>());
  for (const Json& pair : json.at("values")) r.values[pair.at(0).get<int>()] = number(pair.at(1));
  for (const Json& value : json.at("rungs")) r.rungs.push_back(number(value));
  if (!json.at("final").is_null()) r.final = number(json.at("final"));
  return r;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const Json request = parse_json(line);
    std::vector<Reports> history;
    for (const Json& trial : request.at("history")) history.push_back(reports_from(trial));
    const auto pruner = make_pruner(config_from(request.at("config")));
    const Decision decision = pruner->decide(history, reports_from(request.at("own")));
    Json rungs = Json::array();
    for (const double value : decision.rungs) rungs.push_back(number_to_json(value));
    std::cout << to_text({{"prune", decision.prune()}, {"rungs", rungs}}) << std::endl;
  }
}
