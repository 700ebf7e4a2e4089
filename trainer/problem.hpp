// What a run trains: its networks, where their gradients come from, and how good they are. A
// network that learns from examples is one; games of two players are others (trainer/minmax/).
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "trainer/dataset.hpp"
#include "trainer/device/compute.hpp"
#include "trainer/evaluator.hpp"
#include "trainer/model.hpp"
#include "trainer/task.hpp"

namespace antigrad::trainer {

struct Quality {
  double loss = 0, accuracy = 0;  // as in CurvePoint; accuracy 0 where the problem has none
};

class Problem {
 public:
  virtual ~Problem() = default;
  /// All that is trained; of a game both players.
  virtual torch::nn::Module& module() = 0;
  /// The network that learns from examples; nullptr in a game.
  virtual Model* model() { return nullptr; }
  /// Where the candidate stands.
  virtual std::vector<std::shared_ptr<ActivationModule>> places() const = 0;
  /// Leaves the gradients of a batch (from 0) in the parameters, and gives its loss, by which a run
  /// is seen to diverge. A player that ascends gets what it goes against: minus its gradient.
  virtual double differentiate(int batch) = 0;
  /// From now on differentiate() ends with this, which gets the loss on the device, and is one CUDA
  /// graph with it; none: with nothing. False where there is no graph: then nothing changes.
  virtual bool follow(std::function<void(const at::Tensor& loss)> /*rest*/) { return false; }
  /// Of the weights as they are, on batches as the problem's data have them.
  virtual Quality quality(const std::vector<Batch>& batches) = 0;
  /// Computes every network once, without gradients and in evaluation mode, on the first validation
  /// batch where it reads examples: for who watches the places.
  virtual void play(const std::vector<Batch>& validation) = 0;
  /// Of the weights as they are.
  virtual std::vector<Figure> figures() { return {}; }
};

/// Key of what a run draws for one use: initial weights, batches. A function of (task.name, seed).
std::uint64_t run_key(const Task& task, std::uint64_t seed, std::string_view use);

/// The problem that the task names; compute as compute_of has it.
std::unique_ptr<Problem> make_problem(const Task& task, std::shared_ptr<const Dataset> data,
                                      const SharedActivation& activation, std::uint64_t seed,
                                      const Compute& compute = {});

}  // namespace antigrad::trainer
