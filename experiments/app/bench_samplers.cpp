// `antigrad bench samplers`: samplers of parameters beside Optuna's and rustuna's in the same run:
// time, and quality on test functions whose values both sides agree on.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>

#include "experiments/app/commands.hpp"
#include "paths.hpp"
#include "search/child.hpp"
#include "search/samplers/cma_es.hpp"
#include "search/samplers/comparison.hpp"
#include "search/samplers/landscapes.hpp"
#include "search/samplers/nsga2.hpp"
#include "search/samplers/pareto.hpp"
#include "search/samplers/tpe.hpp"
#include "search/statistics.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::Child;
using search::Json;
using Clock = std::chrono::steady_clock;

constexpr double kSecondsGoal = 0.5;  // TPE, 1,000 trials x 8 floats
constexpr double kSignificant = 0.05;
constexpr int kSeeds = 30, kTrials = 100, kSeveralTrials = 300, kTimedTrials = 1000;

std::unique_ptr<search::ParameterSampler> make(const std::string& name) {
  if (name == "tpe") return search::tpe_parameters({});
  if (name == "tpe_univariate") return search::tpe_parameters({.multivariate = false});
  if (name == "cma_es") return search::cma_es_parameters({});
  return search::nsga2_parameters({});
}

// The other side (bench_samplers.py).
class Others {
 public:
  explicit Others(const std::string& python) {
    const std::string program =
        python.empty() ? ANTIGRAD_SOURCE_DIR "/.deps/oracle/bin/python" : python;
    if (!std::filesystem::exists(program))
      throw space::Error(fmt::format(
          "no {}: ./scripts/test sets it up, or name one that has optuna with --python", program));
    child_ = std::make_unique<Child>(std::vector<std::string>{
        "/usr/bin/env", "OMP_NUM_THREADS=1", "PYTHONDONTWRITEBYTECODE=1", program,
        ANTIGRAD_SOURCE_DIR "/experiments/app/bench_samplers.py"});
    missing_ = read().at("missing");
  }

  Json ask(const Json& request) {
    if (!child_->write_line(search::to_text(request))) fail();
    return read();
  }

  /// Why a library does not load; "" when it does.
  std::string missing(const std::string& library) const { return missing_.value(library, ""); }

 private:
  Json read() {
    constexpr auto kPatience = std::chrono::minutes(10);
    const auto answer =
        child_->read_line(Clock::now() + kPatience, std::numeric_limits<double>::infinity());
    if (answer.event != Child::Event::line) fail();
    return search::parse_json(answer.line);
  }
  [[noreturn]] void fail() {
    throw space::Error(fmt::format("the process with Optuna ended ({})", child_->end(true)));
  }

  std::unique_ptr<Child> child_;
  Json missing_;
};

// That the two sides mean the same by a name.
void check_values(const search::Landscape& landscape, Others& others) {
  const auto random = search::random_parameters();
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    space::Random stream(seed);
    const search::Parameters at = random->ask(0, {}, landscape.space, stream);
    Json params = Json::object();
    for (const auto& [name, value] : at) params[name] = value;
    const auto ours = landscape.values(at);
    const auto theirs =
        others.ask({{"value", landscape.name}, {"params", params}}).get<std::vector<double>>();
    for (std::size_t i = 0; i < ours.size(); ++i)
      if (std::abs(ours[i] - theirs.at(i)) > 1e-9 * (1 + std::abs(ours[i])))
        throw space::Error(fmt::format("{} at {}: {} here, {} in bench_samplers.py", landscape.name,
                                       search::to_text(params), ours[i], theirs[i]));
  }
}

// Of one study, the lower the better: the best value, or less the hypervolume.
double quality(const std::vector<std::vector<double>>& values) {
  if (values.at(0).size() > 1) return -search::hypervolume(values, search::Point{1.1, 6});
  double best = std::numeric_limits<double>::infinity();
  for (const auto& v : values) best = std::min(best, v[0]);
  return best;
}

class Bench {
 public:
  explicit Bench(const Arguments& arguments) : arguments_(arguments), others_(arguments.python) {}

  std::string run() {
    for (const search::Landscape& l : search::landscapes()) check_values(l, others_);
    time("tpe", "rustuna", kSecondsGoal);
    time("tpe", "optuna", kSecondsGoal);
    time("cma_es", "optuna", 0);
    for (const search::Landscape& l : search::landscapes()) {
      const bool several = l.name == "zdt1";
      if (several) compare("nsga2", l);
      if (!several) compare("tpe", l);
      if (l.name == "hartmann" || l.name == "mixed" || l.name == "sphere" || l.name == "rosenbrock")
        compare("tpe_univariate", l);
      if (!several && l.name != "conditional" && l.name != "mixed") compare("cma_es", l);
    }
    return listing_.text(arguments_.format);
  }

 private:
  // Interleaved; the least of the rounds.
  void time(const std::string& sampler, const std::string& library, double goal) {
    const std::string name =
        fmt::format("{}, {} trials x 8 floats; against {}", sampler, kTimedTrials, library);
    if (const std::string why = others_.missing(library); !why.empty()) {
      fmt::print(stderr, "{}: not compared ({})\n", library, why);
      return;
    }
    double ours = std::numeric_limits<double>::infinity(), theirs = ours;
    for (int i = 0; i < arguments_.rounds; ++i) {
      const auto begin = Clock::now();
      search::descend(*make(sampler), search::landscape("sphere"), kTimedTrials,
                      static_cast<std::uint64_t>(i));
      ours = std::min(ours, std::chrono::duration<double>(Clock::now() - begin).count());
      const Json answer = others_.ask({{"run", "sphere"},
                                       {"library", library},
                                       {"sampler", sampler},
                                       {"trials", kTimedTrials},
                                       {"seed", i}});
      theirs = std::min(theirs, answer.at("seconds").get<double>());
    }
    Json met, limit;
    if (goal > 0) limit = goal, met = ours <= goal;
    listing_.add({name, ours, "s", theirs, ours / theirs, Json(), limit, met});
  }

  void compare(const std::string& sampler, const search::Landscape& landscape) {
    const int trials = sampler == "nsga2" ? kSeveralTrials : kTrials;
    std::vector<double> ours, theirs;
    for (int seed = 0; seed < kSeeds; ++seed) {
      std::vector<std::vector<double>> values;
      for (const search::Observation& o :
           search::descend(*make(sampler), landscape, trials, static_cast<std::uint64_t>(seed))
               .trials)
        values.push_back(o.values);
      ours.push_back(quality(values));
      const Json answer = others_.ask({{"run", landscape.name},
                                       {"library", "optuna"},
                                       {"sampler", sampler},
                                       {"trials", trials},
                                       {"seed", seed}});
      theirs.push_back(quality(answer.at("values").get<std::vector<std::vector<double>>>()));
    }
    const double p = search::rank_sum_p(ours, theirs);
    const double value = search::median(ours), base = search::median(theirs);
    listing_.add({fmt::format("{} on {}, median of {} studies", sampler, landscape.name, kSeeds),
                  value, sampler == "nsga2" ? "-volume" : "best", base, value / base, p,
                  kSignificant, p > kSignificant});
    fmt::print(stderr, "{} on {}: {:.4g}, Optuna's {:.4g}\n", sampler, landscape.name, value, base);
  }

  const Arguments& arguments_;
  Others others_;
  Listing listing_{{"name", "value", "unit", "baseline", "ratio", "p", "goal", "met"}};
};

}  // namespace

int bench_samplers_command(const Arguments& arguments) {
  print(Bench(arguments).run());
  return 0;
}

}  // namespace antigrad::app
