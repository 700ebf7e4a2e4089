// One number for what a search does: a fixed small study, with evolution over real gradients, rungs
// and a confirmation, on simulated losses. It changes when the search's results change.
#pragma once
#include <string>

namespace antigrad::search {

/// 16 hexadecimal digits of the journal's canonical text. folder: for that journal, which goes.
std::string search_signature(const std::string& folder);

}  // namespace antigrad::search
