// The data of a task as batches. The test part stays sealed (trainer/data/sealed.hpp): nothing
// behind this interface can see it but the promotion of a winner.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trainer/data/sealed.hpp"
#include "trainer/task.hpp"
#include "trainer/torch.hpp"

namespace antigrad::trainer {

/// The target of a token that is not asked for; loss and accuracy leave it out.
constexpr std::int64_t kNotAsked = -100;

/// input: float [n, channels, h, w], int64 tokens [n, t] or float features of all nodes of a graph
/// [n, features]; target: int64 classes [n], of nodes of other parts kNotAsked, or tokens [n, t]:
/// the next ones, or what masked ones were and kNotAsked elsewhere.
struct Batch {
  at::Tensor input, target;
};

/// The validation part, changed, or a text of another source: "noise 3", "text".
struct Shift {
  std::string name;
  std::vector<Batch> batches;
};

/// Read-only and without state: may be shared by runs in several threads.
class Dataset {
 public:
  virtual ~Dataset() = default;
  /// The batch of a step (from 0): a function of (key, step).
  virtual Batch training(std::uint64_t key, int step) const = 0;
  /// Classes of the training images, by index; of other data: none.
  virtual std::vector<int> labels() const { return {}; }
  /// Training images by index, as they are; for data that have labels().
  virtual Batch examples(const std::vector<int>&) const { return {}; }
  /// The validation part in batches, always the same.
  const std::vector<Batch>& validation() const { return validation_; }
  /// What the task asks to be measured on besides.
  const std::vector<Shift>& shifts() const { return shifts_; }
  /// The whole test part in batches, always the same; read when it is opened. None where the task
  /// has no test part.
  const Sealed<std::vector<Batch>>& test() const { return test_; }
  /// What a network for it must read and say.
  const InputShape& input() const { return input_; }
  /// As Measurement has it.
  double bytes_per_token() const { return bytes_per_token_; }
  /// Batches that show every image once, or as many tokens as the training part of a text has.
  int steps_of_epoch() const { return steps_of_epoch_; }

 protected:
  std::vector<Batch> validation_;
  std::vector<Shift> shifts_;
  Sealed<std::vector<Batch>> test_{[] { return std::vector<Batch>(); }};
  InputShape input_;
  double bytes_per_token_ = 0;
  int steps_of_epoch_ = 1;
};

/// Images: shuffled anew in every epoch, the incomplete batch at its end left out, augmented by
/// (key, epoch, image); pixels scaled to mean 0 and deviation 1, by channel, of the training part
/// or as the task says. Text: windows of context + 1 tokens at
/// random places; validation windows lie evenly over the validation part. A graph: always all of
/// its nodes. A game that draws its own numbers: nothing. Throws space::Error for files that cannot
/// be read and for parts too small for a batch or a window.
std::shared_ptr<const Dataset> load_dataset(const Task& task);

/// The same, loaded once by a process for as long as someone holds it; thread-safe.
std::shared_ptr<const Dataset> shared_dataset(const Task& task);

}  // namespace antigrad::trainer
