// Least, median and most of each row.
#include "experiments/app/bench_table.hpp"

#include <algorithm>

#include "search/statistics.hpp"

namespace antigrad::app {

std::string bench_table(const std::vector<BenchRow>& rows, Format format) {
  using search::Json;
  Listing listing(
      {"name", "value", "unit", "median", "max", "against", "baseline", "ratio", "goal", "met"});
  for (const BenchRow& row : rows) {
    if (row.values.empty()) continue;
    const auto [least, most] = std::minmax_element(row.values.begin(), row.values.end());
    std::vector<Json> cells{row.name, *least, row.unit, search::median(row.values),
                            *most,    Json(), Json(),   Json(),
                            Json(),   Json()};
    if (!row.baseline.empty()) {
      const double other = *std::min_element(row.baseline.begin(), row.baseline.end());
      cells[5] = row.against, cells[6] = other, cells[7] = *least / other;
    }
    if (row.goal > 0) cells[8] = row.goal, cells[9] = *least <= row.goal;
    listing.add(std::move(cells));
  }
  return listing.text(format);
}

}  // namespace antigrad::app
