// `antigrad bench-session`: one search of the benchmark, told to nobody; its accounting as a line
// of JSON, shares of wall time x workers.
#include "experiments/app/commands.hpp"
#include "experiments/app/slots.hpp"
#include "search/engine.hpp"
#include "search/run_directory.hpp"
#include "search/storage/json.hpp"

namespace antigrad::app {
namespace {

using search::Json;

Json to_json(const search::Accounting& a) {
  const double all = a.wall * a.workers;
  return {{"overhead", a.overhead()},
          {"sampling", a.sampling / all},
          {"compilation", (a.evaluation - a.training) / all},
          {"workers", (a.requests - a.evaluation) / all},
          {"storage", a.storage / all},
          {"waiting", a.waiting / all},
          {"wall", a.wall},
          {"trials", a.trials}};
}

}  // namespace

int bench_session_command(const Arguments& arguments) {
  search::StudyConfig config = search::load_study(arguments.subject);
  const search::RunDirectory run =
      search::prepare_run(arguments.root, config, search::Start::fresh);
  search::Pool pool(arguments.workers.value_or(1), evaluators(config, run.study_yaml()));
  search::SearchOptions options;
  options.config = config;
  options.journal = run.journal();
  print(search::to_text(to_json(search::run_search(options, pool).accounting)) + "\n");
  return 0;
}

}  // namespace antigrad::app
