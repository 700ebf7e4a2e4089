// The atlas of a study: the best candidate of every kind. Kinds are cells of proved or modelled
// properties: how smooth it is, how much of its input it lets no gradient through, what it costs.
#pragma once
#include <array>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "search/record.hpp"
#include "space/gradient.hpp"

namespace antigrad::search {

/// What a gradient is. smoothness: how often f is proved to be continuously differentiable, 0 .. 3,
/// 3 for more and for ever. sparsity: the share of a standard normal input where |f'| is below
/// 1e-3, the middle of proved bounds. cost: operations an element of g (space/cost.hpp).
struct Traits {
  int smoothness = 0;
  double sparsity = 0;
  double cost = 0;
};
Traits traits_of(const space::Gradient& g);

/// smoothness; sparsity in `bins` equal steps; cost below 8, 16, 32, .. in `bins` steps.
using Cell = std::array<int, 3>;
Cell cell_of(const Traits& traits, int bins);
/// "smooth once, sparsity 0.2 to 0.4, cost 8 to 16".
std::string to_string(const Cell& cell, int bins);

struct AtlasEntry {
  Cell cell;
  Traits traits;  // of the best
  const Trial* best;
  int trials;  // in the cell
};

/// The cells that trials with a score and a gradient fill, in order; `traits` are looked up and
/// kept by text.
std::vector<AtlasEntry> atlas_of(std::span<const Trial* const> trials, int bins,
                                 std::map<std::string, Traits>& traits);

}  // namespace antigrad::search
