// Where a parameter's values lie, as Optuna has it, with the same text and the same internal
// numbers: a float and an integer stand for themselves, a choice is its index.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "search/storage/json.hpp"

namespace antigrad::search {

/// [low, high], or low, low + step, .. high.
struct FloatDistribution {
  double low = 0, high = 1;
  bool log = false;  // uniform in the logarithm; low > 0, no step
  std::optional<double> step{};
};

/// low, low + step, .. high.
struct IntDistribution {
  std::int64_t low = 0, high = 1;
  bool log = false;  // uniform in the logarithm; low >= 1, step 1
  std::int64_t step = 1;
};

struct CategoricalDistribution {
  std::vector<Json> choices;  // null, booleans, numbers, texts
};

using Distribution = std::variant<FloatDistribution, IntDistribution, CategoricalDistribution>;

/// The distribution, its high lowered to low + k step where it is not on the grid (in decimal
/// arithmetic, as Optuna does). Throws space::Error where low > high, step <= 0, log with a step or
/// with low <= 0 (integers: low < 1), and for no choices.
Distribution checked(Distribution distribution);

/// Byte for byte what optuna.distributions.distribution_to_json writes.
std::string to_text(const Distribution& distribution);

/// Reads it, the names Optuna had before 3.0 and the short form {"type": "float", ..}; the result
/// is checked(). A choice that is a bare NaN is read as the text "NaN". Throws space::Error.
Distribution parse_distribution(std::string_view text);
Distribution distribution_from_json(const Json& json);

/// The value a user sees, and back. internal throws space::Error for what cannot be a value: text
/// for a number, NaN, a choice that is none.
Json external(const Distribution& distribution, double internal);
double internal(const Distribution& distribution, const Json& external);

/// Whether an internal number is a value of the distribution (steps: within 1e-8 of one).
bool contains(const Distribution& distribution, double internal);

/// Whether there is one value only.
bool single(const Distribution& distribution);

/// How many values there are; 0 = a continuum.
std::int64_t count(const Distribution& distribution);

/// The i-th value in order, i < count.
double value_at(const Distribution& distribution, std::int64_t i);

/// Why a parameter that had `old` cannot go on with `now` (another kind, another log, other
/// choices); "" when it can.
std::string incompatible(const Distribution& old, const Distribution& now);

bool operator==(const Distribution& a, const Distribution& b);

}  // namespace antigrad::search
