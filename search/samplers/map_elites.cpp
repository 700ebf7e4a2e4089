// One parent from every kind: cells of the atlas are drawn, not scores.
#include "search/samplers/atlas.hpp"
#include "search/samplers/gradients.hpp"

namespace antigrad::search {
namespace {

class MapElitesSampler : public Sampler {
 public:
  MapElitesSampler(const SamplerConfig& config, const space::Grammar& grammar)
      : config_(config), grammar_(grammar), random_(random_sampler(grammar)) {}

  Proposal ask(int nth, std::span<const Trial* const> history, space::Random& random) override {
    if (nth < config_.random_trials) return random_->ask(nth, history, random);
    const std::vector<AtlasEntry> atlas = atlas_of(history, config_.bins, traits_);
    if (atlas.empty()) return random_->ask(nth, history, random);
    const auto draw = [&] {
      const AtlasEntry& entry =
          atlas[static_cast<std::size_t>(random.below(static_cast<int>(atlas.size())))];
      return Parent{entry.best, *gradient_of(entry.best->candidate.activation)};
    };
    const Parent mother = draw(), father = draw();
    return vary(mother, &father, config_.crossover, grammar_, random);
  }

 private:
  SamplerConfig config_;
  space::Grammar grammar_;
  std::unique_ptr<Sampler> random_;
  std::map<std::string, Traits> traits_;  // by text
};

}  // namespace

std::unique_ptr<Sampler> map_elites_sampler(const SamplerConfig& config,
                                            const space::Grammar& grammar) {
  return std::make_unique<MapElitesSampler>(config, grammar);
}

}  // namespace antigrad::search
