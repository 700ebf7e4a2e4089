#include "experiments/app/bench_rounds.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "search/statistics.hpp"

namespace antigrad::app {

Timed::Timed(std::function<double()> time, double elements)
    : time_(std::move(time)), elements_(elements) {}

void Timed::round() {
  if (time_) ns_.push_back(time_() / elements_);
}

double Timed::least() const { return *std::ranges::min_element(ns_); }
double Timed::median() const { return search::median(ns_); }

std::function<double()> warm(std::function<void()> work) {
  return [work = std::move(work)] {
    using Clock = std::chrono::steady_clock;
    work();
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < 2; ++i) {
      const auto start = Clock::now();
      work();
      least =
          std::min(least, std::chrono::duration<double, std::nano>(Clock::now() - start).count());
    }
    return least;
  };
}

}  // namespace antigrad::app
