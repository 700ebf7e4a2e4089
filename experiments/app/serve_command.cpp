// antigrad serve: a store behind the routes.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <functional>

#include "experiments/app/commands.hpp"
#include "experiments/app/dashboard_files.hpp"
#include "experiments/app/interrupt.hpp"
#include "experiments/app/remote/study_server.hpp"
#include "experiments/app/service_routes.hpp"
#include "experiments/app/sweeper.hpp"
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

std::function<void(int)> announcement(const HttpServerOptions& options, const std::string& what) {
  return [&options, what](int port) {
    print(fmt::format(
        "{}://{}:{}\n", options.certificate.empty() ? "http" : "https",
        options.host.find(':') == std::string::npos ? options.host : "[" + options.host + "]",
        port));
    std::fflush(stdout);
    std::fprintf(stderr, "serving %s; Ctrl-C ends it\n", what.c_str());
  };
}

}  // namespace

std::string serve_help() {
  return "Python: `pip install ./python`, then\n"
         "  from optuna.storages import JournalStorage\n"
         "  from antigrad.optuna import HttpJournalBackend\n"
         "  study = optuna.create_study(storage=JournalStorage(HttpJournalBackend(URL)))\n"
         "/dashboard is optuna-dashboard's own front-end where its wheel is installed, to read "
         "by.\n"
         "GET /v1/docs says what can be asked. Beyond this machine (--host 0.0.0.0) a token is "
         "demanded;\nover networks of others serve HTTPS. Ctrl-C answers what is being asked and "
         "ends.\nA study file is searched here, and trained by workers that ask this server: "
         "the run directory\nDIR/<study>/ is the one of `antigrad search`, and its journal the "
         "same for any number of workers.\nWorkers without the data fetch it: files of that "
         "study, and below $ANTIGRAD_DATA of others.\n\n"
         "Examples:\n"
         "  antigrad serve                        # runs/journal.log on http://127.0.0.1:8080\n"
         "  antigrad serve quickstart --port 0\n"
         "  antigrad serve studies.log\n"
         "  antigrad serve study.yaml             # searches with `antigrad worker --server URL`\n";
}

int serve_command(const Arguments& arguments) {
  const HttpServerOptions options = server_options(arguments);
  if (is_study_file(arguments.subject))
    return serve_study(arguments, options, announcement(options, arguments.subject));
  search::Store store(journal_of(arguments));
  store.read([](const search::View&) {});  // says now what is wrong with it
  const Interrupt interrupt("stopping: what is asked is answered; again to stop at once");
  search::AskTell ask_tell(store);
  search::page::Gallery gallery(arguments.subject.empty() ? arguments.root : store.path());
  FileShelf shelf(data_root());
  Serving serving{store, ask_tell, gallery, interrupt.stop(), dashboard_folder(arguments.dashboard),
                  &shelf};
  const Sweeper sweeper(ask_tell);
  http_serve(options, service_routes(serving), announcement(options, store.path()),
             interrupt.stop());
  return 0;
}

}  // namespace antigrad::app
