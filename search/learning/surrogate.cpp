// Proposals by a model: of a pool of candidates, the one that promises to improve most on the best.
#include "search/learning/surrogate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "search/learning/features.hpp"
#include "search/samplers/gradients.hpp"
#include "space/activation.hpp"
#include "space/error.hpp"
#include "space/fingerprint.hpp"
#include "space/generate.hpp"

namespace antigrad::search {
namespace {

// What the model has learned, and from what it judges.
struct Model {
  GaussianProcess process;
  double best;  // the lowest predicted mean among trials
};

class Features {
 public:
  /// Empty where there are none.
  const std::vector<double>& of(const std::string& activation) {
    const auto [at, fresh] = known_.try_emplace(activation);
    if (fresh) at->second = features_of(activation);
    return at->second;
  }

 private:
  std::map<std::string, std::vector<double>> known_;
};

// Scores beyond what the middle half would let expect are cut off, failures are as bad as the
// worst: how bad does not matter, and must not bend the model.
std::vector<double> tamed(const std::vector<const Trial*>& trials) {
  std::vector<double> scores, sorted;
  for (const Trial* trial : trials) {
    const bool failed = trial->state == TrialState::fail || trial->scores.empty();
    scores.push_back(failed ? NAN : trial->score());
    if (!failed) sorted.push_back(trial->score());
  }
  std::ranges::sort(sorted);
  const auto quantile = [&](double q) {
    return sorted.empty()
               ? 0
               : sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
  };
  const double most = quantile(0.5) + 3 * (quantile(0.75) - quantile(0.25)) + 1e-9;
  for (double& score : scores) score = std::isnan(score) ? most : std::min(score, most);
  return scores;
}

// The best and the latest, so that the fit stays quick.
std::vector<const Trial*> chosen(std::span<const Trial* const> history) {
  constexpr std::size_t kEach = 120;
  std::vector<const Trial*> trials(history.begin(), history.end());
  if (trials.size() <= 2 * kEach) return trials;
  std::vector<const Trial*> latest(trials.end() - kEach, trials.end());
  trials.resize(trials.size() - kEach);
  std::ranges::sort(trials, [](const Trial* a, const Trial* b) { return better(*a, *b); });
  trials.resize(kEach);
  trials.insert(trials.end(), latest.begin(), latest.end());
  return trials;
}

std::optional<Model> learn(std::span<const Trial* const> history, Features& features) {
  std::vector<const Trial*> trials;
  for (const Trial* trial : chosen(history))
    if (!features.of(trial->candidate.activation).empty()) trials.push_back(trial);
  if (trials.size() < 4) return {};
  std::size_t rungs = 1, width = 0;
  for (const Trial* trial : trials) rungs = std::max(rungs, trial->scores.size());
  for (const std::size_t size : feature_groups()) width += size;
  Matrix x(trials.size(), width);
  std::vector<double> noise;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    std::ranges::copy(features.of(trials[i]->candidate.activation), x.row(i).begin());
    const std::size_t climbed = std::max<std::size_t>(1, trials[i]->scores.size());
    noise.push_back(static_cast<double>(rungs) / static_cast<double>(climbed));
  }
  Model model{GaussianProcess(x, tamed(trials), noise, feature_groups()), INFINITY};
  for (std::size_t i = 0; i < trials.size(); ++i)
    model.best = std::min(model.best, model.process.predict(x.row(i)).mean);
  return model;
}

// Asked again for the same trial, it is the same model.
class Learner {
 public:
  /// Nothing while there is too little to learn from.
  const std::optional<Model>& of(std::span<const Trial* const> history) {
    std::uint64_t key = space::child_seed(history.size(), "surrogate");
    for (const Trial* trial : history) {
      key = space::child_seed(key, trial->candidate.activation);
      for (const double score : trial->scores)
        key = space::child_seed(key, std::bit_cast<std::uint64_t>(score));
      key = space::child_seed(key, static_cast<std::uint64_t>(trial->state));
    }
    if (key_ != key) model_ = learn(history, features_);
    key_ = key;
    return model_;
  }
  Features& features() { return features_; }

 private:
  Features features_;
  std::optional<std::uint64_t> key_;
  std::optional<Model> model_;
};

double promise(const Model& model, const std::vector<double>& features) {
  return features.empty() ? -1 : expected_improvement(model.process.predict(features), model.best);
}

class SurrogateSampler : public Sampler {
 public:
  SurrogateSampler(const SamplerConfig& config, const space::Grammar& grammar)
      : config_(config), grammar_(grammar), random_(random_sampler(grammar)) {}

  Proposal ask(int nth, std::span<const Trial* const> history, space::Random& random) override {
    if (nth < config_.random_trials) return random_->ask(nth, history, random);
    const std::optional<Model>& model = learner_.of(history);
    if (!model) return random_->ask(nth, history, random);
    std::vector<Entry> pool = draw_pool(history, random);
    for (Entry& entry : pool) entry.promise = promise(*model, entry.features);
    std::ranges::stable_sort(pool, std::ranges::greater{}, &Entry::promise);
    for (const Entry& entry : pool)
      if (entry.certified || space::valid(entry.gradient, grammar_)) return entry.proposal;
    return random_->ask(nth, history, random);
  }

 private:
  struct Entry {
    Proposal proposal;
    space::Gradient gradient;
    std::vector<double> features;
    bool certified;  // to have an integral
    double promise = 0;
  };

  // Half new ones, half children of the best.
  std::vector<Entry> draw_pool(std::span<const Trial* const> history, space::Random& random) {
    std::vector<Entry> pool;
    const std::vector<Parent> parents = best_of(history);
    for (int i = 0; i < config_.pool; ++i) {
      Entry& entry = pool.emplace_back();
      entry.certified = i % 2 == 1 && !parents.empty();
      if (entry.certified) {
        entry.proposal = child(parents, random);
        entry.gradient = space::parse_gradient(entry.proposal.activation);
      } else {
        entry.gradient = space::random_plausible(grammar_, random);
        entry.proposal = {space::to_string(entry.gradient), {}, "surrogate"};
      }
      entry.features = features_of(entry.gradient);
    }
    return pool;
  }

  std::vector<Parent> best_of(std::span<const Trial* const> history) const {
    std::vector<const Trial*> order(history.begin(), history.end());
    std::ranges::sort(order, [](const Trial* a, const Trial* b) { return better(*a, *b); });
    std::vector<Parent> parents;
    for (const Trial* trial : order) {
      if (std::ssize(parents) == config_.population || trial->scores.empty()) break;
      if (auto g = gradient_of(trial->candidate.activation)) parents.push_back({trial, *g});
    }
    return parents;
  }

  // The better of two draws is a parent: parents stand in order.
  Proposal child(const std::vector<Parent>& parents, space::Random& random) const {
    const auto draw = [&]() -> const Parent& {
      const int n = static_cast<int>(parents.size());
      return parents[static_cast<std::size_t>(std::min(random.below(n), random.below(n)))];
    };
    const Parent& mother = draw();
    return vary(mother, &draw(), config_.crossover, grammar_, random);
  }

  SamplerConfig config_;
  space::Grammar grammar_;
  std::unique_ptr<Sampler> random_;
  Learner learner_;
};

class LibrarySurrogate : public Sampler {
 public:
  LibrarySurrogate(const SamplerConfig& config, std::uint64_t seed)
      : config_(config), shuffled_(library_sampler(config, seed)) {
    for (const std::string& text : config.library)
      entries_.push_back(
          {text, fmt::format("{:016x}", space::fingerprint(space::parse_activation(text)))});
  }

  // The best may be running, unseen, and is then asked for again: each draw leaves out a share of
  // the entries, mostly a small one.
  Proposal ask(int nth, std::span<const Trial* const> history, space::Random& random) override {
    if (nth < config_.random_trials) return shuffled_->ask(nth, history, random);
    const std::optional<Model>& model = learner_.of(history);
    const Entry* best = nullptr;
    double most = 0;
    const double share = std::pow(random.uniform(), 3);
    for (const Entry& entry : entries_) {
      const bool left_out = random.chance(share);
      if (seen(history, entry.fingerprint)) continue;
      const double gain = model ? promise(*model, learner_.features().of(entry.text)) : 0;
      const double worth = left_out ? gain - kAside : gain;
      if (best != nullptr && worth <= most) continue;
      best = &entry;
      most = worth;
    }
    if (best == nullptr) return shuffled_->ask(nth, history, random);
    return {best->text, {}, "surrogate"};
  }

 private:
  static constexpr double kAside = 1e6;
  struct Entry {
    std::string text, fingerprint;
  };
  static bool seen(std::span<const Trial* const> history, const std::string& fingerprint) {
    return std::ranges::any_of(
        history, [&](const Trial* trial) { return trial->candidate.fingerprint == fingerprint; });
  }

  SamplerConfig config_;
  std::unique_ptr<Sampler> shuffled_;
  std::vector<Entry> entries_;
  Learner learner_;
};

}  // namespace

std::unique_ptr<Sampler> surrogate_sampler(const SamplerConfig& config,
                                           const space::Grammar& grammar, std::uint64_t seed) {
  if (!config.library.empty()) return std::make_unique<LibrarySurrogate>(config, seed);
  return std::make_unique<SurrogateSampler>(config, grammar);
}

}  // namespace antigrad::search
