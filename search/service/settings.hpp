// What a study of the service is told once: parameters, sampler, pruner, budget, leases. Kept as
// the study's system attribute "antigrad:service".
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "search/pruners/pruner.hpp"
#include "search/samplers/parameters.hpp"
#include "search/storage/json.hpp"

namespace antigrad::search {

constexpr const char* kSettingsAttribute = "antigrad:service";

struct ServiceSettings {
  SearchSpace space;            // may be empty: trials without parameters of their own
  std::string sampler = "tpe";  // of make_parameter_sampler
  std::uint64_t seed = 0;
  std::optional<int> trials{};  // budget: most trials, retries of a trial not counted
  double lease = 600;           // seconds a worker may be silent
  int retries = 1;              // of a trial whose worker fell silent
  PrunerConfig pruner = pruner_defaults("none");
};

/// {"space": {name: distribution}, "sampler": name, "seed", "trials", "lease", "retries",
/// "pruner": as pruner_config_from reads it}; a distribution as Optuna writes it, or short:
/// {"type": "float", "low": 0, "high": 1}. Throws space::Error for an unknown key or what cannot
/// be.
ServiceSettings settings_from(const Json& json);

/// Throws space::Error for an unknown name.
std::unique_ptr<ParameterSampler> make_parameter_sampler(const std::string& name,
                                                         std::uint64_t seed);

}  // namespace antigrad::search
