// A promotion on stdout.
#pragma once
#include <string>
#include <vector>

#include "experiments/app/listing.hpp"
#include "search/evidence/promote.hpp"

namespace antigrad::app {

/// The table, a sentence a candidate, and what the test part says.
std::string promote_text(const search::PromoteTable& table, const search::TestPair& pair,
                         const std::vector<search::TestRow>& test, Format format);

}  // namespace antigrad::app
