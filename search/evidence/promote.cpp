// Choosing, training, and the table.
#include "search/evidence/promote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "search/confirm.hpp"
#include "search/evidence/objective.hpp"
#include "search/evidence/series.hpp"
#include "search/statistics.hpp"
#include "search/summary.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

constexpr const char* kAttribute = "antigrad:promotion";
constexpr const char* kTestAttribute = "antigrad:test";
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// What a promotion is made of, as the journal keeps it from its beginning.
struct Plan {
  std::vector<int> baselines, candidates;  // trials of the search
  int first_seed = 0;                      // index
};

StudyConfig with_other_tasks(const PromoteOptions& o) {
  StudyConfig config = o.config;
  config.tasks.insert(config.tasks.end(), o.other_tasks.begin(), o.other_tasks.end());
  return config;
}

SearchOptions search_options(const PromoteOptions& o) {
  SearchOptions options;
  options.config = with_other_tasks(o);
  options.journal = o.journal;
  options.listener = o.listener;
  options.stop = o.stop;
  return options;
}

void set_attribute(Session& session, const std::string& study, const Json& attribute) {
  const Json record{
      {"op_code", 2}, {"study_id", session.ensure_study(study)}, {"user_attr", attribute}};
  session.journal.append({&record, 1});
}

std::vector<std::string> names_of(const std::vector<Task>& tasks) {
  std::vector<std::string> names;
  for (const Task& task : tasks)
    names.push_back(fmt::format("{}, {} steps", task.name, task.steps));
  return names;
}

/// Candidates best first: of the front where there are several objectives, else as confirmed, or as
/// the search scored them.
std::vector<int> best_candidates(const Summary& s) {
  std::vector<int> best;
  if (s.config.objectives.size() > 1) {
    for (const Trial* trial : pareto_front(s.config, s.trials))
      if (!trial->candidate.baseline) best.push_back(trial->number);
    if (!best.empty()) return best;
  }
  if (s.table.complete) {
    for (const ConfirmRow& row : s.table.rows)
      if (!row.candidate.baseline && row.outcome == trainer::Outcome::ok)
        best.push_back(row.search_trial);
    return best;
  }
  for (const Trial* trial : s.leaderboard())
    if (!trial->candidate.baseline && trial->state == TrialState::complete)
      best.push_back(trial->number);
  return best;
}

Plan new_plan(const PromoteOptions& o, const Summary& s) {
  Plan plan;
  for (const Trial& trial : s.trials)
    if (trial.candidate.baseline && trial.state == TrialState::complete)
      plan.baselines.push_back(trial.number);
  plan.candidates = best_candidates(s);
  if (plan.candidates.empty() || plan.baselines.empty())
    throw space::Error(
        fmt::format("study \"{}\" has no candidate that was trained to its last rung; go on with "
                    "`antigrad resume`",
                    o.config.name));
  const auto most = static_cast<std::size_t>(o.promote.candidates);
  plan.candidates.resize(std::min(plan.candidates.size(), most));
  plan.first_seed = o.config.search_seeds() + o.config.confirm.seeds;
  return plan;
}

Json to_json(const Plan& plan, const std::vector<Task>& tasks) {
  return {{"baselines", plan.baselines},
          {"candidates", plan.candidates},
          {"first_seed", plan.first_seed},
          {"tasks", names_of(tasks)}};
}

/// The promotion's plan in the journal, if it has begun. Throws for one of other tasks.
std::optional<Plan> stored_plan(const Replay& now, const PromoteOptions& o) {
  const StoredStudy* const study = now.find(promote_name(o.config.name));
  if (study == nullptr || !study->user_attrs.contains(kAttribute)) return std::nullopt;
  const Json& json = study->user_attrs.at(kAttribute);
  const auto tasks = names_of(with_other_tasks(o).tasks);
  const auto before = json.at("tasks").get<std::vector<std::string>>();
  if (before != tasks)
    throw space::Error(
        fmt::format("this promotion began on the tasks {}; now they are {}: ask for the same ones",
                    fmt::join(before, "; "), fmt::join(tasks, "; ")));
  return Plan{json.at("baselines").get<std::vector<int>>(),
              json.at("candidates").get<std::vector<int>>(), json.at("first_seed").get<int>()};
}

std::vector<int> rows_of(const Plan& plan) {
  std::vector<int> rows = plan.baselines;
  rows.insert(rows.end(), plan.candidates.begin(), plan.candidates.end());
  return rows;
}

/// Every row on so many seeds, seed by seed.
Series series_of(const std::string& study, const std::vector<Trial>& search,
                 const std::vector<int>& rows, int first_seed, int seeds) {
  Series series;
  series.study = study;
  for (int seed = 0; seed < seeds; ++seed) {
    for (const int row : rows) {
      Trial trial;
      trial.number = static_cast<int>(series.wanted.size());
      trial.candidate = search[static_cast<std::size_t>(row)].candidate;
      trial.search_trial = row;
      series.wanted.push_back(std::move(trial));
      series.stages.push_back({1, {first_seed + seed}, true});
    }
  }
  return series;
}

/// A row's runs over all seeds that every row has.
std::vector<Trial> merged(const std::vector<Trial>& trials, std::size_t rows, int seeds) {
  std::vector<Trial> all(trials.begin(), trials.begin() + static_cast<std::ptrdiff_t>(rows));
  for (std::size_t i = rows; i < rows * static_cast<std::size_t>(seeds); ++i) {
    Trial& row = all[i % rows];
    const Trial& more = trials[i];
    row.runs.insert(row.runs.end(), more.runs.begin(), more.runs.end());
    if (row.reason.empty()) row.reason = more.reason;
  }
  return all;
}

std::vector<double> losses_of(const Trial& trial, const Task& task, const Stage& stage) {
  std::vector<double> losses;
  for (const int seed : stage.seeds)
    losses.push_back(stage_loss(trial, task, {stage.fraction, {seed}}));
  return losses;
}

std::vector<double> minus(std::vector<double> a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return a;
}

/// Losses by seed, in units of the baselines' spread.
std::vector<double> scores_on(const Task& task, const Unit& unit, const Trial& trial,
                              const Stage& stage) {
  std::vector<double> scores = losses_of(trial, task, stage);
  for (double& score : scores) score = (score - unit.location) / unit.scale;
  return scores;
}

/// The same, means over tasks.
std::vector<double> scores_of(const StudyConfig& config, const std::vector<Unit>& units,
                              const Trial& trial, const Stage& stage) {
  std::vector<double> scores(stage.seeds.size());
  for (std::size_t t = 0; t < config.tasks.size(); ++t) {
    const std::vector<double> on_task = scores_on(config.tasks[t], units[t], trial, stage);
    for (std::size_t seed = 0; seed < scores.size(); ++seed)
      scores[seed] += on_task[seed] / static_cast<double>(config.tasks.size());
  }
  return scores;
}

PromoteRow row_of(const StudyConfig& config, const Trial& trial, const Stage& stage,
                  const std::vector<double>& scores) {
  PromoteRow row;
  row.search_trial = trial.search_trial;
  row.candidate = trial.candidate;
  row.seeds = static_cast<int>(stage.seeds.size());
  row.score = mean(scores);
  row.error = half_width(scores);
  row.failure = trial.reason;
  for (const Task& task : config.tasks) row.losses.push_back(stage_loss(trial, task, stage));
  return row;
}

/// No average makes up for a task on which a candidate is worse. all: baselines first, as in the
/// table; the level holds over the tasks together.
void find_mixed(PromoteTable& table, std::size_t baselines, const StudyConfig& config,
                const std::vector<Unit>& units, const std::vector<Trial>& all, const Stage& stage) {
  VerdictOptions options = table.options;
  options.level = 1 - (1 - options.level) / static_cast<double>(config.tasks.size());
  for (std::size_t t = 0; t < config.tasks.size(); ++t) {
    std::vector<std::vector<double>> scores;
    for (const Trial& trial : all)
      scores.push_back(scores_on(config.tasks[t], units[t], trial, stage));
    const std::span<const std::vector<double>> known(scores);
    const auto judged = judge(known.first(baselines), known.subspan(baselines), options);
    for (std::size_t i = 0; i < judged.size(); ++i) {
      PromoteRow& row = table.rows[baselines + i];
      if (row.judgement.finding == Finding::better && judged[i].finding == Finding::worse)
        row.worse_on.push_back(config.tasks[t].name);
    }
  }
  for (PromoteRow& row : table.rows)
    if (!row.worse_on.empty()) row.judgement.finding = Finding::mixed;
}

}  // namespace

std::string promote_name(const std::string& study) { return study + "/promote"; }
std::string test_name(const std::string& study) { return study + "/test"; }

const PromoteRow* PromoteTable::winner() const {
  const PromoteRow* best = nullptr;
  for (const PromoteRow& row : rows) {
    if (row.candidate.baseline || row.judgement.finding != Finding::better) continue;
    if (best == nullptr || row.score < best->score) best = &row;
  }
  return best;
}

bool PromoteTable::undecided() const {
  return std::ranges::any_of(rows, [](const PromoteRow& row) {
    return !row.candidate.baseline && row.judgement.finding == Finding::undecided;
  });
}

bool run_promotion(const PromoteOptions& o, Pool& pool) {
  const SearchOptions options = search_options(o);
  Session session(options, pool.workers());
  std::optional<Plan> plan = stored_plan(session.replayed(), o);
  if (!plan) {
    plan = new_plan(o, summarise(o.config, o.journal));
    set_attribute(session, promote_name(o.config.name),
                  {{kAttribute, to_json(*plan, options.config.tasks)}});
  }
  return run_series(session, pool,
                    series_of(promote_name(o.config.name), session.load(o.config.name),
                              rows_of(*plan), plan->first_seed, o.promote.seeds));
}

PromoteTable promote_table(const PromoteOptions& o) {
  const StudyConfig config = with_other_tasks(o);
  const Replay now = replay(read_journal(o.journal));
  PromoteTable table;
  table.options = {o.promote.margin, o.promote.level};
  table.searched = o.config.tasks.size();
  for (const Task& task : config.tasks) table.tasks.push_back(task.name);
  const std::optional<Plan> plan = stored_plan(now, o);
  if (!plan) return table;
  const std::size_t rows = rows_of(*plan).size();
  std::vector<Trial> trials;
  for (const StoredTrial& stored : now.find(promote_name(o.config.name))->trials)
    trials.push_back(from_stored(stored));
  table.seeds = static_cast<int>(trials.size() / rows);
  if (table.seeds == 0) return table;
  Stage stage{1, {}};
  for (int seed = 0; seed < table.seeds; ++seed) stage.seeds.push_back(plan->first_seed + seed);
  const std::vector<Trial> all = merged(trials, rows, table.seeds);
  std::vector<const Trial*> baselines;
  for (std::size_t i = 0; i < plan->baselines.size(); ++i) baselines.push_back(&all[i]);
  std::vector<Unit> units;
  for (const Task& task : config.tasks) units.push_back(unit_of(baselines, task, stage));
  std::vector<std::vector<double>> scores;
  for (const Trial& trial : all) {
    scores.push_back(scores_of(config, units, trial, stage));
    table.rows.push_back(row_of(config, trial, stage, scores.back()));
    const double score = table.rows.back().score;
    const auto best = static_cast<std::size_t>(table.best_baseline);
    if (trial.candidate.baseline && std::isfinite(score) &&
        (table.best_baseline < 0 || score < table.rows[best].score))
      table.best_baseline = static_cast<int>(table.rows.size()) - 1;
  }
  const std::span<const std::vector<double>> known(scores);
  const auto judged =
      judge(known.first(baselines.size()), known.subspan(baselines.size()), table.options);
  for (std::size_t i = 0; i < judged.size(); ++i)
    table.rows[baselines.size() + i].judgement = judged[i];
  find_mixed(table, baselines.size(), config, units, all, stage);
  const Trial& best = all[static_cast<std::size_t>(table.best_baseline)];
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const Task& task : config.tasks)
      table.rows[i].differences.push_back(
          mean(minus(losses_of(all[i], task, stage), losses_of(best, task, stage))));
  return table;
}

TestPair test_pair(const PromoteOptions& o, const PromoteTable& table) {
  const Replay now = replay(read_journal(o.journal));
  const StoredStudy* const study = now.find(test_name(o.config.name));
  if (study != nullptr && study->user_attrs.contains(kTestAttribute)) {
    const Json& json = study->user_attrs.at(kTestAttribute);
    return {json.at("winner").get<int>(), json.at("baseline").get<int>(),
            json.at("seeds").get<int>(), true};
  }
  const PromoteRow* const winner = table.winner();
  if (winner == nullptr) return {};
  const PromoteRow& baseline = table.rows[static_cast<std::size_t>(table.best_baseline)];
  return {winner->search_trial, baseline.search_trial, table.seeds, false};
}

bool run_test(const PromoteOptions& o, const PromoteTable& table, Pool& pool) {
  const TestPair pair = test_pair(o, table);
  const SearchOptions options = search_options(o);
  Session session(options, pool.workers());
  if (!pair.begun) {
    const Json value{{"winner", pair.winner}, {"baseline", pair.baseline}, {"seeds", pair.seeds}};
    set_attribute(session, test_name(o.config.name), {{kTestAttribute, value}});
  }
  const std::optional<Plan> plan = stored_plan(session.replayed(), o);
  return run_series(session, pool,
                    series_of(test_name(o.config.name), session.load(o.config.name),
                              {pair.winner, pair.baseline}, plan->first_seed, pair.seeds));
}

std::vector<TestRow> test_rows(const PromoteOptions& o, const PromoteTable& table) {
  const Replay now = replay(read_journal(o.journal));
  const StoredStudy* const study = now.find(test_name(o.config.name));
  if (study == nullptr || study->trials.size() < 2) return {};
  std::vector<TestRow> rows;
  for (const std::string& task : table.tasks) {
    TestRow row{.task = task};
    std::vector<double> losses[2], accuracies[2];
    for (const StoredTrial& stored : study->trials) {
      for (const Run& run : from_stored(stored).runs) {
        if (run.task != task) continue;
        const auto& shifts = run.measurement.shifts;
        const auto test = std::ranges::find(shifts, "test", &trainer::ShiftPoint::name);
        const auto who = static_cast<std::size_t>(stored.number % 2);
        losses[who].push_back(test == shifts.end() ? kNan : test->loss);
        accuracies[who].push_back(test == shifts.end() ? kNan : test->accuracy);
      }
    }
    const std::size_t pairs = std::min(losses[0].size(), losses[1].size());
    losses[0].resize(pairs);
    losses[1].resize(pairs);
    row.seeds = static_cast<int>(pairs);
    row.winner = mean(losses[0]);
    row.baseline = mean(losses[1]);
    const std::vector<double> differences = minus(losses[0], losses[1]);
    row.difference = mean(differences);
    row.half_width = half_width(differences);
    row.winner_accuracy = mean(accuracies[0]);
    row.baseline_accuracy = mean(accuracies[1]);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace antigrad::search
