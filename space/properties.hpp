// Properties of an activation by name, each decided by proof: what a study may demand and what
// `analyze` lists.
#pragma once
#include <span>

#include "space/proof.hpp"
#include "space/values.hpp"

namespace antigrad::space {

struct Property {
  std::string_view name;
  std::string_view meaning;
  Claim (*decide)(Proof&);
  /// Whether samples of g refute it, which costs no proof; nullptr: they never do.
  bool (*sampled)(const SampledFacts&) = nullptr;
};
std::span<const Property> properties();
/// nullptr when unknown.
const Property* find_property(std::string_view name);

/// Names of properties and of predefined sets (rectifier-like, bounded, smooth, monotone, gate):
/// a set stands for several. Throws Error with a suggestion for an unknown name.
std::vector<const Property*> demanded(const std::vector<std::string>& names);
struct PropertySet {
  std::string_view name;
  std::vector<std::string_view> properties;
};
std::span<const PropertySet> property_sets();

/// Whether samples of g refute one of them.
bool refuted_by_samples(const SampledFacts& facts, std::span<const Property* const> wanted);

/// The first property that is not proved, as its claim; nothing when all are.
std::optional<Claim> violated(const Activation& activation,
                              std::span<const Property* const> wanted);

}  // namespace antigrad::space
