// A finite library, one activation after the other.
#include <fmt/format.h>

#include <algorithm>

#include "search/samplers/gradients.hpp"
#include "space/activation.hpp"
#include "space/fingerprint.hpp"

namespace antigrad::search {
namespace {

class LibrarySampler : public Sampler {
 public:
  LibrarySampler(const SamplerConfig& config, std::uint64_t seed) {
    for (const std::string& text : config.library)
      entries_.push_back(
          {text, fmt::format("{:016x}", space::fingerprint(space::parse_activation(text)))});
    if (config.name == "grid") return;
    space::Random random(space::child_seed(seed, "library"));  // Fisher and Yates
    for (std::size_t i = entries_.size(); i > 1; --i)
      std::swap(entries_[i - 1],
                entries_[static_cast<std::size_t>(random.below(static_cast<int>(i)))]);
  }

  // What is a baseline has been measured.
  Proposal ask(int nth, std::span<const Trial* const> history, space::Random&) override {
    std::vector<const Entry*> left;
    for (const Entry& entry : entries_) {
      const bool baseline = std::ranges::any_of(history, [&](const Trial* trial) {
        return trial->candidate.baseline && trial->candidate.fingerprint == entry.fingerprint;
      });
      if (!baseline) left.push_back(&entry);
    }
    if (left.empty()) left.push_back(&entries_[0]);
    return {left[static_cast<std::size_t>(nth) % left.size()]->text, {}, "library"};
  }

 private:
  struct Entry {
    std::string text, fingerprint;
  };
  std::vector<Entry> entries_;
};

}  // namespace

std::unique_ptr<Sampler> library_sampler(const SamplerConfig& config, std::uint64_t seed) {
  return std::make_unique<LibrarySampler>(config, seed);
}

}  // namespace antigrad::search
