// A fold over the trials, the latest first as the dashboard goes.
#include "search/page/spaces.hpp"

#include <algorithm>
#include <optional>

namespace antigrad::search::page {
namespace {

/// Both in one; nullopt when they are of different kinds.
std::optional<Distribution> joined(const Distribution& a, const Distribution& b) {
  if (a.index() != b.index()) return {};
  if (const auto* const x = std::get_if<CategoricalDistribution>(&a)) {
    CategoricalDistribution both = *x;
    for (const Json& choice : std::get<CategoricalDistribution>(b).choices)
      if (std::ranges::find(both.choices, choice) == both.choices.end())
        both.choices.push_back(choice);
    return both;
  }
  return std::visit(
      [&](const auto& x) -> std::optional<Distribution> {
        using Kind = std::decay_t<decltype(x)>;
        if constexpr (!std::is_same_v<Kind, CategoricalDistribution>) {
          Kind both = std::get<Kind>(b);
          if (both.step != x.step || both.log != x.log) return {};
          both.low = std::min(both.low, x.low);
          both.high = std::max(both.high, x.high);
          return both;
        }
        return {};
      },
      a);
}

/// Where `space` has a parameter of this name and kind, with that one joined to `distribution`.
std::optional<std::pair<std::size_t, Distribution>> found(const Space& space,
                                                          const std::string& name,
                                                          const Distribution& distribution) {
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (space[i].first != name) continue;
    if (std::optional<Distribution> both = joined(distribution, space[i].second))
      return std::pair(i, std::move(*both));
  }
  return {};
}

void sort(Space& space) {
  std::ranges::stable_sort(space, {},
                           [](const auto& entry) -> const std::string& { return entry.first; });
}

}  // namespace

Spaces spaces_of(const StoredStudy& study) {
  Spaces spaces;
  std::optional<Space> common;
  for (auto last = study.trials.rbegin(); last != study.trials.rend(); ++last) {
    const StoredTrial& trial = *last;
    if (trial.state == TrialState::fail) continue;
    Space here, left;
    for (const auto& [name, text] : trial.distributions)
      here.emplace_back(name, distribution_from_json(text));
    for (const auto& [name, distribution] : here) {
      if (auto at = found(spaces.all, name, distribution))
        spaces.all[at->first].second = std::move(at->second);
      else
        spaces.all.emplace_back(name, distribution);
      if (!common) continue;
      if (auto at = found(*common, name, distribution)) left.emplace_back(name, at->second);
    }
    common = common ? std::move(left) : std::move(here);
  }
  spaces.common = common.value_or(Space{});
  sort(spaces.all);
  sort(spaces.common);
  return spaces;
}

}  // namespace antigrad::search::page
