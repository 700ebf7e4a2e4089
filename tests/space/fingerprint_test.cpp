// Fingerprints merge what is equal, however it is written, and nothing else.
#include "space/fingerprint.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "planted.hpp"
#include "space/frame.hpp"
#include "space/generate.hpp"
#include "space/values.hpp"
#include "space/zoo.hpp"

namespace antigrad::space {
namespace {

std::uint64_t print(const std::string& text, const FingerprintOptions& options = {}) {
  const bool gradient = !text.starts_with("f:") && !find_in_zoo(text);
  return gradient ? fingerprint(parse_gradient(text), options)
                  : fingerprint(parse_activation(text), options);
}

/// Gradients with everything that trains, moves and multiplies.
Gradient draw(std::uint64_t seed, double composition_chance = 0.01) {
  Grammar grammar;
  grammar.composition_chance = composition_chance;
  grammar.product_chance = 0.2;
  grammar.trained = {1, 0.5, 0.5, 0.5};
  Random random(seed);
  return random_plausible(grammar, random);
}

TEST(Fingerprint, MergesEqualTexts) {
  const std::vector<std::vector<const char*>> equal{
      {"tanh(x)", "3*tanh(x)", "-2*tanh(x)", "tanh(x) | 1 | tanh(x)", "tanh(2*x - 1)"},
      {"tanh(x) + 1", "-2*tanh(x) - 2", "sigmoid(x)", "sigmoid(-x)", "0.5 + 0.5*tanh(0.5*x)",
       "sigmoid(x); f(-inf) = 0", "1 - tanh(3*x)", "f: softplus(x)", "f: -softplus(1 - x)"},
      {"sech2(x)", "logistic_pdf(x)", "1 - tanh(x)*tanh(x)", "sigmoid(x)*sigmoid(-x)", "f: tanh(x)",
       "f: sigmoid(3*x - 1)", "f: 2 - tanh(x)"},
      {"0 | 0 | 1", "step(x)", "1 | 0 | 0", "0 | 3 | -2", "step(2*x + 1)", "f: max(x, 0)",
       "f: relu(x - 1)", "f: x - min(x, 0)"},
      {"0 | 0 | 2*x", "relu(x)", "x*step(x)", "x + relu(-x)", "0 | 1 | x - 1",
       "f: relu(x)*relu(x)"},
      {"sigmoid(x) + x*logistic_pdf(x)", "f: x*sigmoid(x)", "f: x*sigmoid(1.5*x)",
       "sigmoid(x) + x*sigmoid(x)*sigmoid(-x)", "0.5 + 0.5*tanh(0.5*x) + 0.25*x*sech2(0.5*x)"},
      {"normal_cdf(x) + x*normal_pdf(x)", "f: x*normal_cdf(x)",
       "0.5 + 0.5*erf(x) + 0.5641895835477563*x*gaussian(x)"},
      {"x", "2*x - 3", "1 - x"},
      {"x^2 + x", "x^2 - x", "1 - (x + 1)^2 + 4*x"},
      {"exp(x)", "exp(2*x + 1)", "expm1(x) + 1", "exp(-x)"},
      {"exp(x) + 1", "3*exp(2*x) + 5", "expm1(x) + 2"},
      {"exp(x) - 1", "expm1(2*x - 1)", "3 - 2*exp(-x)"},
      {"x*exp(x)", "(x - 1)*exp(x)", "x*exp(-2*x)"},
      {"sin(x)", "cos(x)", "sin(3*x + 1)", "x*sinc(x)", "sin(0.5*x)*cos(0.5*x)"},
      {"sin(x) + 2", "cos(x) - 2", "2 - sin(2*x)"},
      {"sin(x) + sin(2*x)", "sin(x + 1) + sin(2*x + 2)", "sin(x) - sin(2*x)"},
      {"x + sin(x)", "2 - x - sin(x - 2)"},
      {"gaussian(x)", "gaussian(2*x - 3)", "normal_pdf(x)", "exp(x)*gaussian(x)"},
      {"exp(x) | 0 | 1", "elu(x) + 1 | 0 | 1", "1 | 2 | exp(2 - x)"},
      {"elu(x)", "expm1(x) | 0 | x", "elu(x) + sigmoid(x) - 0.5 - 0.5*tanh(0.5*x)"},
      {"0 | -1 | 1 | 1 | 0", "0 | 0 | 1 | 6 | 0", "step(x) - step(x - 6)"},
      {"x | 0 | 2*x + 1", "2*x | 0 | 4*x + 4", "-3*x + 2 | 0 | -1.5*x"},
      {"[a = 0.25] a | 0 | 1", "[a = 0.5] 0.5*a | 3 | 1", "[b = -0.25 in (-1, 0)] 1 | 0 | -b"},
      {"[a = 1 in (0, inf)] tanh(a*x)", "[a = 2 in (0, inf)] tanh(a*x)",
       "[a = 1 in (0, inf)] 2*sigmoid(2*a*x) - 1"},
      {"[b = 0] sigmoid(x + b)", "[b = 3] sigmoid(x - 2*b)", "[b = 1] 1 - sigmoid(b - x)"}};
  for (const auto& texts : equal)
    for (const char* text : texts) EXPECT_EQ(print(text), print(texts.front())) << text;
  std::set<std::uint64_t> seen;
  for (const auto& texts : equal)
    EXPECT_TRUE(seen.insert(print(texts.front())).second) << texts.front();
}

TEST(Fingerprint, WhatTrainsIsAnotherCandidate) {
  const std::vector<const char*> different{"0.5*tanh(x) + 1",
                                           "[a = 0.5] a*tanh(x) + 1",
                                           "[a = 1] 0.5*tanh(x) + a",
                                           "[a = 1 in (0, inf)] 0.5*tanh(a*x) + 1",
                                           "[b = 0] 0.5*tanh(x + b) + 1",
                                           "[a = 0.5, b = 1] a*tanh(x) + b"};
  std::set<std::uint64_t> seen;
  for (const char* text : different) EXPECT_TRUE(seen.insert(print(text)).second) << text;
}

TEST(Fingerprint, OptionsSayWhatCounts) {
  struct Case {
    const char* other;  // than "sigmoid(x) + x*logistic_pdf(x)"
    bool FingerprintOptions::*option;
  };
  const std::string silu = "sigmoid(x) + x*logistic_pdf(x)";
  const Case cases[] = {
      {"2*sigmoid(x) + 2*x*logistic_pdf(x)", &FingerprintOptions::output_scale},
      {"sigmoid(2*x) + 2*x*logistic_pdf(2*x)", &FingerprintOptions::input_scale},
      {"sigmoid(x + 1) + (x + 1)*logistic_pdf(x + 1)", &FingerprintOptions::shift},
      {"sigmoid(-x) - x*logistic_pdf(x)", &FingerprintOptions::reflection},
      {"sigmoid(x) + x*logistic_pdf(x); f(0) = 1", &FingerprintOptions::constant}};
  for (const Case& c : cases) {
    FingerprintOptions without;
    without.*c.option = false;
    EXPECT_EQ(print(c.other), print(silu)) << c.other;
    EXPECT_NE(print(c.other, without), print(silu, without)) << c.other;
    FingerprintOptions alone{false, false, false, false, false};
    EXPECT_NE(print(c.other, alone), print(silu, alone)) << c.other;
    alone.*c.option = true;
    EXPECT_EQ(print(c.other, alone), print(silu, alone)) << c.other;
  }
}

TEST(Fingerprint, EveryPlantedRewritingIsMerged) {
  int planted = 0;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    Random random(child_seed(41, i));
    const Gradient g = draw(child_seed(40, i), i % 4 == 3 ? 0.5 : 0.01);
    Gradient h = g;
    std::string steps;
    for (int k = 1 + random.below(3); k > 0; --k) {
      const int step = random.below(std::size(planted::kRewritings));
      planted::kRewritings[step](h, random);
      steps += std::to_string(step);
    }
    if (h == g) continue;
    ++planted;
    EXPECT_EQ(fingerprint(g), fingerprint(h))
        << to_string(g) << "\n  by " << steps << "\n  " << to_string(h);
  }
  std::cout << planted << " planted rewritings\n";
  EXPECT_GE(planted, 300);
}

/// Whether g and h agree up to a factor at many places of their frames, directly or reflected; what
/// trains is not looked at. An independent look at two gradients with one fingerprint.
bool agree(const Gradient& g, const Gradient& h) {
  constexpr int kPlaces = 400;
  const auto sample = [&](const Gradient& of, const Frame& frame) {
    std::vector<double> x, y(kPlaces);
    for (int i = 0; i < kPlaces; ++i)
      x.push_back(frame.location + frame.scale * (i - kPlaces / 2 + 0.5) * 0.0173);
    Values(of).at(x, y);
    return y;
  };
  const std::vector<double> want = sample(g, frames_of(g, true, true).front());
  for (const Frame& frame : frames_of(h, true, true))
    for (const double side : {1.0, -1.0}) {
      std::vector<double> got = sample(h, frame);
      if (side < 0) std::ranges::reverse(got);
      double dot = 0, square = 0, worst = 0, size = 0;
      for (int i = 0; i < kPlaces; ++i) dot += want[i] * got[i], square += got[i] * got[i];
      for (int i = 0; i < kPlaces; ++i) {
        worst = std::max(worst, std::fabs(want[i] - dot / square * got[i]));
        size += std::fabs(want[i]) / kPlaces;
      }
      if (worst <= 2e-3 * size) return true;
    }
  return false;
}

TEST(Fingerprint, DistinctRandomGradientsAreNotMerged) {
  std::map<std::uint64_t, Gradient> seen;
  int distinct = 0;
  for (std::uint64_t i = 0; distinct < 2000; ++i) {
    const Gradient g = draw(child_seed(31, i));
    const auto [place, added] = seen.emplace(fingerprint(g), g);
    distinct += added;
    EXPECT_TRUE(added || agree(g, place->second))
        << to_string(g) << "\n  " << to_string(place->second);
  }
}

TEST(Fingerprint, OfTheZooOnlyEqualEntriesAreMerged) {
  // Up to output and input scale, shift, reflection and a constant these are one function each.
  const std::set<std::set<std::string>> equal{{"softplus", "log_sigmoid"},
                                              {"sigmoid", "tanh"},
                                              {"relu2", "star_relu"},
                                              {"relu6", "hardtanh", "hardsigmoid"}};
  std::map<std::uint64_t, std::set<std::string>> groups;
  for (const ZooEntry& entry : zoo()) groups[print(entry.name)].insert(entry.name);
  for (const auto& [key, names] : groups) {
    std::string all;
    for (const std::string& name : names) all += name + " ";
    EXPECT_TRUE(names.size() == 1 || equal.contains(names))
        << all << "have one fingerprint; list them above if they are one function";
  }
  EXPECT_GE(groups.size(), equal.size());
}

}  // namespace
}  // namespace antigrad::space
