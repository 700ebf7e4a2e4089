// A parameter on the scale that samplers with densities think in: logarithms where its distribution
// says so, every discrete value a cell of its own.
#pragma once
#include "search/samplers/distribution.hpp"

namespace antigrad::search {

/// A number: [low, high] are the outer edges of its values' cells. A choice: its index, in
/// [0, choices).
class Axis {
 public:
  explicit Axis(const Distribution& distribution);

  double low() const { return low_; }
  double high() const { return high_; }
  int choices() const { return choices_; }        // 0: a number
  bool continuous() const { return step_ == 0; }  // and so without cells

  /// An internal number's coordinate, moved into [low, high] when the space has shrunk since.
  double coordinate(double internal) const;
  /// The internal number nearest to a coordinate; always one of the distribution's values.
  double internal(double coordinate) const;

  struct Cell {
    double left, right;  // coordinates
  };
  /// Of a discrete value.
  Cell cell(double internal) const;

 private:
  double first_, last_;  // values
  double low_, high_;
  double step_ = 0;
  bool log_ = false;
  int choices_ = 0;
};

}  // namespace antigrad::search
