// Activations and data in float64, for finite differences.
#pragma once
#include <memory>
#include <string>

#include "../compiled.hpp"
#include "trainer/dataset.hpp"
#include "trainer/model.hpp"

namespace antigrad::trainer {

/// A data set in float64, as such networks compute.
class InDouble : public Dataset {
 public:
  explicit InDouble(std::shared_ptr<const Dataset> data) : data_(std::move(data)) {
    input_ = data_->input();
    for (const Batch& batch : data_->validation()) validation_.push_back(in_double(batch));
  }
  Batch training(std::uint64_t key, int step) const override {
    return in_double(data_->training(key, step));
  }

 private:
  static Batch in_double(Batch batch) {
    if (batch.input.is_floating_point()) batch.input = batch.input.to(at::kDouble);
    return batch;
  }
  std::shared_ptr<const Dataset> data_;
};

}  // namespace antigrad::trainer
