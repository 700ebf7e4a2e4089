// Proposals by a model: of a pool of candidates, the one that promises to improve most on the best.
#include "search/learning/surrogate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "search/learning/expected.hpp"
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
  Line past;    // from what the past expects to this study's scores
  double best;  // the lowest predicted mean among trials
};

// An activation as the model sees it.
struct Known {
  std::vector<double> features;  // empty where there are none
  double past = 0;               // what other studies let expect
};

class Features {
 public:
  Features(std::shared_ptr<const Experience> past, const Spectrum& spectrum)
      : past_(std::move(past)), spectrum_(spectrum) {}

  const Known& of(const std::string& activation) {
    const auto [at, fresh] = known_.try_emplace(activation);
    if (fresh) at->second = with_spectrum(with_past(features_of(activation)), activation);
    return at->second;
  }
  /// Of features as long as these.
  static Groups groups_of(const std::vector<double>& features) {
    Groups groups = feature_groups();
    std::size_t rest = features.size();
    for (const std::size_t size : groups) rest -= size;
    if (rest > 0) groups.push_back(rest);
    return groups;
  }
  Known with_past(std::vector<double> features) const {
    const double expected = past_ == nullptr ? 0 : past_->expected(features);
    return {std::move(features), expected};
  }
  bool warm() const { return past_ != nullptr; }

 private:
  Known with_spectrum(Known known, const std::string& activation) const {
    if (!spectrum_ || known.features.empty()) return known;
    const std::vector<double> more = spectrum_features(spectrum_(activation));
    known.features.insert(known.features.end(), more.begin(), more.end());
    if (more.empty()) known.features.clear();
    return known;
  }

  std::shared_ptr<const Experience> past_;
  Spectrum spectrum_;
  std::map<std::string, Known> known_;
};

GaussianProcess::Prediction predict(const Model& model, const Known& known) {
  GaussianProcess::Prediction p = model.process.predict(known.features);
  p.mean += model.past.at(known.past);
  return p;
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

// Variance of a score's noise: as the steps that were spent on it are fewer.
constexpr double kMostNoise = 16;

std::optional<Model> learn(std::span<const Trial* const> history, Features& features) {
  std::vector<const Trial*> trials;
  for (const Trial* trial : chosen(history))
    if (!features.of(trial->candidate.activation).features.empty()) trials.push_back(trial);
  if (trials.size() < (features.warm() ? 2u : 4u)) return {};
  std::int64_t whole = 1;
  for (const Trial* trial : trials) whole = std::max(whole, trial->steps);
  const std::vector<double>& first = features.of(trials[0]->candidate.activation).features;
  const Groups groups = Features::groups_of(first);
  Matrix x(trials.size(), first.size());
  std::vector<double> noise, past, scores = expected_scores(trials);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const Known& known = features.of(trials[i]->candidate.activation);
    std::ranges::copy(known.features, x.row(i).begin());
    past.push_back(known.past);
    const std::int64_t spent = std::max<std::int64_t>(1, trials[i]->steps);
    noise.push_back(std::min(kMostNoise, static_cast<double>(whole) / static_cast<double>(spent)));
  }
  const Line line = features.warm() ? shrunken_line(past, scores) : Line{0, 0, 0};
  for (std::size_t i = 0; i < trials.size(); ++i) scores[i] -= line.at(past[i]);
  Model model{GaussianProcess(x, scores, noise, groups), line, INFINITY};
  for (const Trial* trial : trials)
    model.best =
        std::min(model.best, predict(model, features.of(trial->candidate.activation)).mean);
  return model;
}

// Asked again for the same trial, it is the same model.
class Learner {
 public:
  explicit Learner(std::shared_ptr<const Experience> past, const Spectrum& spectrum = {})
      : features_(std::move(past), spectrum) {}

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

double promise(const Model& model, const Known& known) {
  return known.features.empty() ? -1 : expected_improvement(predict(model, known), model.best);
}

// Looks once more at the most promising, by a model that knows the spectra of networks too.
class SecondLook {
 public:
  SecondLook(const SamplerConfig& config, std::shared_ptr<const Experience> past,
             const Spectrum& spectrum)
      : wanted_(config.fisher_examples > 0 && spectrum), learner_(std::move(past), spectrum) {}

  /// How many are looked at.
  std::size_t count() const { return wanted_ ? 8 : 1; }

  /// One of a few, given by promise, not empty.
  const Proposal& choose(std::span<const Trial* const> history,
                         const std::vector<Proposal>& proposals) {
    const std::optional<Model>* model = wanted_ ? &learner_.of(history) : nullptr;
    if (model == nullptr || !*model) return proposals.front();
    return *std::ranges::max_element(proposals, {}, [&](const Proposal& p) {
      return promise(**model, learner_.features().of(p.activation));
    });
  }

 private:
  bool wanted_;
  Learner learner_;
};

class SurrogateSampler : public Sampler {
 public:
  SurrogateSampler(const SamplerConfig& config, const space::Grammar& grammar,
                   const std::shared_ptr<const Experience>& past, const Spectrum& spectrum)
      : config_(config),
        grammar_(grammar),
        random_(random_sampler(grammar)),
        learner_(past),
        second_look_(config, past, spectrum) {}

  Proposal ask(int nth, std::span<const Trial* const> history, space::Random& random) override {
    const bool early = nth < config_.random_trials && !learner_.features().warm();
    if (early) return random_->ask(nth, history, random);
    const std::optional<Model>& model = learner_.of(history);
    if (!model) return random_->ask(nth, history, random);
    std::vector<Entry> pool = draw_pool(history, random);
    for (Entry& entry : pool) entry.promise = promise(*model, entry.known);
    std::ranges::stable_sort(pool, std::ranges::greater{}, &Entry::promise);
    std::vector<Proposal> first;
    for (const Entry& entry : pool) {
      if (first.size() == second_look_.count()) break;
      if (entry.certified || space::valid(entry.gradient, grammar_))
        first.push_back(entry.proposal);
    }
    if (first.empty()) return random_->ask(nth, history, random);
    return second_look_.choose(history, first);
  }

 private:
  struct Entry {
    Proposal proposal;
    space::Gradient gradient;
    Known known;
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
      entry.known = learner_.features().with_past(features_of(entry.gradient));
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
  SecondLook second_look_;
};

class LibrarySurrogate : public Sampler {
 public:
  LibrarySurrogate(const SamplerConfig& config, std::uint64_t seed,
                   const std::shared_ptr<const Experience>& past, const Spectrum& spectrum)
      : config_(config),
        shuffled_(library_sampler(config, seed)),
        learner_(past),
        second_look_(config, past, spectrum) {
    for (const std::string& text : config.library)
      entries_.push_back(
          {text, fmt::format("{:016x}", space::fingerprint(space::parse_activation(text)))});
  }

  // The best may be running, unseen, and is then asked for again: each draw leaves out a share of
  // the entries, mostly a small one.
  Proposal ask(int nth, std::span<const Trial* const> history, space::Random& random) override {
    const bool early = nth < config_.random_trials && !learner_.features().warm();
    if (early) return shuffled_->ask(nth, history, random);
    const std::optional<Model>& model = learner_.of(history);
    std::vector<std::pair<double, const Entry*>> order;  // by worth, then as in the library
    const double share = std::pow(random.uniform(), 3);
    for (const Entry& entry : entries_) {
      const bool left_out = random.chance(share);
      if (seen(history, entry.fingerprint)) continue;
      const double gain = model ? promise(*model, learner_.features().of(entry.text)) : 0;
      order.emplace_back(left_out ? gain - kAside : gain, &entry);
    }
    if (order.empty()) return shuffled_->ask(nth, history, random);
    std::ranges::stable_sort(order, std::ranges::greater{}, [](const auto& o) { return o.first; });
    std::vector<Proposal> first;
    for (const auto& [worth, entry] : order)
      if (first.size() < second_look_.count()) first.push_back({entry->text, {}, "surrogate"});
    return second_look_.choose(history, first);
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
  SecondLook second_look_;
};

}  // namespace

std::unique_ptr<Sampler> surrogate_sampler(const SamplerConfig& config,
                                           const space::Grammar& grammar, std::uint64_t seed,
                                           std::shared_ptr<const Experience> past,
                                           const Spectrum& spectrum) {
  if (!config.library.empty())
    return std::make_unique<LibrarySurrogate>(config, seed, past, spectrum);
  return std::make_unique<SurrogateSampler>(config, grammar, past, spectrum);
}

}  // namespace antigrad::search
