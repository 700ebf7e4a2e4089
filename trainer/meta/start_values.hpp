// Start values of an activation's parameters, learned through training: those from which a few
// steps of gradient descent on every one of some tasks lead furthest (MAML: Finn et al., arXiv
// 1703.03400; first order and Reptile: Nichol et al., arXiv 1803.02999). No torch here.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace antigrad::trainer {

enum class MetaMethod {
  full,         // the gradient through the steps, second derivatives included
  first_order,  // the gradient where the steps end
  reptile       // where the steps lead
};

struct MetaSpec {
  MetaMethod method = MetaMethod::full;
  int steps = 5;            // of plain gradient descent, on weights and raw parameters alike
  double rate = 0.05;       // of these steps
  int rounds = 40;          // episodes of each task; each has weights and batches of its own
  double meta_rate = 0.05;  // of Adam on the raw start values
  std::uint64_t seed = 1;
};

/// After a round: the loss after the steps, on a training batch that they have not seen, mean over
/// the tasks, before the round's update; and the start values that the round used.
struct MetaRound {
  double loss = 0;
  std::vector<double> theta;
};

struct MetaResult {
  std::vector<MetaRound> rounds;
  std::vector<double> theta;               // learned
  double loss_before = 0, loss_after = 0;  // on episodes of their own, with the old and new starts
};

/// Learns over the tasks of a study file; only their training parts are read. A deterministic
/// function of its arguments. A start value holds for every place of the networks. Throws
/// space::Error for a bad study or text, an activation without parameters, and where the losses
/// become infinite.
MetaResult learn_start_values(const std::string& study_yaml, const std::string& activation,
                              const MetaSpec& spec);

}  // namespace antigrad::trainer

/// Entry point of libantigrad_trainer.so (trainer/evaluator.hpp).
extern "C" antigrad::trainer::MetaResult* antigrad_learn_start_values(
    const char* study_yaml, const char* activation, const antigrad::trainer::MetaSpec* spec);
