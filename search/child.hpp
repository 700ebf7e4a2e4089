// A child process that speaks lines over one socket (its stdin and stdout), with limits on time and
// memory.
#pragma once
#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace antigrad::search {

class Child {
 public:
  using Clock = std::chrono::steady_clock;

  /// Starts argv[0] (a path, or a name in PATH) and returns when it runs. The child ignores SIGINT
  /// and gets SIGKILL when this process dies. Throws space::Error when there is no such program or
  /// no process can be made.
  explicit Child(const std::vector<std::string>& argv);
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
  /// Waits for a line until `deadline`, or until the child's resident memory exceeds `mebibytes`
  /// (looked at every 20 ms), or `cancel` is set.
  Read read_line(Clock::time_point deadline, double mebibytes,
                 const std::atomic<bool>* cancel = nullptr);

  /// Gives it two seconds to exit (none with `kill`), kills it if it still runs, and whatever of
  /// its process group does, waits, and says how it ended: "exit status 3", "SIGSEGV (Segmentation
  /// fault)".
  std::string end(bool kill);

  pid_t pid() const { return pid_; }

 private:
  [[noreturn]] void refuse(const std::vector<std::string>& argv, int reason);

  pid_t pid_ = -1;
  int socket_ = -1;
  std::string buffer_;
};

/// Resident memory of a process in MiB, from /proc; 0 when it is gone.
double resident_mebibytes(pid_t pid);

}  // namespace antigrad::search
