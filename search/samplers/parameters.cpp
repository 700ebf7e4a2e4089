// Spaces of parameters and random search in them.
#include "search/samplers/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

// Uniform between the values' outer edges, then the nearest value.
double log_integer(const IntDistribution& d, double u) {
  const double low = std::log(static_cast<double>(d.low) - 0.5);
  const double high = std::log(static_cast<double>(d.high) + 0.5);
  return std::clamp(std::round(std::exp(low + u * (high - low))), static_cast<double>(d.low),
                    static_cast<double>(d.high));
}

double continuous(const FloatDistribution& d, double u) {
  if (!d.log) return std::clamp(d.low * (1 - u) + d.high * u, d.low, d.high);
  const double low = std::log(d.low), high = std::log(d.high);
  return std::clamp(std::exp(low + u * (high - low)), d.low, d.high);
}

class RandomParameters : public ParameterSampler {
 public:
  Parameters ask(int, std::span<const Observation* const>, const SearchSpace& space,
                 space::Random& random) override {
    Parameters values;
    for (const SpaceParameter& p : space) {
      const double u = random.uniform();  // drawn in any case: a parameter is not moved by others
      if (active(p, values)) insert(values, p.name, value_at_quantile(p.distribution, u));
    }
    return values;
  }
};

}  // namespace

const double* find(const Parameters& parameters, std::string_view name) {
  const auto at = std::ranges::lower_bound(parameters, name, std::ranges::less{},
                                           &Parameters::value_type::first);
  return at != parameters.end() && at->first == name ? &at->second : nullptr;
}

void insert(Parameters& parameters, const std::string& name, double value) {
  const auto at = std::ranges::lower_bound(parameters, name, std::ranges::less{},
                                           &Parameters::value_type::first);
  parameters.insert(at, {name, value});
}

void check(const SearchSpace& space) {
  std::set<std::string> names;
  for (const SpaceParameter& p : space) {
    if (p.condition && !names.contains(p.condition->parameter))
      throw space::Error(fmt::format("\"{}\" depends on \"{}\", which does not stand before it",
                                     p.name, p.condition->parameter));
    if (!names.insert(p.name).second)
      throw space::Error(fmt::format("there are two parameters \"{}\"", p.name));
  }
}

bool active(const SpaceParameter& parameter, const Parameters& values) {
  if (!parameter.condition) return true;
  const double* const parent = find(values, parameter.condition->parameter);
  return parent != nullptr && std::ranges::count(parameter.condition->values, *parent) > 0;
}

double value_at_quantile(const Distribution& distribution, double u) {
  const std::int64_t n = count(distribution);
  if (const auto* d = std::get_if<IntDistribution>(&distribution); d != nullptr && d->log)
    return log_integer(*d, u);
  if (n == 0) return continuous(std::get<FloatDistribution>(distribution), u);
  const auto i = static_cast<std::int64_t>(u * static_cast<double>(n));
  return value_at(distribution, std::min(i, n - 1));
}

std::unique_ptr<ParameterSampler> random_parameters() {
  return std::make_unique<RandomParameters>();
}

}  // namespace antigrad::search
