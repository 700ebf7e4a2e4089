// The one place that opens test parts: an evaluator that trains as every other does and measures
// the finished network on the test part too, as ShiftPoint "test".
#include <fmt/format.h>

#include "space/error.hpp"
#include "trainer/training_evaluator.hpp"

namespace antigrad::trainer {

class Promotion {
 public:
  static void measure(const Task& task, const Dataset& data, Run& run, Measurement& measurement) {
    if (measurement.outcome != Outcome::ok) return;
    if (run.step() < task.steps)
      throw space::Error(
          fmt::format("task \"{}\" was trained for {} of {} steps: the test part is "
                      "for networks that are finished",
                      task.name, run.step(), task.steps));
    const std::vector<Batch> test = data.test().open(TestKey());
    if (test.empty())
      throw space::Error(
          fmt::format("task \"{}\" has no test part; give its data a share: "
                      "`test: 0.1`, or a test_path",
                      task.name));
    measurement.shifts.push_back(run.measure_on("test", test));
  }
};

}  // namespace antigrad::trainer

/// Beside antigrad_open_evaluator, and for the promotion of a winner alone.
extern "C" antigrad::trainer::Evaluator* antigrad_open_promotion(const char* study_yaml, int slot) {
  using namespace antigrad::trainer;
  return make_training_evaluator(study_yaml, Promotion::measure, slot).release();
}
