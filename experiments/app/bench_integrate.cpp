// `antigrad bench integrate`: processor time of one thread.
#include "experiments/app/bench_integrate.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <vector>

#include "experiments/app/commands.hpp"
#include "space/error.hpp"
#include "space/generate.hpp"
#include "space/table.hpp"

namespace antigrad::app {
namespace {

constexpr double kMedianGoal = 1, kPercentileGoal = 20;  // ms

/// Processor time of this thread, in ms.
double now() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) * 1e-6;
}

double share(int part, std::size_t whole) { return part / static_cast<double>(whole); }

}  // namespace

IntegrationFigures measure_integration(int count, std::uint64_t seed) {
  IntegrationFigures out;
  std::vector<double> ms;
  int closed = 0, refused = 0;
  for (std::uint64_t i = 0; static_cast<int>(ms.size()) < count; ++i) {
    space::Random random(space::child_seed(seed, i));
    const space::Gradient g = space::random_plausible({}, random);
    const double begin = now();
    try {
      const space::Activation a = space::integrate(g);
      ms.push_back(now() - begin);
      closed += a.f.tables.empty();
      for (const auto& table : a.f.tables)
        out.worst_bound = std::max(out.worst_bound, table->bound());
    } catch (const space::Error&) {  // it says why it has no integral: outside the space
      ++refused;
    }
  }
  std::ranges::sort(ms);
  out.count = count;
  out.median_ms = ms[ms.size() / 2];
  out.percentile99_ms = ms[ms.size() * 99 / 100];
  out.worst_ms = ms.back();
  out.closed = share(closed, ms.size());
  out.refused = share(refused, ms.size() + static_cast<std::size_t>(refused));
  return out;
}

int bench_integrate_command(const Arguments& arguments) {
  const IntegrationFigures figures =
      measure_integration(arguments.trials.value_or(10000), arguments.seed.value_or(1));
  Listing listing({"name", "value", "unit", "baseline", "ratio", "goal", "met"});
  const auto timed = [&](const char* name, double value, double goal) {
    listing.add({name, value, "ms", {}, {}, goal, value <= goal});
  };
  const auto fact = [&](const char* name, double value, const char* unit) {
    listing.add({name, value, unit, {}, {}, {}, {}});
  };
  timed("integrate, median", figures.median_ms, kMedianGoal);
  timed("integrate, 99th percentile", figures.percentile99_ms, kPercentileGoal);
  fact("integrate, slowest", figures.worst_ms, "ms");
  fact("in closed form", figures.closed, "share");
  fact("refused of plausible ones", figures.refused, "share");
  fact("largest proved error of a table", figures.worst_bound, "relative");
  print(listing.text(arguments.format));
  return 0;
}

}  // namespace antigrad::app
