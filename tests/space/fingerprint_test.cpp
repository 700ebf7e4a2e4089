// Fingerprints merge what is equal and nothing else.
#include <gtest/gtest.h>

#include <set>

#include "space/generate.hpp"
#include "space/zoo.hpp"

namespace antigrad::space {
namespace {

TEST(Fingerprint, MergesScaleSignReflectionConstantAndRewriting) {
  const auto print = [](const char* text) { return fingerprint(parse_activation(text)); };
  EXPECT_EQ(print("tanh(x)"), print("3*tanh(x)"));
  EXPECT_EQ(print("tanh(x) + 1"), print("-2*tanh(x) - 2"));
  EXPECT_EQ(print("sigmoid(x)"), print("sigmoid(-x)"));
  EXPECT_EQ(print("sigmoid(x); f(-inf) = 0"), print("sigmoid(x)"));
  EXPECT_EQ(print("sigmoid(x)"), print("0.5 + 0.5*tanh(0.5*x)"));
  EXPECT_EQ(print("0 | 0 | 1"), print("step(x)"));
  EXPECT_EQ(print("0 | 0 | 1"), print("1 | 0 | 0"));
  EXPECT_NE(print("[a = 0.5] a*tanh(x) + 1"), print("0.5*tanh(x) + 1"));
  EXPECT_NE(print("[a = 0.5] a*tanh(x) + 1"), print("[a = 1] 0.5*tanh(x) + a"));
}

TEST(Fingerprint, SeparatesTheZooAndRandomCandidates) {
  std::set<std::uint64_t> seen;
  std::size_t count = 0;
  for (const ZooEntry& entry : zoo()) {
    // Equal up to reflection and a constant: softplus and log_sigmoid; up to a factor: relu2 and
    // star_relu; silu and xsilu differ by what trains; sgelu and the like have nobody.
    // Hardshrink jumps where softshrink bends: g is the same. A gate has its activation's.
    const bool twin = entry.name == "log_sigmoid" || entry.name == "star_relu" ||
                      entry.name == "hardshrink" || entry.kind == ZooEntry::Kind::gate;
    if (twin) continue;
    EXPECT_TRUE(seen.insert(fingerprint(parse_activation(entry.name))).second) << entry.name;
    ++count;
  }
  std::set<std::string> texts;
  for (int i = 0; i < 500; ++i) {
    Random random(child_seed(31, i));
    texts.insert(to_string(random_gradient({}, random)));
  }
  for (const std::string& text : texts) seen.insert(fingerprint(parse_activation(text)));
  EXPECT_GE(seen.size(), count + texts.size() * 98 / 100);
}

}  // namespace
}  // namespace antigrad::space
