#include "experiments/app/bench_training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "experiments/app/bench_rounds.hpp"
#include "experiments/app/trainer_library.hpp"

namespace antigrad::app {
namespace {

using search::Json;

constexpr int kBatch = 32;
constexpr int kStepsOfARound = 5;
constexpr double kGoal = 0.95;  // of the speed with ReLU

/// Images.
Timed steps_of(const TrainerLibrary& trainer, const std::string& name) {
  std::shared_ptr<trainer::Work> work(trainer.training_work(name, kBatch));
  return {[work] {
            using Clock = std::chrono::steady_clock;
            const auto start = Clock::now();
            work->run();
            return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
          },
          kBatch};
}

struct Pair {
  std::string name;
  Timed steps, with_relu;  // measured one behind the other
};

}  // namespace

int bench_training(const std::vector<std::string>& names, int rounds, Format format) {
  const TrainerLibrary trainer;
  std::vector<Pair> pairs;
  const Timed relu = steps_of(trainer, "relu");
  for (const auto& name : names) pairs.push_back({name, steps_of(trainer, name), relu});
  fmt::print(stderr, "bench kernels --train: {} activations, ResNet-20, batches of {} images\n",
             names.size(), kBatch);
  for (int i = 0; i < rounds * kStepsOfARound; ++i)
    for (Pair& p : pairs) p.with_relu.round(), p.steps.round();
  Listing listing({"name", "value", "unit", "median", "baseline", "ratio", "goal", "met"});
  const auto add = [&](const std::string& name, const Pair& p) {
    const double speed = 1e9 / p.steps.least(), relu_speed = 1e9 / p.with_relu.least();
    listing.add({name, speed, "images/s", 1e9 / p.steps.median(), relu_speed, speed / relu_speed,
                 kGoal, speed >= kGoal * relu_speed});
  };
  for (const Pair& p : pairs) add("ResNet-20 with " + p.name, p);
  const auto slowest = std::ranges::min_element(
      pairs, {}, [](const Pair& p) { return p.with_relu.least() / p.steps.least(); });
  if (pairs.size() > 1) add("the slowest, ResNet-20 with " + slowest->name, *slowest);
  print(listing.text(format));
  return 0;
}

}  // namespace antigrad::app
