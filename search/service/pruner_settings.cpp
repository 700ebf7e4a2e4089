// One row a key.
#include "search/service/pruner_settings.hpp"

#include <fmt/format.h>

#include <map>
#include <variant>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

using Member = std::variant<int PrunerConfig::*, double PrunerConfig::*>;

const std::map<std::string, Member>& members() {
  static const std::map<std::string, Member> table = {
      {"percentile", &PrunerConfig::percentile},
      {"startup", &PrunerConfig::startup},
      {"warm_up", &PrunerConfig::warm_up},
      {"interval", &PrunerConfig::interval},
      {"least", &PrunerConfig::least},
      {"min_resource", &PrunerConfig::min_resource},
      {"max_resource", &PrunerConfig::max_resource},
      {"reduction", &PrunerConfig::reduction},
      {"early_stopping", &PrunerConfig::early_stopping},
      {"bootstrap", &PrunerConfig::bootstrap},
      {"cohort", &PrunerConfig::cohort},
      {"p", &PrunerConfig::p},
      {"startup_steps", &PrunerConfig::startup_steps},
      {"level", &PrunerConfig::level},
      {"seeds", &PrunerConfig::seeds},
      {"chance", &PrunerConfig::chance},
  };
  return table;
}

void set(PrunerConfig& config, const std::string& key, const Json& value) {
  std::vector<std::string> known;
  for (const auto& [name, member] : members()) known.push_back(name);
  const auto at = members().find(key);
  if (at == members().end())
    throw space::Error(fmt::format("pruner: unknown key \"{}\";{} known are {}", key,
                                   space::did_you_mean(key, known), fmt::join(known, ", ")));
  if (const auto* whole = std::get_if<int PrunerConfig::*>(&at->second)) {
    if (!value.is_number_integer() || value.get<std::int64_t>() < 0 ||
        value.get<std::int64_t>() > 1'000'000'000)
      throw space::Error(fmt::format("pruner: {}: expected an integer from 0 to 1000000000", key));
    config.*(*whole) = value.get<int>();
  } else {
    if (!value.is_number()) throw space::Error(fmt::format("pruner: {}: expected a number", key));
    config.*std::get<double PrunerConfig::*>(at->second) = value.get<double>();
  }
}

}  // namespace

PrunerConfig pruner_config_from(const Json& json) {
  const Json settings = json.is_string() ? Json{{"name", json}} : json;
  if (!settings.is_object() || !settings.contains("name") || !settings.at("name").is_string())
    throw space::Error("pruner: expected a name, or {\"name\": ..., settings}");
  PrunerConfig config = pruner_defaults(settings.at("name").get<std::string>());
  for (const auto& [key, value] : settings.items())
    if (key != "name") set(config, key, value);
  make_pruner(config);  // throws for what cannot be
  return config;
}

}  // namespace antigrad::search
