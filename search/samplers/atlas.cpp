// Proofs and models of one gradient, and cells made of them.
#include "search/samplers/atlas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "search/samplers/gradients.hpp"
#include "space/cost.hpp"
#include "space/gaussian.hpp"
#include "space/proof.hpp"

namespace antigrad::search {
namespace {

constexpr double kDead = 1e-3;
constexpr int kSmoothest = 3;
constexpr int kFirstCost = 3;  // log2 of the lowest border

}  // namespace

Traits traits_of(const space::Gradient& g) {
  space::Proof proof(space::integrate(g));
  Traits traits{kSmoothest, 0, space::cost(g)};
  for (const space::Smoothness& kink : proof.kinks())
    traits.smoothness = std::clamp(kink.proved, 0, traits.smoothness);
  const space::Ball share = space::dead_share(proof, kDead);
  const double middle = 0.5 * (share.lower() + share.upper());
  traits.sparsity = std::isfinite(middle) ? std::clamp(middle, 0.0, 1.0) : 0;
  return traits;
}

Cell cell_of(const Traits& traits, int bins) {
  const int sparsity = static_cast<int>(traits.sparsity * bins);
  const int cost = static_cast<int>(std::floor(std::log2(std::max(traits.cost, 1.0))));
  return {traits.smoothness, std::min(sparsity, bins - 1),
          std::clamp(cost - kFirstCost + 1, 0, bins - 1)};
}

std::string to_string(const Cell& cell, int bins) {
  constexpr const char* kSmooth[] = {"kinked", "smooth once", "smooth twice", "smooth"};
  const auto [smooth, sparsity, cost] = cell;
  const double low = std::exp2(kFirstCost + cost - 1);
  const std::string price = cost == 0          ? fmt::format("below {}", 2 * low)
                            : cost == bins - 1 ? fmt::format("{} and more", low)
                                               : fmt::format("{} to {}", low, 2 * low);
  return fmt::format(
      "{}, sparsity {:.2g} to {:.2g}, cost {}", kSmooth[static_cast<std::size_t>(smooth)],
      static_cast<double>(sparsity) / bins, static_cast<double>(sparsity + 1) / bins, price);
}

std::vector<AtlasEntry> atlas_of(std::span<const Trial* const> trials, int bins,
                                 std::map<std::string, Traits>& traits) {
  std::map<Cell, AtlasEntry> cells;
  for (const Trial* trial : trials) {
    if (trial->state == TrialState::fail || trial->scores.empty()) continue;
    const std::string& text = trial->candidate.activation;
    auto known = traits.find(text);
    if (known == traits.end()) {
      const auto g = gradient_of(text);
      if (!g) continue;
      known = traits.emplace(text, traits_of(*g)).first;
    }
    const Cell cell = cell_of(known->second, bins);
    const auto [at, fresh] = cells.try_emplace(cell, AtlasEntry{cell, known->second, trial, 0});
    AtlasEntry& entry = at->second;
    ++entry.trials;
    if (!fresh && better(*trial, *entry.best)) {
      entry.best = trial;
      entry.traits = known->second;
    }
  }
  std::vector<AtlasEntry> entries;
  for (const auto& [cell, entry] : cells) entries.push_back(entry);
  return entries;
}

}  // namespace antigrad::search
