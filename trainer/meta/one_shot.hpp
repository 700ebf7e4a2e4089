// One-shot search: a supernet whose activation mixes many gradients is trained once; the weights on
// training batches, the mixture on validation batches, until few terms are left. No torch here.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace antigrad::trainer {

struct OneShotSpec {
  int steps = 200;            // of each task
  bool second_order = false;  // look one step of the weights ahead (DARTS), by double backward
  double rate = 0.02;         // of Adam on the mixture
  double first_temperature = 1, last_temperature = 0.2;  // of the softmax, falling geometrically
  int terms = 1;                                         // of a side, in what comes out
  int count = 8;                                         // gradients that come out
  std::vector<std::string> left = {},
                           right = {};  // terms (trainer/meta/mixture.hpp); {}: the usual
  std::uint64_t seed = 1;
};

struct OneShotResult {
  std::vector<std::string> gradients;  // best first; to be trained from scratch
  std::vector<std::string> terms;      // of the mixture, left side first
  std::vector<double> shares;          // of each at the end
  std::vector<double> losses;          // validation loss before each update of the mixture, a step,
                                       // mean over the tasks
};

/// Over the tasks of a study file, side by side; the test part stays sealed. A deterministic
/// function of its arguments. Throws space::Error for a bad study or term, and where a loss becomes
/// infinite.
OneShotResult one_shot(const std::string& study_yaml, const OneShotSpec& spec);

}  // namespace antigrad::trainer

/// Entry point of libantigrad_trainer.so (trainer/evaluator.hpp).
extern "C" antigrad::trainer::OneShotResult* antigrad_one_shot(
    const char* study_yaml, const antigrad::trainer::OneShotSpec* spec);
