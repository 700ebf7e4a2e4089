// A plan as calls in order, each with what it reads; values are dropped behind their last reader.
#pragma once
#include <functional>
#include <vector>

#include "trainer/models/plan.hpp"
#include "trainer/torch.hpp"

namespace antigrad::trainer {

struct Stage {
  using Step = std::function<at::Tensor(const at::Tensor& a, const at::Tensor& b)>;
  int layer = 0;       // of the plan, whose value it computes
  int a = -1, b = -1;  // layers that it reads; a < 0: the network's input, b < 0: nothing
  Step step;
};

/// A stage in place of that of its layer, and of others that nothing else reads.
struct Replacement {
  Stage stage;
  std::vector<int> dropped;  // layers without a stage
};

class Program {
 public:
  using Observer = std::function<void(int layer, const at::Tensor& value)>;

  Program() = default;
  /// Stages are in the order of their layers; the last one's value is the program's.
  explicit Program(std::vector<Stage> stages);
  Program with(const std::vector<Replacement>& replacements) const;
  /// The observer, where there is one, sees every value.
  at::Tensor run(const at::Tensor& input, const Observer& observer = {}) const;

 private:
  std::vector<Stage> stages_;
  std::vector<std::vector<int>> last_read_;  // layers whose values this stage reads last
};

}  // namespace antigrad::trainer
