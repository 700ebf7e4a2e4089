// Hyperband (Li et al. 2017, arXiv 1603.06560): brackets of asynchronous halving, each beginning a
// rung later. A trial's bracket comes from the name of the study and its number, as in Optuna, so
// that both may decide in one study.
#include <fmt/format.h>

#include <cmath>
#include <cstdint>

#include "search/pruners/pruner.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

/// CRC-32 of IEEE 802.3, bit by bit.
std::uint32_t crc32(const std::string& text) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
  }
  return ~crc;
}

class Hyperband : public Pruner {
 public:
  explicit Hyperband(PrunerConfig config) : c_(std::move(config)) {}

  Decision decide(std::span<const Reports> history, const Reports& own) const override {
    const std::vector<std::uint32_t> shares = shares_of(longest_run(history, own.number));
    if (shares.empty()) return {};
    const int bracket = bracket_of(own.number, shares);
    std::vector<Reports> same;
    for (const Reports& trial : history)
      if (trial.number != own.number && bracket_of(trial.number, shares) == bracket)
        same.push_back(trial);
    PrunerConfig config = c_;
    config.early_stopping = bracket;
    Decision decision = halving_pruner(config)->decide(same, own);
    if (decision.prune()) decision.reason += fmt::format(" of bracket {}", bracket);
    return decision;
  }

 private:
  /// Resource of a whole run; 0 where it is not known yet.
  int longest_run(std::span<const Reports> history, int own) const {
    if (c_.max_resource > 0) return c_.max_resource;
    int steps = 0;
    for (const Reports& trial : history)
      if (trial.number != own && trial.state == TrialState::complete && !trial.values.empty())
        steps = std::max(steps, trial.values.rbegin()->first + 1);
    return steps;
  }

  /// How many of so many trials a bracket gets.
  std::vector<std::uint32_t> shares_of(int steps) const {
    std::vector<std::uint32_t> shares;
    if (steps < c_.min_resource) return shares;
    const double rungs = std::log(static_cast<double>(steps) / c_.min_resource);
    const int brackets = static_cast<int>(rungs / std::log(c_.reduction)) + 1;
    for (int bracket = 0; bracket < brackets; ++bracket) {
      const int more = brackets - 1 - bracket;
      shares.push_back(static_cast<std::uint32_t>(
          std::ceil(brackets * std::pow(c_.reduction, more) / (more + 1))));
    }
    return shares;
  }

  int bracket_of(int number, const std::vector<std::uint32_t>& shares) const {
    std::uint32_t total = 0;
    for (const std::uint32_t share : shares) total += share;
    std::uint32_t place = crc32(fmt::format("{}_{}", c_.study, number)) % total;
    int bracket = 0;
    while (place >= shares[static_cast<std::size_t>(bracket)])
      place -= shares[static_cast<std::size_t>(bracket++)];
    return bracket;
  }

  PrunerConfig c_;
};

}  // namespace

std::unique_ptr<Pruner> hyperband_pruner(const PrunerConfig& config) {
  (void)halving_pruner(config);  // what is wrong with its rungs
  if (config.min_resource < 1)
    throw space::Error("hyperband: expected min_resource of at least 1, got 0");
  if (config.max_resource != 0 && config.max_resource < config.min_resource)
    throw space::Error(fmt::format("hyperband: max_resource {} is less than min_resource {}",
                                   config.max_resource, config.min_resource));
  return std::make_unique<Hyperband>(config);
}

}  // namespace antigrad::search
