// What a training must remember to go on as if it had not stopped. One function walks over it,
// `visit(State&)`, and serves both directions: a State that writes, and one that reads back.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "trainer/torch.hpp"

namespace antigrad::trainer {

/// Entries are visited in the same order in both directions, each under a name that says what it
/// is. A State that reads throws space::Error where the next entry is not what is asked for.
class State {
 public:
  virtual ~State() = default;
  /// Whether entries are read back into the values.
  virtual bool reading() const = 0;
  virtual void number(std::string_view name, std::int64_t& value) = 0;
  virtual void number(std::string_view name, double& value) = 0;
  virtual void text(std::string_view name, std::string& value) = 0;
  /// A defined tensor is read back in place and must have its shape and type; an undefined one
  /// becomes what was written, strides included, or stays undefined.
  virtual void tensor(std::string_view name, at::Tensor& value) = 0;

  void number(std::string_view name, int& value) {
    std::int64_t wide = value;
    number(name, wide);
    value = static_cast<int>(wide);
  }
  void number(std::string_view name, bool& value) {
    std::int64_t wide = value ? 1 : 0;
    number(name, wide);
    value = wide != 0;
  }
  /// What must be the same when the run goes on. Throws space::Error "another NAME: ..." otherwise.
  void same(std::string_view name, const std::string& value);
};

/// Momentum, moments and counts of libtorch's SGD and AdamW. Throws space::Error for another
/// optimiser.
void visit(State& state, torch::optim::Optimizer& optimiser);

/// Parameters and buffers, by their names.
void visit(State& state, torch::nn::Module& module);

}  // namespace antigrad::trainer
