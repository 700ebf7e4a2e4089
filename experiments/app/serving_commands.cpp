// The commands around journals and servers, one row each.
#include "experiments/app/commands.hpp"
#include "experiments/app/service_routes.hpp"

namespace antigrad::app {

std::vector<Command> serving_commands() {
  using enum Option;
  constexpr const char* kServing = "Serving";
  const Subject study{"STUDY", "a study's name or id"};
  return {
      {"serve",
       kServing,
       "a journal and its studies over HTTP",
       {"STORE",
        "a run, a journal file, made if it is missing, or a study file; default: DIR/journal.log",
        "", false, true},
       {host, port, token_file, certificate, dashboard, until_done, lease, fresh, trials, seed,
        define, root, output},
       serve_help(),
       serve_command},
      {"studies",
       kServing,
       "the studies of a journal",
       {},
       {storage, root, output},
       "Example:\n  antigrad studies --storage runs/quickstart/journal.log\n",
       studies_command},
      {"trials",
       kServing,
       "the trials of a study",
       study,
       {storage, root, output},
       "Example:\n  antigrad trials mine --storage studies.log -o csv\n",
       trials_command},
      {"best-trial",
       kServing,
       "the best trial of a study with one objective",
       study,
       {storage, root, output},
       "Example:\n  antigrad best-trial mine --storage studies.log\n",
       best_trial_command},
      {"ask",
       kServing,
       "take the next trial of a study; prints it as JSON",
       study,
       {space, storage, root},
       "While `antigrad serve` serves the journal, ask it instead: POST /v1/studies/NAME/ask.\n\n"
       "Example:\n  antigrad ask mine --storage studies.log --space "
       "'{\"x\": {\"type\": \"float\", \"low\": 0, \"high\": 1}}'\n",
       ask_command},
      {"tell",
       kServing,
       "give a trial its result",
       {"STUDY", "a study's name or id", "", true, false, true},
       {result, storage, root},
       "Examples:\n  antigrad tell mine 3 --values 0.25 --storage studies.log\n"
       "  antigrad tell mine 4 --state fail\n",
       tell_command},
      {"storage export",
       kServing,
       "studies of a journal into a database of Optuna's",
       {"STUDY", "a study's name; default: all", "", false, true},
       {optuna, overwrite, storage, root, output},
       "SQLite or PostgreSQL, with the tables that Optuna 3.2 to 5.0 read: optuna.load_study("
       "storage=URL).\nAll or nothing: what is refused leaves the database as it was. Times are "
       "UTC, as in Optuna 5.0.\n\nExamples:\n"
       "  antigrad storage export --optuna sqlite:///studies.db --storage studies.log\n"
       "  antigrad storage export mine --optuna postgresql://me@localhost/optuna --overwrite\n",
       storage_export_command},
      {"storage import",
       kServing,
       "studies of a database of Optuna's into a journal",
       {"STUDY", "a study's name; default: all", "", false, true},
       {optuna, overwrite, storage, root, output},
       "The journal is made if it is missing; studies are added to one that is there, all or "
       "nothing. Times of\na database that Optuna made before 5.0 are taken as local, as it wrote "
       "them.\n\nExample:\n"
       "  antigrad storage import --optuna sqlite:///studies.db --storage studies.log\n",
       storage_import_command},
  };
}

}  // namespace antigrad::app
