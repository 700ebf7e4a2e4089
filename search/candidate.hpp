// From the text of an activation to what a study keeps of it.
#pragma once
#include <functional>
#include <string>

#include "search/record.hpp"
#include "space/definitions.hpp"

namespace antigrad::search {

/// Text -> candidate: formula, fingerprint, sizes. Throws space::Error for a text that is not an
/// activation.
using Describe = std::function<Candidate(const std::string& activation)>;
Candidate describe_activation(const std::string& activation);

/// The baseline of a name, of the zoo or of a study's definitions.
Candidate describe_baseline(const std::string& name, const Describe& describe,
                            const space::Definitions& known = {});

}  // namespace antigrad::search
