// Slots that run a user's own program.
#pragma once
#include <atomic>

#include "search/pool.hpp"
#include "search/study.hpp"

namespace antigrad::app {

/// Every candidate is exported for PyTorch into a temporary folder of its slot, which goes in the
/// end. cancel: search::CommandOptions::cancel.
search::EvaluatorFactory command_evaluators(const search::StudyConfig& config,
                                            const std::atomic<bool>* cancel = nullptr);

}  // namespace antigrad::app
