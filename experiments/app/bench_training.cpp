#include "experiments/app/bench_training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "experiments/app/trainer_library.hpp"
#include "search/statistics.hpp"

namespace antigrad::app {
namespace {

using search::Json;

constexpr int kBatch = 32;
constexpr int kStepsOfARound = 5;
constexpr double kGoal = 0.95;  // of the speed with ReLU

/// One activation's steps, each behind one with ReLU.
struct Pair {
  std::string name;
  std::shared_ptr<trainer::Work> work, with_relu;
  std::vector<double> seconds{}, relu_seconds{}, speeds{};  // speeds: ReLU's time by its own

  void step() {
    relu_seconds.push_back(time(*with_relu));
    seconds.push_back(time(*work));
    speeds.push_back(relu_seconds.back() / seconds.back());
  }
  double speed() const { return search::median(speeds); }

 private:
  static double time(trainer::Work& work) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    work.run();
    return std::chrono::duration<double>(Clock::now() - start).count();
  }
};

}  // namespace

int bench_training(const std::vector<std::string>& names, int rounds, Format format) {
  const TrainerLibrary trainer;
  std::vector<Pair> pairs;
  const std::shared_ptr<trainer::Work> relu = trainer.training_work("resnet20", "relu", kBatch);
  for (const auto& name : names)
    pairs.push_back({name, trainer.training_work("resnet20", name, kBatch), relu});
  fmt::print(stderr, "bench kernels --train: {} activations, ResNet-20, batches of {} images\n",
             names.size(), kBatch);
  for (int i = 0; i < rounds * kStepsOfARound; ++i)
    for (Pair& p : pairs) p.step();
  Listing listing({"name", "value", "unit", "median", "baseline", "ratio", "goal", "met"});
  const auto add = [&](const std::string& name, const Pair& p) {
    listing.add({name, kBatch / *std::ranges::min_element(p.seconds), "images/s",
                 kBatch / search::median(p.seconds), kBatch / search::median(p.relu_seconds),
                 p.speed(), kGoal, p.speed() >= kGoal});
  };
  for (const Pair& p : pairs) add("ResNet-20 with " + p.name, p);
  const auto slowest = std::ranges::min_element(pairs, {}, &Pair::speed);
  if (pairs.size() > 1) add("the slowest, ResNet-20 with " + slowest->name, *slowest);
  print(listing.text(format));
  return 0;
}

}  // namespace antigrad::app
