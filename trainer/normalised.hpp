// Which tasks of a study multiply an activation by its gain (space/gain.hpp). A run directory's
// study says it (search/run_directory.hpp), so that what began without goes on without.
#pragma once
#include "space/yaml.hpp"

namespace antigrad::trainer {

/// Whether the task says itself what becomes of an activation's scale: `normalise` or `own_rate`.
inline bool says_scale(const space::Yaml& task) {
  return task.has("normalise") || task.has("own_rate");
}

/// What the task says itself, else what its study says; false where that says nothing either.
/// Throws space::Error for what is no boolean.
inline bool normalised(const space::Yaml& study, const space::Yaml& task) {
  return (says_scale(task) ? task : study).boolean_or("normalise", false);
}

}  // namespace antigrad::trainer
