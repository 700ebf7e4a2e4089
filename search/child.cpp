// fork, exec, poll.
#include "search/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

// After fork in a process with threads: only calls that are safe in a signal handler.
[[noreturn]] void become(char* const* argv, int socket, int failed, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  ::setpgid(0, 0);  // a group of its own: what it starts ends with it
  ::signal(SIGINT, SIG_IGN);
  ::dup2(socket, STDIN_FILENO);
  ::dup2(socket, STDOUT_FILENO);
  ::execvp(argv[0], argv);
  const int reason = errno;
  const ssize_t told = ::write(failed, &reason, sizeof reason);
  ::_exit(told > 0 ? 127 : 126);
}

// Waits until the program runs (the pipe closes on exec) or could not (errno comes through it).
// Until then the child is a copy of this process, and its memory is not yet its own.
int wait_for_exec(int failed) {
  int reason = 0;
  ssize_t n;
  while ((n = ::read(failed, &reason, sizeof reason)) < 0 && errno == EINTR) {
  }
  ::close(failed);
  return n == sizeof reason ? reason : 0;
}

std::string signal_text(int signal) {
  const char* name = ::sigabbrev_np(signal);
  const char* meaning = ::sigdescr_np(signal);
  return fmt::format("SIG{} ({})", name ? name : std::to_string(signal), meaning ? meaning : "?");
}

}  // namespace

Child::Child(const std::vector<std::string>& argv, Extent extent) : extent_(extent) {
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  int ends[2], failed[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) refuse(argv, errno);
  socket_ = ends[0];
  if (::pipe2(failed, O_CLOEXEC) != 0) {
    ::close(ends[1]);
    refuse(argv, errno);
  }
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(words.data(), ends[1], failed[1], parent);
  const int reason = pid_ < 0 ? errno : 0;
  ::close(ends[1]);
  ::close(failed[1]);
  const int exec_reason = wait_for_exec(failed[0]);
  if (reason != 0 || exec_reason != 0) refuse(argv, reason != 0 ? reason : exec_reason);
}

void Child::refuse(const std::vector<std::string>& argv, int reason) {
  end(false);
  if (socket_ >= 0) ::close(socket_);
  throw space::Error(
      fmt::format("cannot run `{}`: {}", fmt::join(argv, " "), std::strerror(reason)));
}

Child::~Child() {
  end(true);
  ::close(socket_);
}

bool Child::write_line(const std::string& line) {
  const std::string text = line + '\n';
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t n = ::send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

double Child::resident() {
  const double own = resident_mebibytes(pid_);
  return extent_ == Extent::process ? own : std::max(own, family_.look(pid_));
}

Child::Read Child::read_line(Clock::time_point deadline, double mebibytes,
                             const std::atomic<bool>* cancel) {
  constexpr std::chrono::milliseconds kTick{20};
  double highest = 0;
  while (true) {
    if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
      Read read{Event::line, buffer_.substr(0, end), highest};
      buffer_.erase(0, end + 1);
      return read;
    }
    if (cancel != nullptr && *cancel) return {Event::cancelled, "", highest};
    highest = std::max(highest, resident());
    if (highest > mebibytes) return {Event::memory, "", highest};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return {Event::timeout, "", highest};
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(std::min(left, kTick).count())) <= 0) continue;
    char chunk[65536];
    const ssize_t n = ::recv(socket_, chunk, sizeof chunk, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return {Event::end_of_file, "", highest};
    buffer_.append(chunk, static_cast<std::size_t>(n));
  }
}

std::string Child::end(bool kill) {
  if (pid_ < 0) return "it has ended before";
  const auto ended = [this] {  // still a zombie afterwards, so that its group keeps its number
    siginfo_t info{};
    const int rc = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    return rc == 0 && info.si_pid == pid_;
  };
  for (int i = 0; i < 100 && !kill && !ended(); ++i) {  // it has closed its end: a moment to exit
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  const std::set<pid_t> family =
      extent_ == Extent::family ? family_of(pid_) : std::set<pid_t>{};  // some may have left it
  ::kill(-pid_, SIGKILL);
  for (const pid_t one : family) ::kill(one, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (WIFSIGNALED(status)) return signal_text(WTERMSIG(status));
  return fmt::format("exit status {}", WEXITSTATUS(status));
}

}  // namespace antigrad::search
