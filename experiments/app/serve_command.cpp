// antigrad serve: a store behind the routes.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <thread>

#include "experiments/app/commands.hpp"
#include "experiments/app/interrupt.hpp"
#include "experiments/app/service_routes.hpp"
#include "experiments/app/token.hpp"
#include "search/run_directory.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;

// A run by name or path, else a file, whose folder must be there.
std::string journal_of(const Arguments& arguments) {
  const std::string& store = arguments.subject;
  if (store.empty()) {
    fs::create_directories(arguments.root);
    return (fs::path(arguments.root) / "journal.log").string();
  }
  const bool file = fs::path(store).extension() == ".log" || fs::is_regular_file(store);
  if (!file) return search::open_run(arguments.root, store).journal();
  const fs::path folder = fs::absolute(store).parent_path();
  if (!fs::is_directory(folder))
    throw space::Error({store, 0, 0}, "there is no folder " + folder.string());
  return store;
}

bool loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

HttpServerOptions server_options(const Arguments& arguments) {
  HttpServerOptions options{.host = arguments.host,
                            .port = arguments.port,
                            .token = token_from(arguments.token_file),
                            .certificate = arguments.certificate,
                            .key = arguments.key};
  if (options.certificate.empty() != options.key.empty())
    throw space::Error("--cert and --key belong together");
  if (!loopback(options.host) && options.token.empty())
    throw space::Error(fmt::format(
        "{} can be reached by others, so a token is needed: --token-file FILE, or the environment "
        "variable ANTIGRAD_TOKEN; for example: openssl rand -hex 32 > token",
        options.host));
  return options;
}

// A journal that cannot be written now is swept later; who asks for a trial is told.
void sweep_until(const std::stop_token& ended, search::AskTell& ask_tell) {
  while (!ended.stop_requested()) {
    std::this_thread::sleep_for(std::chrono::milliseconds{500});
    try {
      ask_tell.sweep();
    } catch (const space::Error&) {
      continue;
    }
  }
}

}  // namespace

std::string serve_help() {
  return "Python: `pip install ./python`, then\n"
         "  from optuna.storages import JournalStorage\n"
         "  from antigrad.optuna import HttpJournalBackend\n"
         "  study = optuna.create_study(storage=JournalStorage(HttpJournalBackend(URL)))\n"
         "GET /v1/docs says what can be asked. Beyond this machine (--host 0.0.0.0) a token is "
         "demanded;\nover networks of others serve HTTPS. Ctrl-C answers what is being asked and "
         "ends.\n\n"
         "Examples:\n"
         "  antigrad serve                        # runs/journal.log on http://127.0.0.1:8080\n"
         "  antigrad serve quickstart --port 0\n"
         "  antigrad serve studies.log\n";
}

int serve_command(const Arguments& arguments) {
  const HttpServerOptions options = server_options(arguments);
  search::Store store(journal_of(arguments));
  store.read([](const search::View&) {});  // says now what is wrong with it
  const Interrupt interrupt("stopping: what is asked is answered; again to stop at once");
  search::AskTell ask_tell(store);
  search::page::Gallery gallery(arguments.subject.empty() ? arguments.root : store.path());
  Serving serving{store, ask_tell, gallery, interrupt.stop()};
  const std::jthread sweeper([&](const std::stop_token& ended) { sweep_until(ended, ask_tell); });
  http_serve(
      options, service_routes(serving),
      [&](int port) {
        print(fmt::format(
            "{}://{}:{}\n", options.certificate.empty() ? "http" : "https",
            options.host.find(':') == std::string::npos ? options.host : "[" + options.host + "]",
            port));
        std::fflush(stdout);
        std::fprintf(stderr, "serving %s; Ctrl-C ends it\n", store.path().c_str());
      },
      interrupt.stop());
  return 0;
}

}  // namespace antigrad::app
