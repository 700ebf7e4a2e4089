// A network whose activation is a mixture: its weights, and what a loss says about the shares.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "trainer/dataset.hpp"
#include "trainer/meta/mixture.hpp"
#include "trainer/model.hpp"
#include "trainer/optimiser.hpp"
#include "trainer/task.hpp"

namespace antigrad::trainer {

class Supernet {
 public:
  /// compiled: of the mixture's activation, in float32 or float64.
  Supernet(const Task& task, std::shared_ptr<const Dataset> data, const Mixture& mixture,
           const SharedActivation& compiled, std::uint64_t seed);

  /// The same shares at every place.
  void set_shares(const std::vector<double>& shares);

  struct Shares {
    double loss = 0;
    std::vector<double> gradient;  // d loss / d shares, summed over the places
  };
  /// Of a validation batch with the weights as they are.
  Shares first_order(int step);
  /// Of the same batch with the weights after one step of gradient descent on the training batch
  /// `step`, as a function of the shares; the weights are left as they were.
  Shares second_order(int step, double rate);

  /// One update of everything but the shares, by the task's optimiser.
  void train(int step);

  /// The activation's parameters, mean over the places.
  std::vector<double> theta() const;
  double rate() const { return task_.optimiser.rate; }

 private:
  at::Tensor loss(const Batch& batch) const;
  std::vector<at::Tensor> gradients(const at::Tensor& value, bool twice = false) const;
  std::vector<double> of_shares(const std::vector<at::Tensor>& of) const;
  bool is_share(std::size_t weight) const { return share_of_[weight] >= 0; }

  Task task_;
  std::shared_ptr<const Dataset> data_;
  std::size_t count_;  // shares
  std::uint64_t batches_;
  std::shared_ptr<Model> model_;
  std::vector<at::Tensor> weights_;
  std::vector<int> share_of_;  // by weight: number of the share, -1 of others
  std::vector<double> shares_;
  Optimiser optimiser_;
};

}  // namespace antigrad::trainer
