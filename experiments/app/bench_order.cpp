// `antigrad bench order`: what it costs that records keep the order of trials whatever the number
// of workers. Simulated trials that sleep, so that the processor is not what is measured.
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "experiments/app/commands.hpp"
#include "search/engine.hpp"
#include "search/evidence/simulation.hpp"
#include "search/statistics.hpp"
#include "space/error.hpp"
#include "space/random.hpp"

namespace antigrad::app {
namespace {

constexpr int kWorkers = 4, kTrials = 150, kLag = 16;
constexpr double kGoal = 0.9;  // at most 10 % of the throughput

/// A training takes 2 to 18 ms by its activation: most of them near 10, some twice as long.
class Sleeping : public trainer::Evaluator {
 public:
  trainer::Measurement evaluate(const trainer::Evaluation& e) override {
    const double u = search::uniform_of(e.activation, e.seed);
    const double v = search::uniform_of(e.task + e.activation, e.seed + 1);
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(2 + 8 * (u + v)));
    return inner_->evaluate(e);
  }
  void forget() override {}

 private:
  std::unique_ptr<trainer::Evaluator> inner_ = search::simulated_evaluator(
      {}, [](const std::string& a) { return search::uniform_of(a, 1); });
};

search::StudyConfig study(bool deterministic) {
  const std::string text = fmt::format(
      "study: order\nseed: 1\ndeterministic: {}\nbudget: {{trials: {}}}\n"
      "sampler: {{name: random, lag: {}}}\n"
      "halving: {{reduction: 3, rungs: [{{fraction: 0.25, seeds: 1}}, {{fraction: 1, seeds: "
      "1}}]}}\n"
      "baselines: [relu, gelu]\nconfirm: {{finalists: 1, seeds: 1}}\n"
      "tasks: [{{name: simulated, steps: 100}}]\n",
      deterministic, kTrials, kLag);
  return search::parse_study(text, "order.yaml");
}

/// Trials a second of one study.
double throughput(bool deterministic, const std::string& journal) {
  const auto sampler = search::naming_sampler();
  search::SearchOptions options;
  options.config = study(deterministic);
  options.journal = journal;
  options.sampler = sampler.get();
  options.describe = search::describe_name;
  search::Pool pool(kWorkers, [](int) { return std::make_unique<Sleeping>(); });
  const search::SearchResult result = search::run_search(options, pool);
  std::filesystem::remove(journal);
  return result.accounting.trials / result.accounting.wall;
}

}  // namespace

int bench_order_command(const Arguments& a) {
  std::string folder = (std::filesystem::temp_directory_path() / "antigrad-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) throw space::Error("cannot make " + folder);
  std::vector<double> ordered, running, ratios;
  for (int round = 0; round < a.rounds; ++round) {
    ordered.push_back(throughput(true, folder + "/journal.log"));
    running.push_back(throughput(false, folder + "/journal.log"));
    ratios.push_back(ordered.back() / running.back());
    fmt::print(stderr, "round {}: {:.0f} trials/s in order, {:.0f} as they come\n", round + 1,
               ordered.back(), running.back());
  }
  std::filesystem::remove_all(folder);
  Listing listing({"name", "value", "unit", "min", "max", "baseline", "ratio", "goal", "met"});
  const auto [least, most] = std::ranges::minmax(ordered);
  const double ratio = search::median(ratios);
  listing.add({fmt::format("records in order against as they come, {} workers", kWorkers),
               search::median(ordered), "trials/s", least, most, search::median(running), ratio,
               kGoal, ratio >= kGoal});
  print(listing.text(a.format));
  return 0;
}

}  // namespace antigrad::app
