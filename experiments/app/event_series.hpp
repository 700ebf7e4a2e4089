// What event files of a run's folder hold, by measurement.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace antigrad::app {

struct MeasuredPoint {
  std::int64_t step;
  double value;
};
using MeasuredSeries = std::map<std::string, std::vector<MeasuredPoint>>;  // by name

/// Of every event file in a folder. Throws space::Error for a damaged one.
MeasuredSeries read_series(const std::filesystem::path& folder);

}  // namespace antigrad::app
