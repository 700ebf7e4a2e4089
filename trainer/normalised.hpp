// Which tasks of a study multiply an activation by its gain (space/gain.hpp). A run directory's
// study says it (search/run_directory.hpp), so that what began without goes on without.
#pragma once
#include "space/yaml.hpp"

namespace antigrad::trainer {

/// What the task says itself; of one that names neither `normalise` nor `own_rate`, what its study
/// says; false where that says nothing either. Throws space::Error for what is no boolean.
inline bool normalised(const space::Yaml& study, const space::Yaml& task) {
  if (task.has("normalise")) return task.at("normalise").boolean();
  return !task.has("own_rate") && study.boolean_or("normalise", false);
}

}  // namespace antigrad::trainer
