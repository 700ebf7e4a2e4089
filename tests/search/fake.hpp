// Stand-ins for tests of the search: a study, a sampler and an evaluator that need no training.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <string>
#include <thread>

#include "search/engine.hpp"
#include "search/storage/journal.hpp"
#include "space/error.hpp"

namespace antigrad::search::fake {

/// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "antigradXXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string study_text(int trials = 20, const std::string& extra = "") {
  return fmt::format(R"(study: toy
seed: 7
deterministic: true
budget: {{trials: {}}}
sampler: {{name: random, lag: 4}}
halving:
  reduction: 3
  rungs:
    - {{fraction: 0.25, seeds: 1}}
    - {{fraction: 1.0, seeds: 1}}
    - {{fraction: 1.0, seeds: 2}}
baselines: [relu, gelu, silu]
confirm: {{finalists: 3, seeds: 3}}
tasks:
  - {{name: images, steps: 40}}
  - {{name: words, steps: 60}}
{})",
                     trials, extra);
}

inline StudyConfig study(int trials = 20) { return parse_study(study_text(trials), "toy.yaml"); }

inline std::uint64_t hash(const std::string& text) { return space::child_seed(0, text); }
inline double unit(std::uint64_t key) { return space::Random(key).uniform(); }

/// A loss for every text; about one text in ten diverges, where it contains "bad" always.
class Evaluator : public trainer::Evaluator {
 public:
  trainer::Measurement evaluate(const trainer::Evaluation& e) override {
    const std::uint64_t key = hash(e.activation + "@" + e.task);
    std::this_thread::sleep_for(std::chrono::microseconds(hash(e.activation) % 2000));
    trainer::Measurement m;
    m.steps = e.steps;
    m.training_seconds = 0.001 * unit(static_cast<std::uint64_t>(
                                     std::chrono::steady_clock::now().time_since_epoch().count()));
    m.total_seconds = 2 * m.training_seconds;
    if (e.activation.find("bad") != std::string::npos || hash(e.activation) % 10 == 3) {
      m.outcome = trainer::Outcome::diverged;
      m.reason = "the loss is not finite";
      m.steps = e.steps / 2;
      m.curve = {{m.steps, NAN, INFINITY, 0, -INFINITY}};
      return m;
    }
    const double noise = 0.02 * unit(space::child_seed(key, e.seed));
    const double loss = 1 + unit(key) + noise + 1.0 / e.steps;
    m.curve = {{e.steps, loss + 0.1, loss, 1 / loss, loss + 0.01}};
    m.theta = {0.25 * loss};
    return m;
  }
  void forget() override {}
};

/// Describes any text; baselines are their names.
inline Candidate describe(const std::string& text) {
  Candidate c;
  c.activation = text;
  c.f = "integral of " + text;
  c.fingerprint = fmt::format("{:016x}", hash(text));
  c.pieces = 2;
  c.terms = 3;
  return c;
}

/// Numbers from a small range, so that draws repeat; depends on what it sees, so that a wrong
/// history shows.
class Sampler : public search::Sampler {
 public:
  Proposal ask(int, std::span<const Trial* const> history, space::Random& random) override {
    const Trial* best = history[0];
    for (const Trial* trial : history) {
      if (better(*trial, *best)) best = trial;
    }
    const auto text = fmt::format(
        "{}+{}", history.size() % 5 + best->candidate.activation.size() % 3, random.below(12));
    return {text, {best->number}, "fake"};
  }
};

inline SearchOptions options(const StudyConfig& config, const std::string& journal,
                             search::Sampler& sampler) {
  SearchOptions o;
  o.config = config;
  o.journal = journal;
  o.sampler = &sampler;
  o.describe = describe;
  return o;
}

inline EvaluatorFactory factory() {
  return [](int) { return std::make_unique<Evaluator>(); };
}

inline std::string canonical(const std::string& journal) {
  return canonical_text(read_journal(journal));
}

/// Runs a study of real activations with one worker into folder/1.log and with two into
/// folder/2.log: both are complete, and their journals equal.
inline void expect_equal_with_more_workers(const StudyConfig& config, const Folder& folder) {
  std::string journals[2];
  for (const int workers : {1, 2}) {
    SearchOptions o;
    o.config = config;
    o.journal = folder / (std::to_string(workers) + ".log");
    Pool pool(workers, factory());
    const auto begin = std::chrono::steady_clock::now();
    const SearchResult result = run_search(o, pool);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    EXPECT_TRUE(result.complete);
    EXPECT_GT(result.accounting.sampling, 0);
    EXPECT_LT(result.accounting.sampling, workers * spent.count()) << "seconds of proposals";
    journals[workers - 1] = canonical(o.journal);
  }
  EXPECT_EQ(journals[0], journals[1]);
}

/// The journal of an unbroken run with so many workers.
inline std::string run(const StudyConfig& config, const std::string& journal, int workers) {
  Sampler sampler;
  Pool pool(workers, factory());
  run_search(options(config, journal, sampler), pool);
  return canonical(journal);
}

}  // namespace antigrad::search::fake
