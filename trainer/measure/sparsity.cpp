// Neurons join the weak ones in the order of their magnitudes; each moves the error of its token
// alone.
#include "trainer/measure/sparsity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace antigrad::trainer {
namespace {

struct Part {
  double magnitude;
  std::size_t token, neuron;
};

double norm(std::span<const double> vector) {
  double sum = 0;
  for (const double value : vector) sum += value * value;
  return std::sqrt(sum);
}

class Scan {
 public:
  explicit Scan(const FeedForward& network)
      : network_(network),
        weak_(network.tokens * network.width),
        weak_norms_(network.tokens),
        out_norms_(network.tokens) {
    std::vector<double> out(network.width);
    for (std::size_t token = 0; token < network.tokens; ++token) {
      std::ranges::fill(out, 0.0);
      for (std::size_t neuron = 0; neuron < network.neurons; ++neuron) add(token, neuron, out);
      out_norms_[token] = norm(out);
      counted_ += out_norms_[token] > 0 ? 1 : 0;
    }
  }

  /// Every part, weakest first.
  std::vector<Part> parts() const {
    std::vector<Part> all;
    all.reserve(network_.tokens * network_.neurons);
    for (std::size_t neuron = 0; neuron < network_.neurons; ++neuron) {
      const double of_weight = norm(weight(neuron));
      for (std::size_t token = 0; token < network_.tokens; ++token)
        all.push_back({std::abs(activation(token, neuron)) * of_weight, token, neuron});
    }
    std::ranges::stable_sort(all, {}, &Part::magnitude);
    return all;
  }

  void join(const Part& part) {
    if (out_norms_[part.token] == 0) return;
    const std::span sum(weak_.data() + part.token * network_.width, network_.width);
    add(part.token, part.neuron, sum);
    const double before = std::exchange(weak_norms_[part.token], norm(sum));
    error_ += (weak_norms_[part.token] - before) / out_norms_[part.token];
  }

  double cett() const { return counted_ > 0 ? error_ / static_cast<double>(counted_) : 0; }

 private:
  double activation(std::size_t token, std::size_t neuron) const {
    return network_.activation[token * network_.neurons + neuron];
  }
  std::span<const double> weight(std::size_t neuron) const {
    return network_.weight.subspan(neuron * network_.width, network_.width);
  }
  void add(std::size_t token, std::size_t neuron, std::span<double> sum) const {
    const double value = activation(token, neuron);
    const std::span<const double> of = weight(neuron);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += value * of[i];
  }

  const FeedForward& network_;
  std::vector<double> weak_;  // sums, [tokens, width]
  std::vector<double> weak_norms_, out_norms_;
  std::size_t counted_ = 0;
  double error_ = 0;  // sum over the tokens
};

}  // namespace

Sparsity cett_sparsity(const FeedForward& network, double most) {
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!std::ranges::all_of(network.activation, finite) ||
      !std::ranges::all_of(network.weight, finite)) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    return {none, none};
  }
  Scan scan(network);
  const std::vector<Part> parts = scan.parts();
  for (std::size_t begin = 0, end = 0; begin < parts.size(); begin = end) {
    while (end < parts.size() && parts[end].magnitude == parts[begin].magnitude)
      scan.join(parts[end++]);  // equal magnitudes are weak together
    if (scan.cett() > most)
      return {static_cast<double>(begin) / static_cast<double>(parts.size()),
              parts[begin].magnitude};
  }
  return {1, std::numeric_limits<double>::infinity()};
}

}  // namespace antigrad::trainer
