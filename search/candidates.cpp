// Proposals, rungs and records of the candidate phase.
#include "search/candidates.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "search/evidence/objective.hpp"
#include "search/trial_list.hpp"
#include "search/worker.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

void reject(Trial& trial, const std::string& reason) {
  trial.state = TrialState::fail;
  trial.outcome = trainer::Outcome::rejected;
  trial.reason = reason;
}

}  // namespace

CandidatePhase::CandidatePhase(Session& session, Sampler& sampler, int study_id,
                               std::vector<Trial> recorded)
    : session_(session),
      sampler_(sampler),
      study_id_(study_id),
      baseline_count_(static_cast<int>(session.config.baselines.size())),
      total_(baseline_count_ + session.config.trials),
      stages_(search_stages(session.config)),
      pruners_(session.config),
      cohorts_(pruners_, baseline_count_, total_),
      wanted_(space::demanded(session.config.constraints)),
      next_(static_cast<int>(recorded.size())),
      in_order_(next_) {
  for (Trial& trial : recorded) {
    fingerprints_.insert(trial.candidate.fingerprint);
    cohorts_.report(trial, true);
    recorded_.push_back(std::move(trial));
  }
}

int CandidatePhase::horizon(int number) const {
  const int lagged = number - session_.config.sampler.lag + 1;
  return std::max(baseline_count_, std::min(lagged, cohorts_.begin_of(number)));
}

int CandidatePhase::end_of_next() const {
  return baseline_count_ +
         end_of_group(next_ - baseline_count_, session_.config.stacked, total_ - baseline_count_);
}

bool CandidatePhase::ready() const {
  const int needed = session_.config.deterministic ? horizon(end_of_next() - 1) : baseline_count_;
  return next_ < total_ && static_cast<int>(recorded_.size()) >= needed;
}

std::vector<const Trial*> CandidatePhase::visible() const {
  const auto all = static_cast<int>(recorded_.size());
  const int seen = session_.config.deterministic ? std::min(horizon(next_), all) : all;
  std::vector<const Trial*> trials;
  for (int i = 0; i < seen; ++i) trials.push_back(&recorded_[static_cast<std::size_t>(i)]);
  return trials;
}

// A job that goes on, or new ones; none when there will be none.
std::vector<Job> CandidatePhase::next(int slot) {
  std::unique_lock lock(session_.mutex);
  std::optional<Job> waited;
  const auto over = [&] {
    const bool more = cohorts_.wanted() && session_.progress.running > 0;  // may go on here
    return session_.stopping() || (next_ >= total_ && !more);
  };
  {
    const Stopwatch watch(session_.accounting.waiting);
    // Now and then a look at the stop flag: a signal handler cannot notify.
    while (!over() && !(waited = cohorts_.climbing(slot, !ready())) && !ready())
      session_.changed.wait_for(lock, std::chrono::milliseconds{50});
  }
  std::vector<Job> jobs;
  if (waited) jobs.push_back(std::move(*waited));
  if (!jobs.empty() || over()) return jobs;
  for (const int end = end_of_next(); next_ < end; ++next_) {
    Job& job = jobs.emplace_back(propose());
    job.slot = slot;
    ++session_.progress.running;
    session_.tell(&Listener::proposed, job.trial);
  }
  session_.changed.notify_all();
  return jobs;
}

Job CandidatePhase::propose() {
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
      reject(trial, fault->sentence);
    }
    trial.candidate.refused = std::move(refused);
    return;
  }
}

void CandidatePhase::measure_or_reject(const Stage& stage, trainer::Evaluator& evaluator,
                                       std::span<Trial* const> trials) {
  try {
    session_.measure_stage(stage, evaluator, trials);
  } catch (const StartError&) {
    throw;
  } catch (const space::Error& e) {  // the baselines have shown that the tasks are sound
    if (trials.size() == 1) return reject(*trials.front(), e.what());
    for (Trial* const& trial : trials) measure_or_reject(stage, evaluator, {&trial, 1});
  }
}

// Scores a trial that has been measured at its rung.
bool CandidatePhase::goes_on(Job& job) {
  Trial& trial = job.trial;
  if (trial.state == TrialState::fail) return false;
  const std::size_t rung = job.rung++;
  const std::span<const Trial* const> baselines(job.visible.data(),
                                                static_cast<std::size_t>(baseline_count_));
  try {
    trial.scores.push_back(score(session_.config, baselines, trial, stages_[rung]));
    trial.objectives =
        objective_values(session_.config, baselines, trial, stages_[rung], session_.kernel_cost);
  } catch (const space::Error& e) {
    reject(trial, e.what());
    return false;
  }
  {
    const std::lock_guard lock(session_.mutex);
    session_.tell(&Listener::rung_finished, trial);
  }
  const bool last = job.rung == stages_.size();
  trial.state = last ? TrialState::complete : TrialState::pruned;
  return !last && pruners_.goes_on(job.visible, trial, rung);
}

// Jobs at the same rung. The numbers of those that have to wait for their cohort.
std::set<int> CandidatePhase::climb(std::vector<Job>& jobs, trainer::Evaluator& evaluator) {
  std::vector<Job*> climbing;
  for (Job& job : jobs)
    if (job.trial.state != TrialState::fail) climbing.push_back(&job);  // a candidate was found
  while (!climbing.empty()) {
    std::vector<Trial*> trials;
    for (Job* const job : climbing) trials.push_back(&job->trial);
    measure_or_reject(stages_[climbing.front()->rung], evaluator, trials);
    std::erase_if(climbing, [&](Job* const job) { return !goes_on(*job); });
    if (cohorts_.wanted()) break;
  }
  std::set<int> waiting;
  for (const Job* const job : climbing) waiting.insert(job->trial.number);
  return waiting;
}

// Their places in the records, or among those that wait; whoever waited for them is told. Whether
// their slot has no run to go on with.
bool CandidatePhase::leave(std::vector<Job> jobs, const std::set<int>& waiting) {
  const std::lock_guard lock(session_.mutex);
  const int slot = jobs.front().slot;
  for (Job& job : jobs) {
    const bool finished = !waiting.contains(job.trial.number);
    cohorts_.report(job.trial, finished);
    if (finished)
      put(std::move(job.trial));
    else
      cohorts_.park(std::move(job));
  }
  while (std::optional<Job> pruned = cohorts_.pruned()) {
    cohorts_.report(pruned->trial, true);
    put(std::move(pruned->trial));
  }
  for (Trial& trial : session_.record(in_order_.take(), study_id_))
    recorded_.push_back(std::move(trial));
  session_.changed.notify_all();
  return !cohorts_.holds(slot);
}

void CandidatePhase::put(Trial trial) {
  trial.completed = timestamp();
  in_order_.put(std::move(trial));
}

void CandidatePhase::work(trainer::Evaluator& evaluator, int slot) {
  const AbortGuard guard(session_);
  for (std::vector<Job> jobs = next(slot); !jobs.empty(); jobs = next(slot)) {
    const std::set<int> waiting = climb(jobs, evaluator);
    if (leave(std::move(jobs), waiting)) evaluator.forget();
  }
}

}  // namespace antigrad::search
