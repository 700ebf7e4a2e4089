// The evolution strategy with covariance matrix adaptation (Hansen 2016, arXiv:1604.00772) as a
// fold over the history: every `population` complete trials, in order of number, are one
// generation. Trials that were drawn before the last generation was complete, or by others, count
// as injected ones: their steps are cut to the length that is likely (Hansen 2011).
#pragma once
#include <memory>

#include "search/samplers/parameters.hpp"

namespace antigrad::search {

struct CmaEsConfig {
  int population = 0;                 // 0: 4 + 3 ln(dimension)
  double width = 1.0 / 6;             // standard deviation at the start, as a share of each range
  std::optional<Parameters> start{};  // where the search begins; else the middle of each range
  /// When it has converged, it begins again with twice the population at a random place (IPOP,
  /// Auger and Hansen 2005). Until then nothing differs.
  bool restarts = true;
};

/// For numbers without a condition; choices and parameters with a condition are asked of TPE, one
/// by one. Only complete trials count. Keeps the fold of the last call, so the next one is quick.
std::unique_ptr<ParameterSampler> cma_es_parameters(const CmaEsConfig& config);

}  // namespace antigrad::search
