// Seeded mutations of byte strings: a pure function of the seeds, the words and the stream.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "space/random.hpp"

namespace antigrad::fuzz {

/// One of `seeds` after 1 to 6 changes: bits flipped, bytes set, ranges removed, repeated or taken
/// from another seed, words and numbers inserted. At most `longest` bytes.
std::string mutate(const std::vector<std::string>& seeds, const std::vector<std::string>& words,
                   std::size_t longest, space::Random& random);

}  // namespace antigrad::fuzz
