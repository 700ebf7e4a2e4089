// `antigrad bench trainer`: steps of training against the same network in PyTorch.
//
// Every round runs each program in turn, so that a slow moment of the machine hits all. Three
// contests: one program on one thread against eager and compiled PyTorch on one; two programs side
// by side against the faster of two eager programs and one on two threads; the memory of one.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "experiments/app/bench_steps.hpp"
#include "experiments/app/bench_torch.hpp"
#include "experiments/app/commands.hpp"
#include "experiments/app/listing.hpp"
#include "experiments/app/trainer_library.hpp"
#include "paths.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using Argv = std::vector<std::string>;

struct Net {
  const char *name, *title, *steps_of;  // "NET/ACTIVATION"
  int steps;                            // a round
  double examples;                      // a step: images or tokens
  const char* unit;
  double goal;  // of the speed of the faster eager run side by side
};

constexpr Net kNets[] = {
    {"resnet20", "ResNet-20, ReLU", "resnet20/relu", 1, 128, "images/s", 1.25},
    {"resnet20_mish", "ResNet-20, Mish", "resnet20/mish", 1, 128, "images/s", 2},
    {"resnet8", "ResNet-8 at 16x16, ReLU", "resnet8/relu", 8, 128, "images/s", 1.2},
    {"llama", "Llama, 4 layers of 128, SiLU", "llama/silu", 3, 8 * 128, "tokens/s", 1.2}};

constexpr int kRoundsOfOne = 5;

std::vector<Net> nets_of(const std::string& asked) {
  std::vector<Net> chosen;
  std::vector<std::string> known;
  for (const Net& net : kNets) known.emplace_back(net.name);
  for (std::size_t begin = 0; begin < asked.size();) {
    const std::size_t end = std::min(asked.find(',', begin), asked.size());
    const std::string name = asked.substr(begin, end - begin);
    for (const Net& net : kNets)
      if (name == net.name) chosen.push_back(net);
    if (chosen.empty() || chosen.back().name != name)
      throw space::Error(fmt::format("unknown network \"{}\";{} known are {}", name,
                                     space::did_you_mean(name, known), fmt::join(known, ", ")));
    begin = end + 1;
  }
  if (asked.empty()) chosen.assign(std::begin(kNets), std::end(kNets));
  return chosen;
}

/// PyTorch in one net; none where it does not run.
using Rival = std::unique_ptr<StepGroup>;

class Contest {
 public:
  Contest(const Net& net, const std::string& python) : net_(net), python_(python) {
    const Argv ours = {program_path(), "bench-steps", net.steps_of};
    alone_ = std::make_unique<StepGroup>(std::vector<Argv>{ours});
    if (std::thread::hardware_concurrency() > 1)
      pair_ = std::make_unique<StepGroup>(std::vector<Argv>{ours, ours});
    if (python.empty()) return;
    add(eager_, {torch("eager", 1)});
    add(compiled_, {torch("compiled", 1)});
    if (!pair_) return;
    add(eager_pair_, {torch("eager", 1), torch("eager", 1)});
    add(eager_threads_, {torch("eager", 2)});
  }

  void round() {
    for (StepGroup* group : {alone_.get(), eager_.get(), compiled_.get(), pair_.get(),
                             eager_pair_.get(), eager_threads_.get()})
      if (group != nullptr) group->round(net_.steps);
  }

  void report(Listing& listing) const {
    speed(listing, "one thread, against eager", *alone_, eager_, Json());
    speed(listing, "one thread, against torch.compile", *alone_, compiled_, Json());
    if (pair_ && eager_pair_ && eager_threads_) {
      const bool threads = eager_threads_->least() < eager_pair_->least();
      speed(listing,
            fmt::format("two side by side, against {}",
                        threads ? "eager on two threads" : "two eager runs"),
            *pair_, threads ? eager_threads_ : eager_pair_, net_.goal);
    } else if (pair_) {
      speed(listing, "two side by side", *pair_, eager_pair_, net_.goal);
    }
    const Json memory = eager_ ? Json(eager_->memory()) : Json();
    const double own = alone_->memory();
    listing.add({fmt::format("{}: peak memory of a run, against eager", net_.title), own, "MiB",
                 Json(), memory, eager_ ? Json(own / eager_->memory()) : Json(), 1,
                 eager_ ? Json(own <= eager_->memory()) : Json()});
  }

 private:
  Argv torch(const char* kind, int threads) const {
    const std::string count = std::to_string(threads);
    return {"/usr/bin/env",
            "MALLOC_MMAP_THRESHOLD_=1000000000",
            "MALLOC_TRIM_THRESHOLD_=4000000000",
            "OMP_NUM_THREADS=" + count,
            "PYTHONDONTWRITEBYTECODE=1",
            python_,
            ANTIGRAD_SOURCE_DIR "/experiments/app/bench_trainer.py",
            net_.steps_of,
            kind,
            count};
  }

  static void add(Rival& rival, const std::vector<Argv>& programs) {
    try {
      rival = std::make_unique<StepGroup>(programs);
    } catch (const space::Error& error) {
      fmt::print(stderr, "bench trainer: {}\n", error.what());
    }
  }

  /// Examples a second at best and in the median; the ratio is of the best.
  void speed(Listing& listing, const std::string& what, const StepGroup& ours, const Rival& rival,
             const Json& goal) const {
    const auto rate = [&](double nanoseconds) { return net_.examples * 1e9 / nanoseconds; };
    Json baseline, ratio, met;
    if (rival) {
      baseline = rate(rival->least());
      ratio = rival->least() / ours.least();
      if (!goal.is_null()) met = ratio.get<double>() >= goal.get<double>();
    }
    listing.add({fmt::format("{}: {}", net_.title, what), rate(ours.least()), net_.unit,
                 rate(ours.median()), baseline, ratio, goal, met});
  }

  Net net_;
  std::string python_;
  std::unique_ptr<StepGroup> alone_, pair_;
  Rival eager_, compiled_, eager_pair_, eager_threads_;
};

}  // namespace

std::string bench_trainer_help() {
  return "Steps of training on random data, interleaved, 5 timings a round; the least and the "
         "median. Ratios: our\nspeed by that of the same network in PyTorch on the same number of "
         "threads, images in its faster layout\n(channels_last). goal: of two runs side by side "
         "against the faster of two eager runs and one on two\nthreads; memory no more than eager "
         "PyTorch's. A machine of one core has no such rows. torch.compile takes\nsome minutes "
         "first.\n\nExamples:\n  antigrad bench trainer\n  antigrad bench trainer resnet20,llama "
         "--rounds 10 -o json\n";
}

int bench_trainer_command(const Arguments& arguments) {
  const std::vector<Net> nets = nets_of(arguments.subject);
  std::string missing;
  const std::string python = find_python(arguments.python, missing);
  if (python.empty()) fmt::print(stderr, "bench trainer: no PyTorch: {}\n", missing);
  Listing listing({"name", "value", "unit", "median", "baseline", "ratio", "goal", "met"});
  for (const Net& net : nets) {  // one at a time: a dozen programs would not fit a small machine
    fmt::print(stderr, "bench trainer: {}\n", net.title);
    Contest contest(net, python);
    for (int i = 0; i < arguments.rounds * kRoundsOfOne; ++i) contest.round();
    contest.report(listing);
  }
  print(listing.text(arguments.format));
  return 0;
}

}  // namespace antigrad::app
