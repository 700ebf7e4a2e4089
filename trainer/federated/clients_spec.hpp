// Clients that share a training, as a task's `clients:` says. Plain values, no torch.
#pragma once
#include "space/yaml.hpp"

namespace antigrad::trainer {

/// Every step each client sends the gradient of a batch of its own over the air: the server gets
/// g = (1 / count) sum_n h_n grad_n + xi.
struct ClientsSpec {
  int count = 0;             // 0: no clients, the plain gradient
  double concentration = 0;  // of the Dirichlet split of every class; 0: alike
  bool fading = false;       // h_n from Rayleigh's distribution of mean 1; else h_n = 1
  double tail = 2;           // xi: symmetric alpha-stable, alpha = tail in (1, 2]
  double scale = 0;          // of xi, elementwise: exp(-|scale t|^alpha); 0: none
  bool operator==(const ClientsSpec&) const = default;
};

/// Throws space::Error with file, line and column: unknown keys, values outside their range.
ClientsSpec read_clients(const space::Yaml& node);

}  // namespace antigrad::trainer
