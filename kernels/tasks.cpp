#include "kernels/tasks.hpp"

#include <algorithm>
#include <vector>

namespace antigrad::kernels {

void run_tasks(std::int64_t n, std::span<double> sums, const Executor& executor, const Part& part) {
  const std::int64_t tasks = (n + kTask - 1) / kTask;
  const std::size_t width = sums.size();
  std::vector<double> parts(static_cast<std::size_t>(tasks) * width);
  const auto task = [&](std::int64_t i) {
    part(i * kTask, std::min(kTask, n - i * kTask),
         std::span(parts).subspan(static_cast<std::size_t>(i) * width, width));
  };
  if (executor && tasks > 1) {
    executor(tasks, task);
  } else {
    for (std::int64_t i = 0; i < tasks; ++i) task(i);
  }
  std::ranges::fill(sums, 0.0);
  for (std::size_t i = 0; i < parts.size(); ++i) sums[i % width] += parts[i];
}

}  // namespace antigrad::kernels
