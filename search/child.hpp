// A child process that speaks lines over one socket (its stdin and stdout), with limits on time and
// memory.
#pragma once
#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "search/family.hpp"

namespace antigrad::search {

class Child {
 public:
  using Clock = std::chrono::steady_clock;
  /// What limits are for, and what ends with it: the process, looked at every 20 ms, and its
  /// group; or its family too (FamilyMemory).
  enum class Extent { process, family };

  /// Starts argv[0] (a path, or a name in PATH) and returns when it runs. The child ignores SIGINT
  /// and gets SIGKILL when this process dies. Throws space::Error when there is no such program or
  /// no process can be made.
  explicit Child(const std::vector<std::string>& argv, Extent extent = Extent::process);
  ~Child();  // kills it, and what it started, and waits
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// False when the child has closed its end.
  bool write_line(const std::string& line);

  enum class Event { line, end_of_file, timeout, memory, cancelled };
  struct Read {
    Event event;
    std::string line;      // without the newline
    double mebibytes = 0;  // highest resident memory seen while waiting
  };
  /// Waits for a line until `deadline`, or until the resident memory exceeds `mebibytes`, or
  /// `cancel` is set.
  Read read_line(Clock::time_point deadline, double mebibytes,
                 const std::atomic<bool>* cancel = nullptr);

  /// Gives it two seconds to exit (none with `kill`), kills it if it still runs, and whatever of
  /// its process group (or family) does, waits, and says how it ended: "exit status 3", "SIGSEGV
  /// (Segmentation fault)".
  std::string end(bool kill);

  pid_t pid() const { return pid_; }

 private:
  [[noreturn]] void refuse(const std::vector<std::string>& argv, int reason);
  double resident();

  pid_t pid_ = -1;
  int socket_ = -1;
  std::string buffer_;
  const Extent extent_;
  FamilyMemory family_;
};

}  // namespace antigrad::search
