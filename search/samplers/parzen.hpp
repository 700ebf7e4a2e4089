// A density over several parameters: a mixture with one kernel an observation and one broad prior,
// each a product over the parameters of truncated normals (numbers), of their masses in a cell
// (discrete numbers) and of frequencies (choices). The estimator of the tree-structured Parzen
// estimator: Bergstra et al. 2011; widths and weights as in Watanabe 2023 (arXiv:2304.11127).
#pragma once
#include <span>
#include <vector>

#include "search/samplers/axis.hpp"
#include "space/random.hpp"

namespace antigrad::search {

class Parzen {
 public:
  /// columns: by axis, the observations' internal numbers, oldest first. even: all observations
  /// weigh the same; else those before the last 25 weigh less the older they are.
  Parzen(std::span<const Axis> axes, std::span<const std::vector<double>> columns, bool even);

  /// One point, internal numbers by axis.
  std::vector<double> sample(space::Random& random) const;

  /// log of the density at a point: relative to the uniform one in continuous numbers, a
  /// probability in the others; relative error of the density below 1e-9.
  double log_density(std::span<const double> point) const;

 private:
  // By kernel; the last one is the prior.
  struct Numbers {
    std::vector<double> mean, inverse_width;
  };
  struct Choices {
    std::vector<int> observed;  // by observation
    double hit, miss;           // probability of the observed choice, and of each other
  };

  void place(std::size_t axis, std::span<const double> observed);
  void count(std::size_t axis, std::span<const double> observed);
  double draw(std::size_t axis, std::size_t kernel, space::Random& random) const;
  void add_choice(std::size_t axis, double choice, std::span<double> logs) const;
  void add_cell(std::size_t axis, double value, std::span<double> logs) const;

  std::span<const Axis> axes_;
  std::size_t kernels_;
  std::vector<double> cumulative_;  // weights, summed up
  std::vector<double> constant_;    // log of weight / product of widths and masses
  std::vector<Numbers> numbers_;    // by axis
  std::vector<Choices> choices_;
};

}  // namespace antigrad::search
