// Scales of parameters: logarithms, cells, edges.
#include "search/samplers/axis.hpp"

#include <algorithm>
#include <cmath>

namespace antigrad::search {

Axis::Axis(const Distribution& distribution) {
  if (const auto* d = std::get_if<CategoricalDistribution>(&distribution)) {
    choices_ = static_cast<int>(d->choices.size());
    first_ = 0;
    last_ = choices_ - 1;
    low_ = 0;
    high_ = choices_;
    step_ = 1;
    return;
  }
  if (const auto* d = std::get_if<IntDistribution>(&distribution)) {
    first_ = static_cast<double>(d->low);
    last_ = static_cast<double>(d->high);
    step_ = static_cast<double>(d->step);
    log_ = d->log;
  } else {
    const auto& f = std::get<FloatDistribution>(distribution);
    first_ = f.low;
    last_ = f.high;
    step_ = f.step.value_or(0);
    log_ = f.log;
  }
  low_ = first_ - step_ / 2;
  high_ = last_ + step_ / 2;
  if (log_) {
    low_ = std::log(low_);
    high_ = std::log(high_);
  }
}

double Axis::coordinate(double internal) const {
  const double inside = std::clamp(internal, first_, last_);
  return log_ ? std::log(inside) : inside;
}

double Axis::internal(double coordinate) const {
  if (choices_ > 0) return std::clamp(std::floor(coordinate), first_, last_);
  double value = log_ ? std::exp(coordinate) : coordinate;
  if (step_ > 0) value = first_ + std::round((value - first_) / step_) * step_;
  return std::clamp(value, first_, last_);
}

Axis::Cell Axis::cell(double internal) const {
  const double left = internal - step_ / 2, right = internal + step_ / 2;
  return log_ ? Cell{std::log(left), std::log(right)} : Cell{left, right};
}

}  // namespace antigrad::search
