// Samplers of parametric problems (hyperparameters; the coefficients of a gradient): what to try
// next in a space of named parameters, as a pure function of the trial's number, the visible
// history, the space and a random stream.
#pragma once
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "search/samplers/distribution.hpp"
#include "search/storage/replay.hpp"
#include "space/random.hpp"

namespace antigrad::search {

/// Internal numbers by name, sorted by name; made from a map by its two iterators.
using Parameters = std::vector<std::pair<std::string, double>>;

/// nullptr when there is none.
const double* find(const Parameters& parameters, std::string_view name);

/// The name must not be there yet.
void insert(Parameters& parameters, const std::string& name, double value);

/// A parameter exists where another one has one of these internal values.
struct Condition {
  std::string parameter;
  std::vector<double> values;
};

struct SpaceParameter {
  std::string name;
  Distribution distribution;
  std::optional<Condition> condition{};
};

/// What is asked for. Parents stand before the parameters that depend on them.
using SearchSpace = std::vector<SpaceParameter>;

/// Throws space::Error for a name that is there twice and for a condition on a parameter that does
/// not stand before.
void check(const SearchSpace& space);

/// Whether a parameter exists beside these values.
bool active(const SpaceParameter& parameter, const Parameters& values);

/// A trial as a parametric sampler sees it. Every value is the lower the better: the caller turns
/// the sign of what is maximised.
struct Observation {
  int number = 0;
  TrialState state = TrialState::complete;  // a running one has params and no values
  Parameters params;                        // may hold names the space lacks, and lack some
  std::vector<double> values{};             // one an objective; complete trials
  int last_step = -1;                       // of the last intermediate value, -1 = none
  double last_value = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> constraints{};  // > 0: violated by that much
};

/// No torch, no clock; what ask() answers depends on its arguments only.
class ParameterSampler {
 public:
  virtual ~ParameterSampler() = default;
  /// nth: how many trials were proposed before. history: the visible trials by number. The answer
  /// has every parameter of the space that exists beside the others in it.
  virtual Parameters ask(int nth, std::span<const Observation* const> history,
                         const SearchSpace& space, space::Random& random) = 0;
};

/// Each parameter alone: uniform, or uniform in the logarithm.
std::unique_ptr<ParameterSampler> random_parameters();

/// Every combination once, in an order that the seed shuffles, then again. A continuum is cut into
/// `points` values from low to high. ask throws space::Error for more than 2^62 combinations.
std::unique_ptr<ParameterSampler> grid_parameters(int points, std::uint64_t seed);

/// How many combinations the grid of a space has.
std::int64_t grid_size(const SearchSpace& space, int points);

/// Halton points, their digits permuted at random by the seed (Owen 2017, arXiv:1706.02808): trial
/// n takes point n, so that any number of them fills the space evenly.
std::unique_ptr<ParameterSampler> quasi_random_parameters(std::uint64_t seed);

/// The internal value at u in [0, 1): monotone; every discrete value has an equal share, in the
/// logarithm where the distribution says so.
double value_at_quantile(const Distribution& distribution, double u);

}  // namespace antigrad::search
