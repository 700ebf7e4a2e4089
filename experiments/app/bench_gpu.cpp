// `antigrad bench gpu`: training on a GPU against the processor's losses, and what stacking,
// graphs and bfloat16 gain there. ./scripts/gpu-check runs it behind the kernels' checks.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "experiments/app/commands.hpp"
#include "experiments/app/listing.hpp"
#include "experiments/app/slots.hpp"
#include "experiments/app/trainer_library.hpp"
#include "search/statistics.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using Clock = std::chrono::steady_clock;
using search::Json;
using trainer::Work;
using trainer::WorkPlace;

constexpr int kSteps = 20;

/// What is asked for, smaller where the "GPU" is the processor.
struct Sizes {
  const char* net;
  int batch, stacked, rounds, steps;
};

class GpuBench {
 public:
  GpuBench(bool gpu, int rounds)
      : gpu_(gpu),
        sizes_(gpu ? Sizes{"resnet20", 128, 16, rounds, 20} : Sizes{"resnet8", 8, 4, 1, 1}),
        listing_({"name", "value", "unit", "median", "baseline", "ratio", "goal", "met"}) {}

  /// Whether every loss is as it should be.
  bool run() {
    bool fine = true;
    for (const char* const activation : {"relu", "gelu", "prelu"}) {
      fine &= losses(activation, "float32", {.gpu = gpu_}, 1e-3);
      fine &= losses(activation, "stacked", {.gpu = gpu_, .stacked = 4}, 1e-3);
      fine &= losses(activation, "bfloat16", {.gpu = gpu_, .bf16 = true}, 0.1);
      for (const int stacked : {1, 4})
        if (gpu_) fine &= graphs(activation, stacked);
    }
    speeds();
    return fine;
  }

  std::string text(Format format) const { return listing_.text(format); }

 private:
  std::vector<double> trained(const char* net, const char* activation,
                              const WorkPlace& place) const {
    const auto work = library_.training_work(net, activation, 16, place);
    std::vector<double> losses;
    for (int i = 0; i < kSteps; ++i) {
      work->run();
      losses.push_back(work->loss());
    }
    return losses;
  }

  /// The largest difference from the processor's losses over 20 steps.
  bool losses(const char* activation, const char* how, const WorkPlace& place, double most) {
    return compare(fmt::format("{}, {}: losses over 20 steps against float32 on the processor",
                               activation, how),
                   trained("resnet8", activation, {}), trained("resnet8", activation, place), most);
  }

  /// A step that is one graph, against the same step without, at a rate that rises with each: so
  /// that the losses tell every update.
  bool graphs(const char* activation, int stacked) {
    const char* const net = "resnet8_learning";
    return compare(fmt::format("{}, {} as a graph: losses over 20 steps against the same without",
                               activation, stacked == 1 ? "one" : "stacked"),
                   trained(net, activation, {.gpu = true, .stacked = stacked}),
                   trained(net, activation, {.gpu = true, .graphs = true, .stacked = stacked}),
                   1e-4);
  }

  bool compare(const std::string& what, const std::vector<double>& want,
               const std::vector<double>& got, double most) {
    double apart = 0;
    for (std::size_t i = 0; i < want.size(); ++i)
      apart = std::isfinite(got[i]) ? std::max(apart, std::abs(got[i] - want[i])) : INFINITY;
    const bool met = apart <= most;
    listing_.add({fmt::format("ResNet-8, {}, largest difference", what),
                  search::number_to_json(apart), "", Json(), Json(), Json(), most, met});
    return met;
  }

  /// Seconds a step, of each round.
  std::vector<double> timed(Work& work) const {
    std::vector<double> seconds;
    for (int round = 0; round < sizes_.rounds; ++round) {
      const auto begin = Clock::now();
      for (int i = 0; i < sizes_.steps; ++i) work.run();
      (void)work.loss();  // the GPU is done
      seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count() / sizes_.steps);
    }
    return seconds;
  }

  std::unique_ptr<Work> warm(const WorkPlace& place) const {
    auto work = library_.training_work(sizes_.net, "relu", sizes_.batch, place);
    for (int i = 0; i < (gpu_ ? 8 : 1); ++i) work->run();
    (void)work->loss();
    return work;
  }

  /// Candidate steps a second against those of separate float32 runs without graphs.
  void speeds() {
    const auto separate = warm({.gpu = gpu_});
    const std::vector<double> base = timed(*separate);
    const double rate = 1 / *std::ranges::min_element(base);
    add("one candidate by itself", rate, 1 / search::median(base), Json(), Json());
    const auto contest = [&](const std::string& what, const WorkPlace& place, const Json& goal) {
      const auto work = warm(place);
      const std::vector<double> seconds = timed(*work);
      const double own = place.stacked / *std::ranges::min_element(seconds);
      add(what, own, place.stacked / search::median(seconds), rate, goal);
    };
    const int k = sizes_.stacked;
    contest(fmt::format("{} candidates stacked", k), {.gpu = gpu_, .stacked = k},
            gpu_ ? Json(5) : Json());
    contest("bfloat16", {.gpu = gpu_, .bf16 = true}, Json());
    if (!gpu_) return;
    contest("CUDA graph", {.gpu = true, .graphs = true}, Json());
    contest(fmt::format("{} candidates stacked, CUDA graph", k),
            {.gpu = true, .graphs = true, .stacked = k}, 5);
  }

  void add(const std::string& what, double own, double median, const Json& baseline,
           const Json& goal) {
    const Json ratio = baseline.is_null() ? Json() : Json(own / baseline.get<double>());
    listing_.add({fmt::format("{}: {}", sizes_.net, what), own, "candidate steps/s", median,
                  baseline, ratio, goal,
                  goal.is_null() ? Json() : Json(ratio.get<double>() >= goal.get<double>())});
  }

  bool gpu_;
  Sizes sizes_;
  TrainerLibrary library_;
  Listing listing_;
};

}  // namespace

std::string bench_gpu_help() {
  return "Trains a ResNet-8 on the GPU for 20 steps (float32, stacked, bfloat16) and compares "
         "every "
         "loss with the processor's, and\nwhole steps as CUDA graphs with the same steps without; "
         "then times ResNet-20: one candidate, 16 stacked (goal: 5 times as\nmany candidates an "
         "hour "
         "as separate runs), bfloat16, graphs. Exit code 1 where a loss differs, 2 without a GPU: "
         "then nothing\nwas checked.\n\n"
         "cpu: the same program on the processor, smaller and without graphs, to test it.\n\n"
         "Examples:\n  antigrad bench gpu\n  antigrad bench gpu cpu -o json\n";
}

int bench_gpu_command(const Arguments& arguments) {
  if (arguments.subject != "gpu" && arguments.subject != "cpu")
    throw space::Error(fmt::format("got \"{}\", expected gpu or cpu", arguments.subject));
  const bool gpu = arguments.subject == "gpu";
  if (const VisibleGpus found = visible_gpus(); gpu && found.count == 0)
    throw space::Error(fmt::format(
        "no GPU to train on: {}. Nothing was checked; `bench gpu cpu` runs on the processor",
        found.why));
  GpuBench bench(gpu, arguments.rounds);
  const bool fine = bench.run();
  print(bench.text(arguments.format));
  return fine ? 0 : 1;
}

}  // namespace antigrad::app
