// The search spaces of a study as optuna-dashboard shows them: which parameters there are, and how
// far they reached.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "search/samplers/distribution.hpp"
#include "search/storage/replay.hpp"

namespace antigrad::search::page {

/// By name. A name may stand more than once: with a distribution of each kind it had.
using Space = std::vector<std::pair<std::string, Distribution>>;

struct Spaces {
  Space all;     // parameters of any trial that did not fail
  Space common;  // of every such trial; one that waits has none yet
};

/// Distributions of one kind (numbers: of one step and log) are joined: from the lowest to the
/// highest number, all choices. Throws space::Error for a distribution that is none.
Spaces spaces_of(const StoredStudy& study);

}  // namespace antigrad::search::page
