// `antigrad worker`: with --server, a worker of a server; else (and `promotion-worker`) the process
// behind a slot of the pool: requests come on stdin, answers go to what stdout was; whatever
// libraries print goes to stderr.
#include "search/worker.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "experiments/app/commands.hpp"
#include "experiments/app/interrupt.hpp"
#include "experiments/app/remote/remote_worker.hpp"
#include "experiments/app/token.hpp"
#include "experiments/app/trainer_library.hpp"
#include "kernels/cache.hpp"
#include "space/error.hpp"

namespace antigrad::app {

namespace {

int serve(const Arguments& arguments,
          std::unique_ptr<trainer::Evaluator> (TrainerLibrary::*open)(const std::string&, int)
              const) {
  const int answers = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (answers < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    throw space::Error(std::string("a worker needs stdin, stdout and stderr: ") +
                       std::strerror(errno));
  }
  const auto evaluator = (TrainerLibrary().*open)(arguments.subject, arguments.slot);
  return search::serve_worker(STDIN_FILENO, answers, *evaluator);
}

// Where what is fetched, and what is not taken yet, is kept.
std::string folder_of(const Arguments& arguments, const std::string& name) {
  const std::string cache = kernels::cache_folder();
  if (name == "results" && !arguments.spool.empty()) return arguments.spool;
  return (cache.empty() ? "antigrad-" : cache + "/") + name;
}

int remote_worker(const Arguments& arguments) {
  const Interrupt interrupt("stopping after this trial; again to stop at once");
  RemoteWorkerOptions options{.client = {arguments.server, token_from(arguments.token_file),
                                         arguments.ca, arguments.patience},
                              .only = arguments.study,
                              .study = arguments.subject,
                              .folder = folder_of(arguments, "fetched"),
                              .spool = folder_of(arguments, "results"),
                              .idle = arguments.idle,
                              .fetch_code = arguments.fetch_code};
  RemoteWorker worker(std::move(options), interrupt);
  try {
    const int taken = worker.run();
    fmt::print(stderr, "{} results were taken\n", taken);
    return 0;
  } catch (const ServerGone& e) {
    fmt::print(stderr, "{}; what is not taken yet stays in {}\n", e.what(),
               folder_of(arguments, "results"));
    return 1;
  }
}

}  // namespace

int worker_command(const Arguments& arguments) {
  if (!arguments.server.empty()) return remote_worker(arguments);
  if (arguments.subject.empty())
    throw space::Error("worker: --server URL is missing; `antigrad worker --help` explains");
  return serve(arguments, &TrainerLibrary::open_evaluator);
}

int promotion_worker_command(const Arguments& arguments) {
  return serve(arguments, &TrainerLibrary::open_promotion);
}

}  // namespace antigrad::app
