// The clients of one run: what each has, how its signal fades, and the noise of the channel. All of
// it is a function of (spec, data, key), the same for every activation.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "trainer/dataset.hpp"
#include "trainer/federated/clients_spec.hpp"

namespace antigrad::trainer {

/// h_n of a client in a step.
double fading_gain(const ClientsSpec& spec, std::uint64_t key, int client, int step);

/// Adds the channel's noise of a step to each gradient; the i-th number of the p-th one has its
/// own.
void add_noise(const ClientsSpec& spec, std::uint64_t key, int step,
               const std::vector<at::Tensor>& gradients);

class Clients {
 public:
  /// Throws space::Error for fewer examples than clients, and for data without classes of examples.
  Clients(const ClientsSpec& spec, std::shared_ptr<const Dataset> data, int batch,
          std::uint64_t key);
  int count() const { return spec_.count; }
  const std::vector<std::vector<int>>& parts() const { return parts_; }
  /// Drawn from the client's examples, each time all of them.
  Batch batch(int client, int step) const;
  double gain(int client, int step) const { return fading_gain(spec_, key_, client, step); }
  void add_noise(int step, const std::vector<at::Tensor>& gradients) const {
    trainer::add_noise(spec_, key_, step, gradients);
  }

 private:
  ClientsSpec spec_;
  std::shared_ptr<const Dataset> data_;
  int batch_;
  std::uint64_t key_;
  std::vector<std::vector<int>> parts_;
};

}  // namespace antigrad::trainer
