// One call on several threads, which are the caller's: a call falls into tasks of a fixed size, and
// what they sum is added in their order, so that no sum depends on how many threads there were.
#pragma once
#include <cstdint>
#include <functional>
#include <span>

namespace antigrad::kernels {

/// Elements of a task; the last one has the rest.
inline constexpr std::int64_t kTask = 1 << 16;

/// The caller's threads: runs task(0) ... task(tasks - 1), each once, in any order and at the same
/// time as it likes, and returns when all have returned. An empty one is this thread alone.
using Executor =
    std::function<void(std::int64_t tasks, const std::function<void(std::int64_t)>& task)>;

/// Elements first .. first + size; sums (zeros at the start) receives what they sum to.
using Part = std::function<void(std::int64_t first, std::int64_t size, std::span<double> sums)>;

/// Runs the parts of n elements; sums (written): the parts' sums, added in the order of the parts.
void run_tasks(std::int64_t n, std::span<double> sums, const Executor& executor, const Part& part);

}  // namespace antigrad::kernels
