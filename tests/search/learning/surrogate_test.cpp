// Features, the model of scores, and whether it saves trials.
#include "search/learning/surrogate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <set>

#include "planted.hpp"
#include "search/candidate.hpp"
#include "search/learning/gaussian_process.hpp"
#include "search/statistics.hpp"
#include "space/activation.hpp"
#include "space/fingerprint.hpp"
#include "space/generate.hpp"
#include "space/zoo.hpp"

namespace antigrad::search {
namespace {

double difference(const std::vector<double>& a, const std::vector<double>& b) {
  double most = a.size() == b.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

TEST(Features, AreEqualForWhatANetworkCannotTellApart) {
  const std::pair<const char*, const char*> equal[] = {
      {"sigmoid(x) + 0.3*tanh(x)", "-2*sigmoid(x) - 0.6*tanh(x)"},
      {"0.2 | 0 | 1", "1 | 0 | 0.2"},
      {"sigmoid(x) + 0.3*exp(-x^2)", "sigmoid(-x) + 0.3*exp(-x^2)"},
  };
  // Facts of size differ: features 40 and 42 are in units of the output.
  for (const auto& [one, other] : equal) {
    auto a = features_of(std::string(one)), b = features_of(std::string(other));
    ASSERT_EQ(a.size(), b.size());
    a[40] = b[40] = 0;
    EXPECT_LT(difference(a, b), 1e-5) << one << " and " << other;
  }
  EXPECT_GT(difference(features_of(std::string("relu")), features_of(std::string("gelu"))), 0.1);
}

TEST(Features, OfAGradientAreThoseOfItsText) {
  const space::Grammar grammar;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    space::Random random(seed);
    const space::Gradient g = space::random_gradient(grammar, random);
    EXPECT_LT(difference(features_of(g), features_of(space::to_string(g))), 1e-6) << to_string(g);
  }
}

TEST(Features, KnowTheMomentsOfRelu) {
  const std::vector<double> f = features_of(std::string("relu"));
  EXPECT_NEAR(std::exp(2 * f[40]), 0.5 - 0.5 / M_PI, 1e-4);  // variance
  EXPECT_NEAR(std::exp(f[41]), 1, 1e-3);                     // chi
  EXPECT_NEAR(f[43], 0.25 / (0.5 - 0.5 / M_PI), 1e-3);       // linear share
}

TEST(GaussianProcess, InterpolatesAndKnowsWhereItKnowsNothing) {
  const std::vector<double> at = {-2, -1.2, -0.5, 0.1, 0.8, 1.5, 2.1};
  Matrix x(at.size(), 1);
  std::vector<double> y;
  for (std::size_t i = 0; i < at.size(); ++i) {
    x(i, 0) = at[i];
    y.push_back(10 + 3 * std::sin(at[i]));
  }
  const GaussianProcess gp(x, y, std::vector<double>(at.size(), 1), {1});
  for (const double p : {-1.6, -0.2, 0.5, 1.2}) {
    const auto q = gp.predict(std::vector{p});
    EXPECT_NEAR(q.mean, 10 + 3 * std::sin(p), 0.5) << p;
    EXPECT_LT(q.deviation, 1) << p;
  }
  EXPECT_GT(gp.predict(std::vector{9.0}).deviation, 1.5);
}

// Of 300 responses with noise, the noiseless one lies within two deviations in about 95 %.
TEST(GaussianProcess, IsCalibrated) {
  int inside = 0, all = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    space::Random random(seed);
    const double phase = random.uniform(0, 6), other = random.uniform(0, 6);
    const auto response = [&](double a, double b) {
      return std::sin(1.5 * a + phase) + std::cos(b + other);
    };
    Matrix x(40, 3);
    std::vector<double> y;
    for (std::size_t i = 0; i < 40; ++i) {
      for (std::size_t k = 0; k < 3; ++k) x(i, k) = random.normal();
      y.push_back(response(x(i, 0), x(i, 1)) + 0.2 * random.normal());
    }
    const GaussianProcess gp(x, y, std::vector<double>(40, 1), {1, 1, 1});
    for (int i = 0; i < 30; ++i, ++all) {
      const std::vector<double> p = {random.normal(), random.normal(), random.normal()};
      const auto q = gp.predict(p);
      inside += std::abs(q.mean - response(p[0], p[1])) < 2 * q.deviation;
    }
  }
  EXPECT_GT(inside, 0.85 * all);
  EXPECT_LT(inside, all);
}

TEST(GaussianProcess, ImprovementIsExpected) {
  space::Random random(1);
  for (const auto& [mean, deviation] : {std::pair{0.0, 1.0}, {1.0, 0.5}, {-0.5, 0.2}}) {
    double sum = 0;
    constexpr int kDraws = 200000;
    for (int i = 0; i < kDraws; ++i)
      sum += std::max(0.0, 0.3 - (mean + deviation * random.normal())) / kDraws;
    EXPECT_NEAR(expected_improvement({mean, deviation}, 0.3), sum, 0.01);
  }
}

// Trials until the truth of one is at most `goal`.
int trials_until(Sampler& sampler, const Planted& planted, double goal, int most,
                 std::uint64_t seed) {
  std::deque<Trial> all;
  std::vector<const Trial*> history;
  for (int n = 0; n < most; ++n) {
    space::Random random(space::child_seed(seed, static_cast<std::uint64_t>(n)));
    Trial& trial = all.emplace_back();
    trial.number = n;
    trial.candidate = describe_activation(sampler.ask(n, history, random).activation);
    trial.state = TrialState::complete;
    trial.scores = {planted.measured(trial.candidate.activation, seed)};
    history.push_back(&trial);
    if (planted.truth(trial.candidate.activation) <= goal) return n + 1;
  }
  return most + 1;
}

/// The zoo's functions, each once.
std::vector<std::string> zoo_texts() {
  std::vector<std::string> texts;
  std::set<std::uint64_t> known;
  for (const space::ZooEntry& entry : space::zoo())
    if (entry.kind != space::ZooEntry::Kind::gate && !features_of(entry.text).empty() &&
        known.insert(space::fingerprint(space::parse_activation(entry.text))).second)
      texts.push_back(entry.text);
  return texts;
}

TEST(Surrogate, FindsThePlantedOptimumOfALibraryInFewerTrials) {
  SamplerConfig config;
  config.random_trials = 6;
  config.library = zoo_texts();  // sigmoid and tanh are one, as in a study's library
  const int most = static_cast<int>(config.library.size());
  ASSERT_GT(most, 40);
  std::vector<double> differences;
  for (const char* target : {"mish", "softsign", "hardswish"}) {
    const Planted planted{std::string(target)};
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      config.name = "surrogate";
      const auto ours = surrogate_sampler(config, {}, seed);
      config.name = "random";
      const auto random = library_sampler(config, seed);
      differences.push_back(trials_until(*random, planted, 1e-9, most, seed) -
                            trials_until(*ours, planted, 1e-9, most, seed));
    }
  }
  EXPECT_GT(mean(differences), 10);
  EXPECT_LT(mean_p(differences), 0.01);
}

TEST(Features, OfASpectrumAreItsSizeAndItsShape) {
  std::vector<double> values;
  for (int i = 9; i >= 0; --i) values.push_back(std::pow(10, i));
  const std::vector<double> f = spectrum_features({values, {3, 1}});
  ASSERT_EQ(f.size(), 2 * kSpectrumFeatures);
  const double sum = 1111111111;
  EXPECT_NEAR(f[0], 0.5 * std::log10(sum), 1e-12);
  EXPECT_NEAR(f[1], 0.5 * std::log10(10 / sum), 1e-12);
  EXPECT_NEAR(f[5], 0.5 * std::log10(1e9 / sum), 1e-12);
  EXPECT_NEAR(f[6], 0.5 * std::log10(4.), 1e-12);
  EXPECT_TRUE(spectrum_features({}).empty());
}

// A response that no feature of the function tells, and the spectrum does: with it the surrogate
// searches lower than with one that is the same for all, which must not help at all.
TEST(Surrogate, TheSpectrumOfNetworksTellsWhatFunctionsDoNot) {
  constexpr int kTrials = 24;
  SamplerConfig config;
  config.name = "surrogate";
  config.random_trials = 6;
  config.fisher_examples = 3;
  config.library = zoo_texts();
  ASSERT_GT(config.library.size(), 2u * kTrials);
  const auto size = [](const std::string& text) {
    return space::Random(space::child_seed(5, text)).uniform(-3, 3);
  };
  int asked = 0;
  const auto mean_of = [&](std::uint64_t seed, bool tells) {
    const Spectrum spectrum = [&](const std::string& text) {
      ++asked;
      const double trace = tells ? std::pow(10, size(text)) : 1;
      return std::vector<std::vector<double>>{{0.7 * trace, 0.2 * trace, 0.1 * trace}};
    };
    const auto sampler = surrogate_sampler(config, {}, seed, nullptr, spectrum);
    std::deque<Trial> all;
    std::vector<const Trial*> history;
    double sum = 0;
    for (int n = 0; n < kTrials; ++n) {
      space::Random random(space::child_seed(seed, static_cast<std::uint64_t>(n)));
      Trial& trial = all.emplace_back();
      trial.number = n;
      const std::string text = sampler->ask(n, history, random).activation;
      trial.candidate = describe_activation(text);
      trial.candidate.activation = text;  // as a study over this library has it
      trial.state = TrialState::complete;
      trial.scores = {size(text)};
      history.push_back(&trial);
      if (n >= config.random_trials) sum += size(text) / (kTrials - config.random_trials);
    }
    return sum;
  };
  std::vector<double> differences;
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    differences.push_back(mean_of(seed, false) - mean_of(seed, true));
  EXPECT_GT(asked, 0);
  EXPECT_LT(asked, 20 * 9 * kTrials);  // eight a proposal, and what was tried
  EXPECT_GT(mean(differences), 0.5);
  EXPECT_LT(mean_p(differences), 0.001);
  config.fisher_examples = 0;
  asked = 0;
  mean_of(0, true);
  EXPECT_EQ(asked, 0) << "a spectrum that was not wanted";
}

TEST(Surrogate, FindsAPlantedOptimumAmongGradientsInFewerTrials) {
  space::Grammar grammar;
  grammar.primitives = {"tanh", "sigmoid", "erf", "softsign", "gaussian"};
  grammar.max_parameters = 0;
  grammar.product_chance = grammar.composition_chance = 0;
  SamplerConfig config;
  config.random_trials = 8;
  config.pool = 40;
  std::vector<double> differences;
  const Planted planted{std::string("gelu")};
  for (std::uint64_t seed = 0; seed < 12; ++seed)
    differences.push_back(
        trials_until(*random_sampler(grammar), planted, 0.1, 60, seed) -
        trials_until(*surrogate_sampler(config, grammar, seed), planted, 0.1, 60, seed));
  EXPECT_GT(mean(differences), 5);
  EXPECT_LT(mean_p(differences), 0.05);
}

}  // namespace
}  // namespace antigrad::search
