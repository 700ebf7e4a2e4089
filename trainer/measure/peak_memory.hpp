// How much memory this process has needed.
#pragma once
#include <sys/resource.h>

namespace antigrad::trainer {

/// The largest resident set so far, MiB.
inline double peak_mebibytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace antigrad::trainer
