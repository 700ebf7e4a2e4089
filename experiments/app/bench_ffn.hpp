// What a feed-forward network saves on one token when the neurons that hardly take part are left
// out of its second matrix (Zhang et al., "ReLU^2 Wins", arXiv 2402.03804).
#pragma once
#include <string>
#include <vector>

#include "search/run_directory.hpp"

namespace antigrad::app {

struct NeuronsLeftOut {
  std::string what;  // "relu2 on plain"
  double share = 0;  // of all neurons
};

/// The mean shares at CETT 0.2 that a run has measured, by task and activation. Throws space::Error
/// where it measured none.
std::vector<NeuronsLeftOut> shares_of(const search::RunDirectory& run);

struct FfnTime {
  NeuronsLeftOut left_out;
  double second_matrix_us = 0;  // least over the rounds
  double of_dense = 1,
         of_whole = 1;  // ratios to the second matrix, and to the network, with all neurons
};

/// A plain float32 network of 768 -> 3072 -> 768 on one thread, with all neurons first.
std::vector<FfnTime> time_ffn(const std::vector<NeuronsLeftOut>& wanted, int rounds);

}  // namespace antigrad::app
