// The check at initialisation.
#include "search/propagation.hpp"

#include <gtest/gtest.h>

#include "fake.hpp"
#include "search/summary.hpp"

namespace antigrad::search {
namespace {

TEST(Propagation, KnownActivationsPassAndHopelessOnesDoNot) {
  const PropagationConfig config{.wanted = true};
  const auto fault = [&](const char* text) {
    return propagation_fault(space::parse_activation(text), config).value_or("");
  };
  for (const char* fine : {"relu", "gelu", "silu", "mish", "tanh", "relu2", "xielu", "elu"})
    EXPECT_EQ(fault(fine), "") << fine;
  EXPECT_NE(fault("cos(40*x)").find("gradients explode"), std::string::npos) << fault("cos(40*x)");
  // Almost a constant: its own variance is E f^2, its gradient is nothing.
  EXPECT_NE(fault("f: 5 + 0.1*tanh(x)").find("gradients vanish"), std::string::npos)
      << fault("f: 5 + 0.1*tanh(x)");
}

TEST(Propagation, RefusedCandidatesAreDrawnAgainAndTheirReasonIsKept) {
  const fake::Folder folder;
  SearchOptions options;
  options.config =
      parse_study(fake::study_text(15, "propagation: {chi: [0.8, 1.25]}\n"), "toy.yaml");
  options.journal = folder / "j.log";
  Pool pool(1, fake::factory());
  EXPECT_TRUE(run_search(options, pool).complete);
  int refused = 0;
  for (const Trial& trial : summarise(options.config, options.journal).trials) {
    if (trial.candidate.baseline) continue;
    EXPECT_FALSE(propagation_fault(space::parse_activation(trial.candidate.activation),
                                   options.config.propagation));
    const auto at = trial.candidate.refused.find("propagation");
    if (at == trial.candidate.refused.end()) continue;
    refused += at->second.count;
    EXPECT_NE(at->second.reason.find("chi ="), std::string::npos) << at->second.reason;
  }
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace antigrad::search
