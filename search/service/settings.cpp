// Reading settings, key by key.
#include "search/service/settings.hpp"

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include "search/samplers/cma_es.hpp"
#include "search/samplers/nsga2.hpp"
#include "search/samplers/tpe.hpp"
#include "search/service/pruner_settings.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

using Factory = std::function<std::unique_ptr<ParameterSampler>(std::uint64_t seed)>;

const std::map<std::string, Factory>& samplers() {
  constexpr int kGridPoints = 5;
  static const std::map<std::string, Factory> table = {
      {"random", [](std::uint64_t) { return random_parameters(); }},
      {"grid", [](std::uint64_t seed) { return grid_parameters(kGridPoints, seed); }},
      {"quasi_random", [](std::uint64_t seed) { return quasi_random_parameters(seed); }},
      {"tpe", [](std::uint64_t) { return tpe_parameters({}); }},
      {"cma_es", [](std::uint64_t) { return cma_es_parameters({}); }},
      {"nsga2", [](std::uint64_t) { return nsga2_parameters({}); }},
  };
  return table;
}

template <class Map>
std::vector<std::string> names(const Map& map) {
  std::vector<std::string> all;
  for (const auto& [name, value] : map) all.push_back(name);
  return all;
}

std::int64_t whole(const std::string& key, const Json& value, std::int64_t least,
                   std::int64_t most) {
  const double number = value.is_number() ? value.get<double>() : std::nan("");
  if (!(number >= static_cast<double>(least) && number <= static_cast<double>(most)) ||
      number != std::floor(number))  // 3.0 is the integer 3, as JSON Schema has it
    throw space::Error(fmt::format("{}: expected an integer from {} to {}, got {}", key, least,
                                   most, to_text(value).substr(0, 40)));
  return static_cast<std::int64_t>(number);
}

SearchSpace space_from(const Json& json) {
  if (!json.is_object())
    throw space::Error("space: expected {name: distribution}, got " + to_text(json).substr(0, 40));
  SearchSpace space;
  for (const auto& [name, distribution] : json.items()) {
    try {
      space.push_back({name, distribution_from_json(distribution)});
    } catch (const space::Error& e) {
      throw space::Error(fmt::format("space: {}: {}", name, e.message()));
    }
  }
  check(space);
  return space;
}

constexpr std::int64_t kMost = 1'000'000'000;

using Reader = std::function<void(const Json&, ServiceSettings&)>;

const std::map<std::string, Reader>& readers() {
  static const std::map<std::string, Reader> table = {
      {"space", [](const Json& v, ServiceSettings& s) { s.space = space_from(v); }},
      {"sampler",
       [](const Json& v, ServiceSettings& s) {
         if (!v.is_string()) throw space::Error("sampler: expected a name");
         s.sampler = v.get<std::string>();
         make_parameter_sampler(s.sampler, 0);
       }},
      {"seed",
       [](const Json& v, ServiceSettings& s) {
         s.seed = static_cast<std::uint64_t>(whole("seed", v, 0, kMost));
       }},
      {"trials",
       [](const Json& v, ServiceSettings& s) {
         s.trials = static_cast<int>(whole("trials", v, 1, kMost));
       }},
      {"lease",
       [](const Json& v, ServiceSettings& s) {
         if (!v.is_number() || !(v.get<double>() > 0) || v.get<double>() > 1e7)
           throw space::Error("lease: expected seconds, more than 0 and at most 1e7");
         s.lease = v.get<double>();
       }},
      {"retries",
       [](const Json& v, ServiceSettings& s) {
         s.retries = static_cast<int>(whole("retries", v, 0, 1000));
       }},
      {"pruner", [](const Json& v, ServiceSettings& s) { s.pruner = pruner_config_from(v); }},
  };
  return table;
}

}  // namespace

std::unique_ptr<ParameterSampler> make_parameter_sampler(const std::string& name,
                                                         std::uint64_t seed) {
  const auto at = samplers().find(name);
  if (at != samplers().end()) return at->second(seed);
  throw space::Error(fmt::format("sampler: unknown \"{}\";{} known are {}", name,
                                 space::did_you_mean(name, names(samplers())),
                                 fmt::join(names(samplers()), ", ")));
}

ServiceSettings settings_from(const Json& json) {
  if (!json.is_object()) throw space::Error("settings: expected an object");
  ServiceSettings settings;
  for (const auto& [key, value] : json.items()) {
    const auto at = readers().find(key);
    if (at == readers().end())
      throw space::Error(fmt::format("unknown key \"{}\";{} known are {}", key,
                                     space::did_you_mean(key, names(readers())),
                                     fmt::join(names(readers()), ", ")));
    at->second(value, settings);
  }
  return settings;
}

}  // namespace antigrad::search
