// How long integration takes on random gradients, certification of tables included.
#pragma once
#include <cstdint>

namespace antigrad::app {

struct IntegrationFigures {
  int count = 0;  // gradients that have an integral
  double median_ms = 0, percentile99_ms = 0, worst_ms = 0;
  double closed = 0;       // share without a table
  double refused = 0;      // share of all drawn gradients that have no integral
  double worst_bound = 0;  // the largest proved error of a table, relative
};

/// Draws plausible gradients of the whole grammar until `count` of them integrate.
IntegrationFigures measure_integration(int count, std::uint64_t seed);

}  // namespace antigrad::app
