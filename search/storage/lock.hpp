// Optuna's lock on a journal: a symlink "<journal>.lock" to the journal (JournalFileSymlinkLock).
#pragma once
#include <string>

namespace antigrad::search {

/// Held from construction to destruction. Waits with back-off from 1 ms to 1 s; a lock whose
/// journal has not changed for 30 s is taken to be abandoned, as Optuna does. Ours is written
/// "<folder>/././<file>", so that a lock that a killed antigrad left is known at once: only one
/// antigrad process writes a journal (it holds a flock on it), so such a lock is dead.
class JournalLock {
 public:
  /// Throws space::Error when the symlink cannot be made (the folder is read-only, say).
  explicit JournalLock(const std::string& journal);
  ~JournalLock();
  JournalLock(const JournalLock&) = delete;
  JournalLock& operator=(const JournalLock&) = delete;

 private:
  bool try_acquire() const;

  std::string link_, target_;
};

}  // namespace antigrad::search
