// `antigrad bench space`: what candidates cost before anything trains, in processor time of one
// thread. The cheap path draws, samples, checks a constraint (monotone) and fingerprints; nothing
// is integrated. Its baseline draws the same number of gradients that are integrated.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>

#include "experiments/app/commands.hpp"
#include "search/statistics.hpp"
#include "space/fingerprint.hpp"
#include "space/generate.hpp"
#include "space/properties.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using space::Gradient;

constexpr double kCandidatesGoal = 5000;  // a second
constexpr double kFingerprintGoal = 0.2;  // milliseconds
constexpr double kConstraintGoal = 5;     // milliseconds
constexpr int kCheap = 20000, kIntegrated = 400;

double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <class Work>
double seconds_of(int count, const Work& work) {
  const double begin = processor_seconds();
  for (int i = 0; i < count; ++i) work(i);
  return processor_seconds() - begin;
}

/// A quantity over the rounds.
struct Row {
  std::string name, unit;
  double goal = 0;  // 0: none
  bool at_most = false;
  std::vector<double> values{}, baseline{};
};

std::vector<Json> cells_of(const Row& row) {
  const auto [least, most] = std::minmax_element(row.values.begin(), row.values.end());
  const double value = search::median(row.values);
  std::vector<Json> cells{row.name, value, row.unit, *least, *most, Json(), Json(), Json(), Json()};
  if (!row.baseline.empty()) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < row.values.size(); ++i)
      ratios.push_back(row.values[i] / row.baseline[i]);
    cells[5] = search::median(row.baseline), cells[6] = search::median(ratios);
  }
  if (row.goal > 0)
    cells[7] = row.goal, cells[8] = row.at_most ? value <= row.goal : value >= row.goal;
  return cells;
}

class Bench {
 public:
  void round(int number) {
    space::Random random(space::child_seed(2026, static_cast<std::uint64_t>(number)));
    space::Grammar checked;
    checked.refuted = [](const space::SampledFacts& s) { return s.least < 0; };
    std::uint64_t all = 0;
    const double cheap = seconds_of(
        kCheap, [&](int) { all ^= space::fingerprint(space::random_plausible(checked, random)); });
    std::vector<Gradient> drawn;
    for (int i = 0; i < kCheap; ++i) drawn.push_back(space::random_plausible({}, random));
    const double fingerprints = seconds_of(
        kCheap, [&](int i) { all ^= space::fingerprint(drawn[static_cast<std::size_t>(i)]); });
    std::vector<Gradient> parents;
    const double integrated = seconds_of(
        kIntegrated, [&](int) { parents.push_back(space::random_gradient({}, random)); });
    const auto parent = [&](int i) -> const Gradient& {
      return parents[static_cast<std::size_t>(i) % parents.size()];
    };
    const double mutated =
        seconds_of(kIntegrated, [&](int i) { space::mutate(parent(i), {}, random); });
    const double crossed = seconds_of(
        kIntegrated, [&](int i) { space::crossover(parent(i), parent(i + 1), {}, random); });
    decide(parents);
    cheap_.values.push_back(kCheap / cheap);
    cheap_.baseline.push_back(kIntegrated / integrated);
    fingerprint_.values.push_back(1e3 * fingerprints / kCheap);
    random_.values.push_back(kIntegrated / integrated);
    mutate_.values.push_back(kIntegrated / mutated);
    crossover_.values.push_back(kIntegrated / crossed);
    fmt::print(stderr, "round {}: {:.0f} candidates a second (check {:016x})\n", number + 1,
               kCheap / cheap, all);
  }

  /// Each property and set for each candidate that has been integrated: the median, in
  /// milliseconds.
  void decide(const std::vector<Gradient>& candidates) {
    std::vector<double> all;
    for (std::size_t i = 0; i < candidates.size(); i += 4) {
      const space::Activation a = space::integrate(candidates[i]);
      for (const space::Property& p : space::properties()) {
        const std::vector<const space::Property*> wanted{&p};
        all.push_back(1e3 * seconds_of(1, [&](int) { space::violated(a, wanted); }));
      }
    }
    constraint_.values.push_back(search::median(all));
  }

  std::string text(Format format) const {
    Listing listing({"name", "value", "unit", "min", "max", "baseline", "ratio", "goal", "met"});
    for (const Row* row : {&cheap_, &fingerprint_, &random_, &mutate_, &crossover_, &constraint_})
      listing.add(cells_of(*row));
    return listing.text(format);
  }

 private:
  Row cheap_{"drawn, sampled, checked, fingerprinted; against integrated", "1/s", kCandidatesGoal};
  Row fingerprint_{"fingerprint", "ms", kFingerprintGoal, true};
  Row random_{"random gradient, integrated", "1/s"};
  Row mutate_{"mutation, integrated", "1/s"};
  Row crossover_{"crossover, integrated", "1/s"};
  Row constraint_{"one property decided by proof, median", "ms", kConstraintGoal, true};
};

}  // namespace

int bench_space_command(const Arguments& arguments) {
  Bench bench;
  for (int i = 0; i < arguments.rounds; ++i) bench.round(i);
  print(bench.text(arguments.format));
  return 0;
}

}  // namespace antigrad::app
