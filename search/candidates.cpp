// Proposals, rungs and records of the candidate phase.
#include "search/candidates.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "search/evidence/objective.hpp"
#include "search/worker.hpp"
#include "space/error.hpp"

namespace antigrad::search {

CandidatePhase::CandidatePhase(Session& session, Sampler& sampler, int study_id,
                               std::vector<Trial> recorded)
    : session_(session),
      sampler_(sampler),
      study_id_(study_id),
      baseline_count_(static_cast<int>(session.config.baselines.size())),
      total_(baseline_count_ + session.config.trials),
      stages_(search_stages(session.config)),
      pruners_(session.config),
      wanted_(space::demanded(session.config.constraints)),
      next_(static_cast<int>(recorded.size())),
      in_order_(next_, [this](Trial trial) { record(std::move(trial)); }) {
  for (Trial& trial : recorded) {
    fingerprints_.insert(trial.candidate.fingerprint);
    recorded_.push_back(std::move(trial));
  }
}

bool CandidatePhase::ready() const {
  const int needed = session_.config.deterministic ? next_ - session_.config.sampler.lag + 1 : 0;
  return static_cast<int>(recorded_.size()) >= std::max(baseline_count_, needed);
}

std::vector<const Trial*> CandidatePhase::visible() const {
  const auto all = static_cast<int>(recorded_.size());
  const int seen = std::max(baseline_count_, next_ - session_.config.sampler.lag + 1);
  std::vector<const Trial*> trials;
  for (int i = 0; i < (session_.config.deterministic ? std::min(seen, all) : all); ++i) {
    trials.push_back(&recorded_[static_cast<std::size_t>(i)]);
  }
  return trials;
}

std::optional<CandidatePhase::Job> CandidatePhase::next() {
  std::unique_lock lock(session_.mutex);
  const auto over = [&] { return session_.stopping() || next_ >= total_; };
  {
    const Stopwatch watch(session_.accounting.waiting);
    // Now and then a look at the stop flag: a signal handler cannot notify.
    while (!over() && !ready()) session_.changed.wait_for(lock, std::chrono::milliseconds{50});
  }
  if (over()) return std::nullopt;
  Job job = propose();
  ++next_;
  ++session_.progress.running;
  session_.tell(&Listener::proposed, job.trial);
  session_.changed.notify_all();
  return job;
}

CandidatePhase::Job CandidatePhase::propose() {
  const Stopwatch watch(session_.accounting.sampling);
  Job job;
  job.visible = visible();
  job.trial.number = next_;
  draw(job.visible, job.trial);
  job.trial.started = timestamp();
  fingerprints_.insert(job.trial.candidate.fingerprint);
  return job;
}

// Proofs first, then the check at initialisation.
std::optional<CandidatePhase::Fault> CandidatePhase::fault_of(const std::string& text) const {
  const StudyConfig& config = session_.config;
  if (wanted_.empty() && !config.propagation.wanted) return std::nullopt;
  const space::Activation activation = space::parse_activation(text);
  if (const auto claim = space::violated(activation, wanted_)) {
    const std::string reason = fmt::format("{}: {}", to_string(claim->verdict), claim->statement);
    return Fault{claim->property, reason,
                 fmt::format("not proved to be {}: {}", claim->property, reason)};
  }
  if (const auto reason = propagation_fault(activation, config.propagation))
    return Fault{"propagation", *reason, "at initialisation: " + *reason};
  return std::nullopt;
}

// Draws again what was there before, and what is not proved to have the properties that the study
// demands. A space that is used up gives repetitions in the end; one without such candidates,
// trials that fail with the reason.
void CandidatePhase::draw(const std::vector<const Trial*>& seen, Trial& trial) {
  constexpr int kDraws = 100, kRefusals = 1000;
  const auto key = space::child_seed(session_.config.seed, "proposal");
  space::Random random(space::child_seed(key, static_cast<std::uint64_t>(next_)));
  std::map<std::string, Candidate::Refusal> refused;
  for (int attempt = 1, refusals = 0;; ++attempt) {
    const Proposal proposal = sampler_.ask(next_ - baseline_count_, seen, random);
    trial.candidate = session_.options.describe(proposal.activation);
    trial.candidate.parents = proposal.parents;
    trial.candidate.operation = proposal.operation;
    const bool known = fingerprints_.count(trial.candidate.fingerprint) > 0;
    if (known && attempt < kDraws) continue;
    if (const auto fault = fault_of(proposal.activation)) {
      auto& [count, activation, reason] = refused[fault->property];
      ++count;
      activation = proposal.activation;
      reason = fault->reason;
      attempt = 0;
      if (++refusals < kRefusals) continue;
      trial.state = TrialState::fail;
      trial.outcome = trainer::Outcome::rejected;
      trial.reason = fault->sentence;
    }
    trial.candidate.refused = std::move(refused);
    return;
  }
}

bool CandidatePhase::measure_or_reject(const Stage& stage, trainer::Evaluator& evaluator,
                                       std::span<const Trial* const> baselines, Trial& trial) {
  try {
    if (!session_.measure_stage(stage, evaluator, trial)) return false;
    trial.scores.push_back(score(session_.config, baselines, trial, stage));
    trial.objectives = objective_values(session_.config, baselines, trial, stage);
    return true;
  } catch (const StartError&) {
    throw;
  } catch (const space::Error& e) {  // the baselines have shown that the tasks are sound
    trial.state = TrialState::fail;
    trial.outcome = trainer::Outcome::rejected;
    trial.reason = e.what();
    return false;
  }
}

void CandidatePhase::climb(Job& job, trainer::Evaluator& evaluator) {
  Trial& trial = job.trial;
  if (trial.state == TrialState::fail) return;  // no candidate was found
  const std::span<const Trial* const> baselines(job.visible.data(),
                                                static_cast<std::size_t>(baseline_count_));
  for (std::size_t rung = 0; rung < stages_.size(); ++rung) {
    if (!measure_or_reject(stages_[rung], evaluator, baselines, trial)) return;
    {
      const std::lock_guard lock(session_.mutex);
      session_.tell(&Listener::rung_finished, trial);
    }
    const bool last = rung + 1 == stages_.size();
    trial.state = last ? TrialState::complete : TrialState::pruned;
    if (last || !pruners_.goes_on(job.visible, trial, rung)) return;
  }
}

void CandidatePhase::record(Trial trial) {
  const Json one = to_record(trial, study_id_);
  session_.journal.append({&one, 1});
  session_.count_finished(trial);
  session_.tell(&Listener::trial_finished, trial);
  recorded_.push_back(std::move(trial));
}

void CandidatePhase::work(trainer::Evaluator& evaluator) {
  const AbortGuard guard(session_);
  while (std::optional<Job> job = next()) {
    climb(*job, evaluator);
    evaluator.forget();
    job->trial.completed = timestamp();
    const std::lock_guard lock(session_.mutex);
    in_order_.put(std::move(job->trial));
    session_.changed.notify_all();
  }
}

}  // namespace antigrad::search
