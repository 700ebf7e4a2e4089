// Counter-based noise; see simulation.hpp.
#include "search/evidence/simulation.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "search/engine.hpp"
#include "search/evidence/promote.hpp"
#include "space/random.hpp"

namespace antigrad::search {
namespace {

double normal(std::uint64_t key) {
  space::Random random(key);
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.uniform();
  return sum;
}

class Simulated : public trainer::Evaluator {
 public:
  Simulated(SimulatedNoise noise, Quality quality, int full)
      : noise_(noise), quality_(std::move(quality)), full_(full) {}

  trainer::Measurement evaluate(const trainer::Evaluation& e) override {
    trainer::Measurement m;
    m.steps = e.steps;
    const int every = std::max(1, full_ / 10);
    for (int step = every; step < e.steps; step += every) m.curve.push_back(point(e, step));
    m.curve.push_back(point(e, e.steps));
    return m;
  }
  void forget() override {}

 private:
  trainer::CurvePoint point(const trainer::Evaluation& e, int step) const {
    const std::uint64_t by_seed = space::child_seed(space::child_seed(e.seed, e.task), "seed");
    const std::uint64_t by_run = space::child_seed(by_seed, e.activation);
    const std::uint64_t by_step = space::child_seed(by_run, static_cast<std::uint64_t>(step));
    const double gone = static_cast<double>(step) / full_;
    const bool outlier = space::Random(by_run).uniform() < noise_.outliers;
    // A short run's noise is larger, and is another's than that of the whole run.
    const double own = noise_.own * (outlier ? 3 : 1);
    const double early = (1 - gone > 0 ? 1 - gone : 0) * 2 * noise_.own;
    const double loss = 1 + quality_(e.activation) + 0.5 / (1 + 9 * gone) +
                        noise_.shared * normal(by_seed) + own * normal(by_run) +
                        early * normal(by_step);
    return {step, loss + 0.05, loss, 1 / (1 + loss), loss + 0.005};
  }

  SimulatedNoise noise_;
  Quality quality_;
  int full_;
};

class Naming : public Sampler {
  Proposal ask(int nth, std::span<const Trial* const>, space::Random&) override {
    return {fmt::format("c{}", nth), {}, "named"};
  }
};

StudyConfig null_study(const NullOptions& o, std::uint64_t seed) {
  const std::string text = fmt::format(
      "study: simulated\nseed: {}\nbudget: {{trials: {}}}\nsampler: {{name: random, lag: 2}}\n"
      "halving: {{reduction: 3, rungs: [{{fraction: 0.25, seeds: 1}}, {{fraction: 1, seeds: 1}}, "
      "{{fraction: 1, seeds: 2}}]}}\nbaselines: [relu, gelu, silu, mish, elu, selu]\n"
      "confirm: {{finalists: 4, seeds: 3}}\npromote: {{candidates: 3, seeds: {}}}\n"
      "tasks: [{{name: simulated, steps: 100}}]\n",
      seed, o.trials, o.seeds);
  return parse_study(text, "simulated.yaml");
}

bool truly_better(const std::string& activation, std::uint64_t seed, double share) {
  return activation[0] == 'c' && uniform_of(activation, seed) < share;
}

/// Whether a winner was named, and whether it is one.
std::pair<bool, bool> run_one(const NullOptions& o, std::uint64_t seed, const std::string& folder) {
  const SimulatedNoise noise;
  const double better_by = o.gap * paired_deviation(noise);
  const Quality quality = [=](const std::string& activation) {
    return o.gap > 0 && truly_better(activation, seed, o.share) ? -better_by : 0.0;
  };
  const auto sampler = naming_sampler();
  SearchOptions search;
  search.config = null_study(o, seed);
  search.journal = folder + "/journal.log";
  search.sampler = sampler.get();
  search.describe = describe_name;
  std::filesystem::remove(search.journal);
  Pool pool(1, [&](int) { return simulated_evaluator(noise, quality); });
  run_search(search, pool);
  PromoteOptions promote;
  promote.config = search.config;
  promote.promote = search.config.promote;
  promote.journal = search.journal;
  run_promotion(promote, pool);
  const PromoteTable table = promote_table(promote);
  const PromoteRow* const winner = table.winner();
  return {winner != nullptr, winner != nullptr && quality(winner->candidate.activation) < 0};
}

}  // namespace

double uniform_of(const std::string& text, std::uint64_t seed) {
  return space::Random(space::child_seed(seed, text)).uniform();
}

std::unique_ptr<trainer::Evaluator> simulated_evaluator(const SimulatedNoise& noise,
                                                        Quality quality, int full) {
  return std::make_unique<Simulated>(noise, std::move(quality), full);
}

std::unique_ptr<Sampler> naming_sampler() { return std::make_unique<Naming>(); }

Candidate describe_name(const std::string& text) {
  Candidate c;
  c.activation = text;
  c.f = text;
  c.fingerprint = fmt::format("{:016x}", space::child_seed(0, text));
  return c;
}

double paired_deviation(const SimulatedNoise& noise) {
  // Both runs have a part of their own: variance 2 own^2, outliers nine times that.
  return noise.own * std::sqrt(2 * (1 + 8 * noise.outliers));
}

NullResult run_null_studies(const NullOptions& o, const std::string& folder,
                            const std::function<void(const NullResult&)>& progress) {
  NullResult result;
  for (int study = 0; study < o.studies; ++study) {
    const auto [named, right] =
        run_one(o, o.seed * 100000 + static_cast<std::uint64_t>(study), folder);
    ++result.studies;
    result.named += named;
    result.right += right;
    if (progress) progress(result);
  }
  return result;
}

}  // namespace antigrad::search
