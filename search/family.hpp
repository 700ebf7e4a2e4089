// A process with all that it started, from /proc, and their resident memory.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <set>

namespace antigrad::search {

/// A process, its descendants, and what else is in its process group.
std::set<pid_t> family_of(pid_t pid);

/// Resident memory of a process in MiB; 0 when it is gone.
double resident_mebibytes(pid_t pid);

/// Resident memory of its family in MiB. Pages that several of them share count once, as far as the
/// system tells (smaps_rollup); where it does not, once for each. 0 when all are gone.
double family_mebibytes(pid_t pid);

/// The same now and then: it reads about every process of the machine, so looks take at most a
/// fiftieth of the time, and come at least 200 ms apart.
class FamilyMemory {
 public:
  /// MiB at the last look, which is this one if it is time for one.
  double look(pid_t pid);

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point next_ = Clock::now();
  double mebibytes_ = 0;
};

}  // namespace antigrad::search
