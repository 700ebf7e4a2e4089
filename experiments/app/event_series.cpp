// Scalars only: our event files hold nothing else.
#include "experiments/app/event_series.hpp"

#include "trainer/measure/event_file.hpp"

namespace antigrad::app {

MeasuredSeries read_series(const std::filesystem::path& folder) {
  MeasuredSeries series;
  for (const auto& file : std::filesystem::directory_iterator(folder))
    for (const trainer::Event& event : trainer::read_events(file.path().string()))
      for (const auto& [name, value] : event.values) series[name].push_back({event.step, value});
  return series;
}

}  // namespace antigrad::app
