// Journal, progress and accounting of a running search.
#include "search/session.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>

#include "search/estimate.hpp"
#include "search/library/warm_start.hpp"
#include "search/normalisation.hpp"
#include "search/storage/format.hpp"
#include "space/error.hpp"

namespace antigrad::search {

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::vector<Trial> InOrder::take() {
  std::vector<Trial> taken;
  for (auto at = waiting_.find(next_); at != waiting_.end(); at = waiting_.find(++next_)) {
    taken.push_back(std::move(at->second));
    waiting_.erase(at);
  }
  return taken;
}

Session::Session(const SearchOptions& o, int workers, MeasureCost m)
    : options(o),
      config(o.config),
      kernel_cost(std::move(m)),
      journal(o.journal),
      quota_(std::filesystem::absolute(o.journal).parent_path().string(), quota_of(o.config.text)) {
  accounting.workers = workers;
  over_quota = quota_.over();
}

bool Session::stopping() const {
  return aborted || over_quota || (options.stop != nullptr && options.stop->load());
}

Replay Session::replayed() const { return replay(read_journal(journal.path())); }

int Session::ensure_study(const std::string& name) {
  std::vector<Json> records;
  const Replay now = replayed();
  const StoredStudy* found = now.find(name);
  if (found != nullptr) demand_known_format(*found, journal.path());
  const int id = found != nullptr ? found->id : now.study_count;
  const bool several = name == config.name && config.objectives.size() > 1;
  if (found == nullptr) {
    records.push_back({{"op_code", 0},
                       {"study_name", name},
                       {"directions", several ? directions_of(config) : std::vector{1}}});
  }
  // Before what it is the version of; where the creation of a study was cut off, too.
  if (found == nullptr || format_of(*found) < kStudyFormat) records.push_back(format_record(id));
  const auto want = [&](int op, const char* kind, const Json& attrs, const Json& attr) {
    if (!attrs.contains(attr.begin().key())) {
      records.push_back({{"op_code", op}, {"study_id", id}, {kind, attr}});
    }
  };
  const Json none = Json::object();
  const Json& user = found != nullptr ? found->user_attrs : none;
  const Json& system = found != nullptr ? found->system_attrs : none;
  want(2, "user_attr", user, {{"antigrad:study", config.text}});
  if (const std::string hash = library_hash(config, journal.path());
      name == config.name && !hash.empty()) {
    want(2, "user_attr", user, {{"antigrad:library", hash}});
    if (user.contains("antigrad:library") && user.at("antigrad:library") != hash)
      throw space::Error({journal.path(), 0, 0},
                         "the study began with another library than it finds now; start anew with "
                         "`--fresh`");
  }
  if (const Json named = named_estimators(config); name == config.name && !named.empty())
    want(2, "user_attr", user, {{kEstimatorsAttribute, named}});
  want(3, "system_attr", system,
       {{"study:metric_names", several ? config.objectives : std::vector<std::string>{"score"}}});
  if (user.contains("antigrad:study") &&
      !goes_on(config, user.at("antigrad:study").get<std::string>())) {
    throw space::Error({journal.path(), 0, 0},
                       "the journal belongs to a study with other settings than " + config.file +
                           "; go on with `antigrad resume`, or start anew with `--fresh`");
  }
  if (found != nullptr)
    for (Json& record : migration(*found))
      if (std::find(records.begin(), records.end(), record) == records.end())
        records.push_back(std::move(record));
  journal.append(records);
  return id;
}

std::vector<Trial> Session::load(const std::string& study) const {
  std::vector<Trial> trials;
  const Replay now = replayed();
  if (const StoredStudy* found = now.find(study)) {
    demand_known_format(*found, journal.path());
    for (const StoredTrial& stored : found->trials) trials.push_back(from_stored(stored));
  }
  return trials;
}

void Session::begin_phase(Phase phase, int finished, int total) {
  const std::lock_guard lock(mutex);
  progress.phase = phase;
  progress.finished = finished;
  progress.total = total;
  progress.running = 0;
  progress.elapsed_seconds = seconds_since(begin_);
  if (options.listener != nullptr) options.listener->phase_began(progress);
}

// Steps that the rest of the study is expected to take; trials under way count as not begun.
double Session::remaining_steps() const {
  const int baselines = static_cast<int>(config.baselines.size());
  const int confirmations = baselines + std::min(config.confirm.finalists, config.trials);
  const auto left = [&](Phase phase, int total) {
    if (progress.phase == phase) return progress.total - progress.finished;
    return progress.phase < phase ? total : 0;
  };
  double steps = 0;
  for (const Task& task : config.tasks) {
    if (progress.phase == Phase::promotion) {
      steps += static_cast<double>(progress.total - progress.finished) * task.steps;
      continue;
    }
    steps += left(Phase::baselines, baselines) * steps_of_full_trial(config, task) +
             left(Phase::candidates, config.trials) * steps_of_candidate(config, task) +
             left(Phase::confirmation, confirmations) * steps_of_confirmation(config, task);
  }
  return steps;
}

void Session::tell(void (Listener::*what)(const Trial&, const Progress&), const Trial& trial) {
  progress.elapsed_seconds = seconds_since(begin_);
  if (accounting.steps > 0) {
    progress.remaining_seconds =
        progress.elapsed_seconds * remaining_steps() / static_cast<double>(accounting.steps);
  }
  if (options.listener != nullptr) (options.listener->*what)(trial, progress);
}

void Session::measure_stage(const Stage& stage, trainer::Evaluator& evaluator,
                            std::span<Trial* const> trials) {
  Accounting spent;
  const auto add = [&](double sign) {
    for (const Trial* const trial : trials) {
      spent.training += sign * trial->training_seconds;
      spent.evaluation += sign * trial->total_seconds;
      spent.steps += static_cast<std::int64_t>(sign) * trial->steps;
    }
  };
  add(-1);
  {
    const Stopwatch watch(spent.requests);
    measure(config, stage, evaluator, trials);
  }
  add(1);
  const std::lock_guard lock(mutex);
  accounting.requests += spent.requests;
  accounting.training += spent.training;
  accounting.evaluation += spent.evaluation;
  accounting.steps += spent.steps;
}

void Session::count_finished(const Trial& trial) {
  ++progress.finished;
  --progress.running;
  ++accounting.trials;
  over_quota = quota_.over();
  const bool competes = progress.phase == Phase::candidates && trial.state == TrialState::complete;
  if (competes && (progress.best_trial < 0 || trial.score() < progress.best_score)) {
    progress.best_trial = trial.number;
    progress.best_score = trial.score();
  }
}

std::vector<Trial> Session::record(std::vector<Trial> trials, int study_id) {
  if (refused_) return {};
  std::vector<Json> records;
  for (const Trial& trial : trials) records.push_back(to_record(trial, study_id));
  refused_ = true;
  journal.append(records);
  refused_ = false;
  for (const Trial& trial : trials) {
    count_finished(trial);
    tell(&Listener::trial_finished, trial);
  }
  return trials;
}

Accounting Session::final_accounting() {
  const std::lock_guard lock(mutex);
  accounting.wall = seconds_since(begin_);
  accounting.storage = journal.seconds();
  return accounting;
}

AbortGuard::~AbortGuard() {
  if (std::uncaught_exceptions() <= exceptions_) return;
  const std::lock_guard lock(session_.mutex);
  session_.aborted = true;
  session_.changed.notify_all();
}

}  // namespace antigrad::search
