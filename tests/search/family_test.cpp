// Memory of processes that share pages, and of those that do not.
#include "search/family.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <vector>

namespace antigrad::search {
namespace {

constexpr std::size_t kBlock = std::size_t{64} << 20;

/// 64 MiB of pages in use, until the process ends.
void* used_block(int byte) {
  void* const block =
      ::mmap(nullptr, kBlock, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) ::_exit(3);
  std::memset(block, byte, kBlock);
  return block;
}

/// Processes that have written into 64 MiB of their own, or only share those of this one.
class Children {
 public:
  Children(int count, bool write) {
    int ready[2];
    if (::pipe(ready) != 0) throw std::runtime_error("no pipe");
    for (int i = 0; i < count; ++i) {
      pids_.push_back(::fork());
      if (pids_.back() == 0) {
        if (write) used_block(i + 1);
        if (::write(ready[1], "r", 1) == 1) ::pause();
        ::_exit(0);
      }
    }
    char byte = 0;
    for (int i = 0; i < count; ++i)
      if (::read(ready[0], &byte, 1) != 1) throw std::runtime_error("a child ended");
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~Children() {
    for (const pid_t pid : pids_) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
  }
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

 private:
  std::vector<pid_t> pids_;
};

TEST(Family, ChildrenCountWithWhatIsTheirs) {
  const double before = family_mebibytes(::getpid());
  const Children children(3, true);
  EXPECT_GT(family_mebibytes(::getpid()), before + 3 * 64 - 16);
}

TEST(Family, SharedPagesCountOnce) {
  void* const block = used_block(1);
  const double before = family_mebibytes(::getpid());
  {
    const Children children(3, false);
    EXPECT_LT(family_mebibytes(::getpid()), before + 64);
  }
  ::munmap(block, kBlock);
}

TEST(Family, WhatIsGoneHasNone) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  ::waitpid(pid, nullptr, 0);
  EXPECT_EQ(resident_mebibytes(pid), 0);
  EXPECT_EQ(family_mebibytes(pid), 0);
}

TEST(Family, LooksAreRare) {
  FamilyMemory memory;
  const double first = memory.look(::getpid());
  EXPECT_GT(first, 0);
  const Children children(1, true);
  EXPECT_EQ(memory.look(::getpid()), first) << "within 200 ms";
}

}  // namespace
}  // namespace antigrad::search
