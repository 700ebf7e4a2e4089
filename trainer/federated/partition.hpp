// Which examples each client of a federated training has.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace antigrad::trainer {

/// Indices of the examples of each client, every example with one client, no client without one. Of
/// every class the clients have shares from a Dirichlet distribution of this concentration (Hsu et
/// al. 2019, arXiv 1909.06335): small is unlike, 0 stands for the limit of alike. A function of its
/// arguments. Throws space::Error for fewer examples than clients.
std::vector<std::vector<int>> partition(std::span<const int> labels, int clients,
                                        double concentration, std::uint64_t key);

}  // namespace antigrad::trainer
