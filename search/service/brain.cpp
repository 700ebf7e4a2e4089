// Trials as a sampler sees them.
#include "search/service/brain.hpp"

#include <cmath>

#include "space/random.hpp"

namespace antigrad::search {
namespace {

double lower_is_better(const StoredStudy& study, std::size_t objective, double value) {
  const bool maximise = objective < study.directions.size() && study.directions[objective] == 2;
  return maximise ? -value : value;
}

Observation observation_of(const StoredStudy& study, const StoredTrial& trial) {
  Observation seen{.number = trial.number,
                   .state = trial.state,
                   .params = {trial.params.begin(), trial.params.end()}};
  for (std::size_t i = 0; i < trial.values.size(); ++i)
    seen.values.push_back(lower_is_better(study, i, trial.values[i]));
  if (!trial.intermediate_values.empty()) {
    const auto& [step, value] = *trial.intermediate_values.rbegin();
    seen.last_step = step;
    seen.last_value = lower_is_better(study, 0, value);
  }
  const Json constraints = trial.system_attrs.value("constraints", Json::array());
  for (const Json& violated : constraints)
    if (violated.is_number()) seen.constraints.push_back(violated.get<double>());
  return seen;
}

bool finished(TrialState state) {
  return state != TrialState::running && state != TrialState::waiting;
}

// A sampler takes complete trials with all their numbers.
bool useful(const StoredStudy& study, const Observation& seen) {
  if (seen.state == TrialState::waiting || seen.state == TrialState::fail) return false;
  if (seen.state != TrialState::complete) return true;
  if (seen.values.size() != study.directions.size()) return false;
  for (const double value : seen.values)
    if (std::isnan(value)) return false;
  return true;
}

}  // namespace

AskTell::Brain::Brain(const StoredStudy& study, ServiceSettings s) : settings(std::move(s)) {
  settings.pruner.maximise = !study.directions.empty() && study.directions[0] == 2;
  settings.pruner.study = study.name;
  sampler_ = make_parameter_sampler(settings.sampler, settings.seed);
  pruner_ = make_pruner(settings.pruner);
}

std::span<const Reports> AskTell::Brain::reports(const StoredStudy& study) {
  for (const StoredTrial& trial : study.trials) {
    const auto number = static_cast<std::size_t>(trial.number);
    if (number == reports_.size()) {
      reports_.push_back(reports_of(trial));
    } else if (!finished(reports_[number].state)) {
      reports_[number] = reports_of(trial);
    }
  }
  return reports_;
}

Decision AskTell::Brain::judge(const StoredStudy& study, const StoredTrial& trial) {
  if (settings.pruner.name == "none" || trial.intermediate_values.empty()) return {};
  return pruner_->decide(reports(study), reports_of(trial));
}

Decision AskTell::Brain::judge(const StoredStudy& study, const StoredTrial& trial, int step,
                               double value) {
  if (settings.pruner.name == "none") return {};
  const Pruner& pruner = *pruner_;
  return pruner.decide(reports(study), reports_of(trial), step, value);
}

// Finished trials do not change: only the others are looked at again.
void AskTell::Brain::observe(const StoredStudy& study) {
  for (const StoredTrial& trial : study.trials) {
    const auto number = static_cast<std::size_t>(trial.number);
    if (number == seen_.size()) {
      seen_.push_back(observation_of(study, trial));
    } else if (!finished(seen_[number].state)) {
      seen_[number] = observation_of(study, trial);
    }
  }
}

std::size_t AskTell::Brain::first_open(const StoredStudy& study) {
  while (first_open_ < study.trials.size() && finished(study.trials[first_open_].state))
    ++first_open_;
  return first_open_;
}

int AskTell::Brain::used(const StoredStudy& study) {
  for (; counted_ < study.trials.size(); ++counted_)
    used_ += study.trials[counted_].system_attrs.contains("retry_history") ? 0 : 1;
  return used_;
}

Parameters AskTell::Brain::propose(const StoredStudy& study) {
  observe(study);
  std::vector<const Observation*> history;
  for (const Observation& seen : seen_)
    if (useful(study, seen)) history.push_back(&seen);
  const auto number = static_cast<std::uint64_t>(study.trials.size());
  space::Random random(space::child_seed(space::child_seed(settings.seed, "ask"), number));
  return sampler_->ask(static_cast<int>(number), history, settings.space, random);
}

std::vector<Json> AskTell::Brain::fixed_parameters(const StoredStudy& study,
                                                   const StoredTrial& trial) {
  const auto fixed = trial.system_attrs.find("fixed_params");
  if (fixed == trial.system_attrs.end() || !fixed->is_object() || settings.space.empty()) return {};
  const Parameters drawn = propose(study);
  std::vector<Json> records;
  for (const auto& [name, distribution, condition] : settings.space) {
    if (trial.params.count(name) > 0) continue;
    const double* value = find(drawn, name);
    double wanted = 0;
    if (fixed->contains(name)) {
      try {
        wanted = internal(distribution, fixed->at(name));
      } catch (const space::Error&) {
        continue;
      }
      value = &wanted;
    }
    if (value == nullptr) continue;
    records.push_back({{"op_code", 5},
                       {"trial_id", trial.id},
                       {"param_name", name},
                       {"param_value_internal", *value},
                       {"distribution", to_text(distribution)}});
  }
  return records;
}

}  // namespace antigrad::search
