// `antigrad worker STUDY.yaml` (and `promotion-worker`): the process behind a slot of the pool.
// Requests come on stdin, answers go to what stdout was; whatever libraries print goes to stderr.
#include "search/worker.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "experiments/app/commands.hpp"
#include "experiments/app/trainer_library.hpp"
#include "space/error.hpp"

namespace antigrad::app {

namespace {

int serve(const Arguments& arguments,
          std::unique_ptr<trainer::Evaluator> (TrainerLibrary::*open)(const std::string&) const) {
  const int answers = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (answers < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    throw space::Error(std::string("a worker needs stdin, stdout and stderr: ") +
                       std::strerror(errno));
  }
  const auto evaluator = (TrainerLibrary().*open)(arguments.subject);
  return search::serve_worker(STDIN_FILENO, answers, *evaluator);
}

}  // namespace

int worker_command(const Arguments& arguments) {
  return serve(arguments, &TrainerLibrary::open_evaluator);
}

int promotion_worker_command(const Arguments& arguments) {
  return serve(arguments, &TrainerLibrary::open_promotion);
}

}  // namespace antigrad::app
