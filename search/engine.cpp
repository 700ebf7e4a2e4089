// The course of a search: baselines, candidates, confirmation.
#include "search/engine.hpp"

#include <algorithm>
#include <memory>
#include <mutex>

#include "search/candidates.hpp"
#include "search/group.hpp"
#include "search/library/warm_start.hpp"
#include "search/measured_cost.hpp"
#include "search/session.hpp"

namespace antigrad::search {
namespace {

Group baseline_group(const SearchOptions& options) {
  Group group{{Phase::baselines, options.config.name, {}, options.config.stacked},
              search_stages(options.config)};
  for (const std::string& name : options.config.baselines) {
    Trial trial;
    trial.number = static_cast<int>(group.wanted.size());
    trial.candidate = describe_baseline(name, options.describe, options.config.definitions);
    group.wanted.push_back(std::move(trial));
  }
  return group;
}

// The baselines that trained, then the best candidates that did.
Group confirm_group(const StudyConfig& config, const std::vector<Trial>& trials) {
  std::vector<const Trial*> chosen, candidates;
  for (const Trial& trial : trials) {
    if (trial.state == TrialState::fail) continue;
    (trial.candidate.baseline ? chosen : candidates).push_back(&trial);
  }
  std::sort(candidates.begin(), candidates.end(),
            [](const Trial* a, const Trial* b) { return better(*a, *b); });
  const auto finalists = static_cast<std::size_t>(config.confirm.finalists);
  candidates.resize(std::min(candidates.size(), finalists));
  chosen.insert(chosen.end(), candidates.begin(), candidates.end());

  Group group{{Phase::confirmation, confirm_name(config.name), {}, config.stacked},
              {confirm_stage(config)}};
  for (const Trial* trial : chosen) {
    Trial again;
    again.number = static_cast<int>(group.wanted.size());
    again.candidate = trial->candidate;
    again.search_trial = trial->number;
    group.wanted.push_back(std::move(again));
  }
  return group;
}

bool run_candidates(Session& session, Pool& pool) {
  const StudyConfig& config = session.config;
  std::unique_ptr<Sampler> own;
  if (session.options.sampler == nullptr)
    own = warm_sampler(config, experience_of(config, session.options.journal),
                       session.options.spectrum);
  Sampler& sampler = own != nullptr ? *own : *session.options.sampler;
  std::vector<Trial> recorded = session.load(config.name);
  const auto done = static_cast<int>(recorded.size() - config.baselines.size());
  for (const Trial& trial : recorded) {
    const bool best =
        session.progress.best_trial < 0 || trial.score() < session.progress.best_score;
    if (trial.candidate.baseline || trial.state != TrialState::complete || !best) continue;
    session.progress.best_trial = trial.number;
    session.progress.best_score = trial.score();
  }
  session.begin_phase(Phase::candidates, done, config.trials);
  CandidatePhase phase(session, sampler, session.ensure_study(config.name), std::move(recorded));
  if (!phase.complete()) {
    pool.run([&](trainer::Evaluator& evaluator, int slot) { phase.work(evaluator, slot); });
  }
  return phase.complete();
}

}  // namespace

const char* to_string(Phase phase) {
  switch (phase) {
    case Phase::baselines: return "baselines";
    case Phase::candidates: return "candidates";
    case Phase::confirmation: return "confirmation";
    case Phase::promotion: return "promotion";
    case Phase::done: return "done";
  }
  return "unknown";
}

std::string confirm_name(const std::string& study) { return study + "/confirm"; }

double Accounting::overhead() const {
  const double all = wall * workers;
  return all > 0 ? 1 - training / all : 0;
}

SearchResult run_search(const SearchOptions& options, Pool& pool) {
  return run_search(options, pool, {});
}

SearchResult run_search(const SearchOptions& given, Pool& pool, MeasureCost measure) {
  SearchOptions options = given;
  choose_estimators(options.config, options.journal);
  std::mutex clock;  // two at a time would slow each other down
  MeasureCost alone;
  if (measure)
    alone = [&](const std::string& activation) {
      const std::lock_guard lock(clock);
      return measure(activation);
    };
  Session session(options, pool.workers(), alone);
  const StudyConfig& config = options.config;
  SearchResult result;
  const auto ended = [&](Phase phase) {
    result.phase = phase;
    result.accounting = session.final_accounting();
    return result;
  };
  if (!run_group(session, pool, baseline_group(options))) return ended(Phase::baselines);
  if (session.stopping() || !run_candidates(session, pool)) return ended(Phase::candidates);
  const Group confirmation = confirm_group(config, session.load(config.name));
  if (session.stopping() || !run_group(session, pool, confirmation)) {
    return ended(Phase::confirmation);
  }
  session.begin_phase(Phase::done, 0, 0);
  result.complete = true;
  return ended(Phase::done);
}

}  // namespace antigrad::search
