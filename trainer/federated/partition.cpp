// Every class is shuffled and cut where the cumulated shares say.
#include "trainer/federated/partition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "space/error.hpp"
#include "trainer/federated/stable.hpp"

namespace antigrad::trainer {
namespace {

using space::Random;

std::vector<double> shares_of(int clients, double concentration, Random& random) {
  std::vector<double> shares(static_cast<std::size_t>(clients), 1);
  if (concentration > 0)
    for (double& share : shares) share = gamma_number(concentration, random);
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.);
  if (!(sum > 0)) {  // all underflowed: the limit is one client with everything
    shares[static_cast<std::size_t>(random.below(clients))] = 1;
    return shares;
  }
  for (double& share : shares) share /= sum;
  return shares;
}

void shuffle(std::vector<int>& items, Random& random) {
  for (int i = static_cast<int>(items.size()) - 1; i > 0; --i)
    std::swap(items[static_cast<std::size_t>(i)],
              items[static_cast<std::size_t>(random.below(i + 1))]);
}

void fill_empty(std::vector<std::vector<int>>& parts) {
  for (std::vector<int>& part : parts) {
    if (!part.empty()) continue;
    std::vector<int>& largest = *std::ranges::max_element(parts, {}, &std::vector<int>::size);
    part.push_back(largest.back());
    largest.pop_back();
  }
}

}  // namespace

std::vector<std::vector<int>> partition(std::span<const int> labels, int clients,
                                        double concentration, std::uint64_t key) {
  if (labels.size() < static_cast<std::size_t>(clients))
    throw space::Error(
        fmt::format("{} clients for {} examples, expected at most as many; make "
                    "count of clients smaller",
                    clients, labels.size()));
  std::map<int, std::vector<int>> classes;
  for (std::size_t i = 0; i < labels.size(); ++i) classes[labels[i]].push_back(static_cast<int>(i));
  std::vector<std::vector<int>> parts(static_cast<std::size_t>(clients));
  for (auto& [label, items] : classes) {
    Random random(space::child_seed(key, static_cast<std::uint64_t>(label)));
    shuffle(items, random);
    double upto = 0;
    std::size_t begin = 0, client = 0;
    for (const double share : shares_of(clients, concentration, random)) {
      upto += share * static_cast<double>(items.size());
      const bool last = client + 1 == parts.size();
      const std::size_t end =
          last ? items.size() : std::min(items.size(), static_cast<std::size_t>(std::lround(upto)));
      parts[client].insert(parts[client].end(), items.begin() + static_cast<long>(begin),
                           items.begin() + static_cast<long>(end));
      begin = end;
      ++client;
    }
  }
  fill_empty(parts);
  return parts;
}

}  // namespace antigrad::trainer
