// The setting "pruner" of a study of the service.
#pragma once
#include "search/pruners/pruner.hpp"
#include "search/storage/json.hpp"

namespace antigrad::search {

/// A name of pruner_names(), or {"name": ..., keys of PrunerConfig}. Throws space::Error.
PrunerConfig pruner_config_from(const Json& json);

}  // namespace antigrad::search
