// Optuna's distributions: checks, internal numbers, counting.
#include "search/samplers/distribution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/samplers/decimal.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

using space::Error;

template <class D>
void check_range(const D& d) {
  if (!(d.low <= d.high))
    throw Error(fmt::format("expected low <= high, got low {} and high {}", d.low, d.high));
}

void check(FloatDistribution& d) {
  check_range(d);
  if (d.log && d.step) throw Error("a step and log exclude each other; leave one out");
  if (d.log && d.low <= 0) throw Error(fmt::format("log wants low > 0, got {}", d.low));
  if (!d.step) return;
  if (!(*d.step > 0)) throw Error(fmt::format("expected a step > 0, got {}", *d.step));
  d.high = last_on_grid(d.low, d.high, *d.step);
}

void check(IntDistribution& d) {
  check_range(d);
  if (d.step <= 0) throw Error(fmt::format("expected a step > 0, got {}", d.step));
  if (d.log && d.step != 1) throw Error(fmt::format("log wants step 1, got {}", d.step));
  if (d.log && d.low < 1) throw Error(fmt::format("log wants low >= 1, got {}", d.low));
  // Unsigned: the whole range of the type may lie between.
  const auto range = static_cast<std::uint64_t>(d.high) - static_cast<std::uint64_t>(d.low);
  d.high -= static_cast<std::int64_t>(range % static_cast<std::uint64_t>(d.step));
}

void check(CategoricalDistribution& d) {
  if (d.choices.empty()) throw Error("expected at least one choice, got none");
}

// As Python compares: True is 1 and 1.0.
bool equal_in_python(const Json& a, const Json& b) {
  const auto number_of = [](const Json& j) { return j.is_boolean() ? Json(j.get<int>()) : j; };
  return number_of(a) == number_of(b);
}

double index_of(const CategoricalDistribution& d, const Json& choice) {
  const auto index = [&](const auto& same) {
    return std::ranges::find_if(d.choices, same) - d.choices.begin();
  };
  const auto none = std::ssize(d.choices);
  auto i =
      index([&](const Json& other) { return other.type() == choice.type() && other == choice; });
  if (i == none) i = index([&](const Json& other) { return equal_in_python(other, choice); });
  if (i == none)
    throw Error(
        fmt::format("{} is none of the choices {}", to_text(choice), to_text(Json(d.choices))));
  return static_cast<double>(i);
}

// Unsigned: the whole range of the type may lie between; one less than fits, so that it counts.
std::int64_t steps_between(const IntDistribution& d) {
  const auto range = static_cast<std::uint64_t>(d.high) - static_cast<std::uint64_t>(d.low);
  const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() - 1);
  return static_cast<std::int64_t>(std::min(range / static_cast<std::uint64_t>(d.step), most));
}

bool positive_if_log(const Distribution& distribution, double value) {
  const auto log = [](const auto& d) {
    if constexpr (requires { d.log; }) return d.log;
    return false;
  };
  return value > 0 || !std::visit(log, distribution);
}

}  // namespace

Distribution checked(Distribution distribution) {
  std::visit([](auto& d) { check(d); }, distribution);
  return distribution;
}

Json external(const Distribution& distribution, double internal) {
  if (const auto* d = std::get_if<CategoricalDistribution>(&distribution)) {
    if (!contains(distribution, internal))
      throw Error(fmt::format("there is no choice {} of {}", internal, d->choices.size()));
    return d->choices[static_cast<std::size_t>(internal)];
  }
  if (std::holds_alternative<FloatDistribution>(distribution)) return internal;
  return static_cast<std::int64_t>(internal);
}

double internal(const Distribution& distribution, const Json& external) {
  if (const auto* d = std::get_if<CategoricalDistribution>(&distribution))
    return index_of(*d, external);
  const double value = external.is_boolean() ? external.get<int>() : number(external);
  if (std::isnan(value) || !positive_if_log(distribution, value))
    throw Error(fmt::format("{} is no value of {}", to_text(external), to_text(distribution)));
  return value;
}

bool contains(const Distribution& distribution, double internal) {
  if (const auto* d = std::get_if<CategoricalDistribution>(&distribution))
    return internal >= 0 && internal < static_cast<double>(d->choices.size());
  if (const auto* d = std::get_if<IntDistribution>(&distribution)) {
    return internal >= static_cast<double>(d->low) && internal <= static_cast<double>(d->high) &&
           std::fmod(internal - static_cast<double>(d->low), static_cast<double>(d->step)) == 0;
  }
  const auto& d = std::get<FloatDistribution>(distribution);
  const double k = d.step ? (internal - d.low) / *d.step : 0;
  return internal >= d.low && internal <= d.high && std::abs(k - std::round(k)) < 1e-8;
}

bool single(const Distribution& distribution) { return count(distribution) == 1; }

std::int64_t count(const Distribution& distribution) {
  if (const auto* d = std::get_if<CategoricalDistribution>(&distribution))
    return std::ssize(d->choices);
  if (const auto* d = std::get_if<IntDistribution>(&distribution)) return steps_between(*d) + 1;
  const auto& d = std::get<FloatDistribution>(distribution);
  if (d.low == d.high) return 1;
  return d.step ? std::llround((d.high - d.low) / *d.step) + 1 : 0;
}

double value_at(const Distribution& distribution, std::int64_t i) {
  if (std::holds_alternative<CategoricalDistribution>(distribution)) return static_cast<double>(i);
  if (const auto* d = std::get_if<IntDistribution>(&distribution))
    return static_cast<double>(d->low + i * d->step);
  const auto& d = std::get<FloatDistribution>(distribution);
  return d.step ? std::clamp(d.low + static_cast<double>(i) * *d.step, d.low, d.high) : d.low;
}

std::string incompatible(const Distribution& old, const Distribution& now) {
  const auto say = [&](const char* what) {
    return fmt::format("{}: was {}, is {}", what, to_text(old), to_text(now));
  };
  if (old.index() != now.index()) return say("another kind of distribution");
  if (const auto* d = std::get_if<FloatDistribution>(&old))
    return d->log == std::get<FloatDistribution>(now).log ? "" : say("another log");
  if (const auto* d = std::get_if<IntDistribution>(&old))
    return d->log == std::get<IntDistribution>(now).log ? "" : say("another log");
  return old == now ? "" : say("other choices");
}

bool operator==(const Distribution& a, const Distribution& b) { return to_text(a) == to_text(b); }

}  // namespace antigrad::search
