// Studies and asking: queued trials first, then those whose workers fell silent, then new ones.
#include "search/service/ask_tell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "search/service/brain.hpp"
#include "search/service/budget.hpp"
#include "search/service/requests.hpp"
#include "search/service/trial_json.hpp"
#include "search/storage/format.hpp"
#include "search/storage/journal.hpp"

namespace antigrad::search {
namespace {

constexpr const char* kReleasedAttribute = "antigrad:released";
constexpr const char* kGivenAttribute = "antigrad:given";

void demand_readable(const StoredStudy& study) {
  try {
    demand_known_format(study, "");
  } catch (const space::Error& e) {
    throw Refusal(409, "newer_format", e.message());
  }
}

ServiceSettings settings_of(const StoredStudy& study) {
  demand_readable(study);
  try {
    return settings_from(study.system_attrs.value(kSettingsAttribute, Json::object()));
  } catch (const space::Error& e) {  // another program wrote them
    throw Refusal(409, "bad_settings",
                  fmt::format("{} of \"{}\": {}", kSettingsAttribute, study.name, e.message()));
  }
}

Json internal_distributions(const StoredTrial& trial) {
  Json texts = Json::object();
  for (const auto& [name, distribution] : trial.distributions)
    texts[name] = to_text(distribution_from_json(distribution));
  return texts;
}

std::vector<int> history_of(const StoredTrial& trial) {
  std::vector<int> numbers;
  const Json history = trial.system_attrs.value("retry_history", Json::array());
  for (const Json& number : history)
    if (number.is_number_integer()) numbers.push_back(number.get<int>());
  return numbers;
}

/// The trial again, as Optuna's RetryFailedTrialCallback makes it.
Json again(const StoredStudy& study, const StoredTrial& trial, TrialState state) {
  Json system = trial.system_attrs;
  std::vector<int> history = history_of(trial);
  system["failed_trial"] = history.empty() ? trial.number : history.front();
  history.push_back(trial.number);
  system["retry_history"] = history;
  Json params = Json::object();
  for (const auto& [name, value] : trial.params) params[name] = value;
  Json record{{"op_code", 4},
              {"study_id", study.id},
              {"state", static_cast<int>(state)},
              {"datetime_start", nullptr},
              {"params", params},
              {"distributions", internal_distributions(trial)},
              {"user_attrs", trial.user_attrs},
              {"system_attrs", system}};
  if (state == TrialState::running) record["datetime_start"] = timestamp();
  return record;
}

Json failed(const StoredTrial& trial) {
  return {{"op_code", 6},
          {"trial_id", trial.id},
          {"state", static_cast<int>(TrialState::fail)},
          {"values", nullptr},
          {"datetime_complete", timestamp()}};
}

/// One that a sampler elsewhere has asked for, and that workers are to train: it runs for Optuna.
bool waits_for_worker(const View& view, const StoredTrial& trial) {
  return trial.state == TrialState::running && trial.user_attrs.contains(kQueuedAttribute) &&
         view.leases.count(trial.id) == 0;
}

/// How often a worker gave it back.
int released(const StoredTrial& trial) {
  const auto count = trial.system_attrs.find(kReleasedAttribute);
  const bool sound = count != trial.system_attrs.end() && count->is_number_integer();
  return sound ? count->get<int>() : 0;
}

// Nonsense in the attribute, which Python may have set, is nobody's retry.
bool may_retry(const StoredTrial& trial, const ServiceSettings& settings) {
  return static_cast<int>(history_of(trial).size()) - released(trial) < settings.retries;
}

}  // namespace

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

AskTell::AskTell(Store& store, Ticks now) : store_(store), now_(std::move(now)) {}
AskTell::~AskTell() = default;

Json AskTell::create_study(const Json& request, const Key& key) {
  const NewStudy wanted = new_study_from(request);
  Json answer;
  store_.commit([&](const View& view) -> std::vector<Entry> {
    std::vector<Entry> entries;
    const StoredStudy* const found = view.journal.state().find(wanted.name);
    const int id = found != nullptr ? found->id : view.journal.state().study_count;
    if (found != nullptr && found->directions != wanted.directions)
      throw Refusal(409, "other_directions",
                    fmt::format("there is a study \"{}\" with other directions", wanted.name));
    if (found != nullptr) demand_readable(*found);
    if (found == nullptr) {
      entries.push_back(store_.entry(
          {{"op_code", 0}, {"study_name", wanted.name}, {"directions", wanted.directions}}));
      entries.push_back(store_.entry(format_record(id)));
    }
    Json settings = found != nullptr ? found->system_attrs.value(kSettingsAttribute, Json::object())
                                     : Json::object();
    const Json before = settings;
    settings.update(wanted.settings);
    refuse_bad([&] { settings_from(settings); });
    if (found == nullptr || settings != before)
      entries.push_back(store_.entry(
          {{"op_code", 3}, {"study_id", id}, {"system_attr", {{kSettingsAttribute, settings}}}}));
    if (Store::done(view, key) == nullptr && !entries.empty()) Store::mark(entries.back(), key);
    brains_.erase(id);
    return entries;
  });
  return study(wanted.name);
}

Json AskTell::studies() {
  Json list = Json::array();
  store_.read([&](const View& view) {
    for (const StoredStudy& study : view.journal.state().studies) list.push_back(study_json(study));
  });
  return list;
}

Json AskTell::study(const std::string& name) {
  Json json;
  store_.read([&](const View& view) { json = study_json(study_called(view, name)); });
  return json;
}

Json AskTell::trial(const std::string& study, int number) {
  Json json;
  store_.read([&](const View& view) {
    const StoredStudy& owner = study_called(view, study);
    json = trial_json(owner, trial_numbered(owner, number));
  });
  return json;
}

Json AskTell::trials(const std::string& study, int from, int count) {
  Json list = Json::array();
  store_.read([&](const View& view) {
    const StoredStudy& owner = study_called(view, study);
    const int end = static_cast<int>(
        std::min<std::int64_t>(std::int64_t{from} + count, std::ssize(owner.trials)));
    for (int i = std::max(from, 0); i < end; ++i)
      list.push_back(trial_json(owner, owner.trials[static_cast<std::size_t>(i)]));
  });
  return list;
}

// A lease that was not known before begins now.
bool AskTell::expired(const View& view, const StoredTrial& trial, double leases) {
  const auto lease = view.leases.find(trial.id);
  if (lease == view.leases.end()) return false;
  const auto [heard, is_new] = heard_.try_emplace(trial.id, Heard{lease->second.touched, now_()});
  if (heard->second.touched != lease->second.touched)
    heard->second = {lease->second.touched, now_()};
  return now_() - heard->second.at > leases * lease->second.seconds;
}

void AskTell::heard_of(const View& view, int id) {
  const auto lease = view.leases.find(id);
  if (lease != view.leases.end()) heard_[id] = {lease->second.touched, now_()};
}

AskTell::Brain& AskTell::brain_of(const View& view, const StoredStudy& study) {
  if (generation_ != view.generation) {
    brains_.clear();
    heard_.clear();
    generation_ = view.generation;
  }
  std::unique_ptr<Brain>& brain = brains_[study.id];
  if (brain == nullptr) brain = std::make_unique<Brain>(study, settings_of(study));
  return *brain;
}

Entry AskTell::new_trial(const View& view, const StoredStudy& study,
                         const ServiceSettings& settings) {
  const Parameters values = brain_of(view, study).propose(study);
  Json params = Json::object(), distributions = Json::object();
  for (const SpaceParameter& parameter : settings.space) {
    const double* const value = find(values, parameter.name);
    if (value == nullptr) continue;
    params[parameter.name] = *value;
    distributions[parameter.name] = to_text(parameter.distribution);
  }
  return store_.entry({{"op_code", 4},
                       {"study_id", study.id},
                       {"state", static_cast<int>(TrialState::running)},
                       {"datetime_start", timestamp()},
                       {"params", params},
                       {"distributions", distributions},
                       {"antigrad_lease", settings.lease}});
}

// The last entry with a lease is the trial that is given out. A crash between two of them loses and
// doubles nothing: what is started twice is known by its retry_history.
std::vector<Entry> AskTell::next(const View& view, const StoredStudy& study, const Key& key,
                                 const std::string& worker) {
  Brain& brain = brain_of(view, study);
  const ServiceSettings& settings = brain.settings;
  std::vector<Entry> entries;
  const auto give = [&](Json record) {
    record["antigrad_lease"] = settings.lease;
    if (!worker.empty()) record["antigrad_worker"] = worker;
    entries.push_back(store_.entry(std::move(record)));
    Store::mark(entries.back(), key);
    return entries;
  };
  for (std::size_t i = brain.first_open(study); i < study.trials.size(); ++i) {
    const StoredTrial& trial = study.trials[i];
    if (waits_for_worker(view, trial))
      return give(
          {{"op_code", 9}, {"trial_id", trial.id}, {"system_attr", {{kGivenAttribute, worker}}}});
    if (trial.state == TrialState::waiting) {
      for (Json& record : brain.fixed_parameters(study, trial))
        entries.push_back(store_.entry(std::move(record)));
      return give({{"op_code", 6},
                   {"trial_id", trial.id},
                   {"state", static_cast<int>(TrialState::running)},
                   {"values", nullptr},
                   {"datetime_start", timestamp()}});
    }
    if (trial.state != TrialState::running || !expired(view, trial, 1)) continue;
    if (is_retried(study, trial)) {
      entries.push_back(store_.entry(failed(trial)));
    } else if (may_retry(trial, settings)) {
      std::vector<Entry> given = give(again(study, trial, TrialState::running));
      given.push_back(store_.entry(failed(trial)));
      return given;
    }
  }
  if (settings.trials && brain.used(study) >= *settings.trials)
    throw Refusal(409, "budget_spent",
                  fmt::format("all {} trials of \"{}\" are given out; {} of them still run",
                              *settings.trials, study.name, running(study)));
  if (settings.space.empty())
    throw Refusal(
        409, "nothing_to_do",
        fmt::format("no trial of \"{}\" waits, and it has no space to draw from", study.name));
  Entry entry = new_trial(view, study, settings);
  if (!worker.empty()) {
    entry.record["antigrad_worker"] = worker;
    entry.text = to_python_text(entry.record);
  }
  Store::mark(entry, key);
  entries.push_back(std::move(entry));
  return entries;
}

Json AskTell::ask(const std::string& study, const Json& request, const Key& key) {
  const std::string worker = worker_from(request);
  int id = -1;
  store_.commit([&](const View& view) -> std::vector<Entry> {
    const StoredStudy& owner = study_called(view, study);
    if (const Done* const done = Store::done(view, key); done != nullptr && !done->trials.empty()) {
      id = done->trials.back();
      return {};
    }
    std::vector<Entry> entries = next(view, owner, key, worker);
    int created = view.journal.state().trial_count;
    for (const Entry& entry : entries) {
      const bool creates = entry.record.at("op_code") == 4;
      if (entry.record.contains("antigrad_lease"))
        id = creates ? created : entry.record.at("trial_id").get<int>();
      created += creates ? 1 : 0;
    }
    return entries;
  });
  Json answer;
  store_.read([&](const View& view) {
    const StoredTrial* const trial = view.journal.trial(id);
    if (trial == nullptr) throw Refusal(404, "no_study", "the study was deleted meanwhile");
    const StoredStudy& owner = study_with_id(view, view.journal.study_of(id));
    answer = trial_json(owner, *trial);
    const auto lease = view.leases.find(id);
    answer["lease"] = lease == view.leases.end() ? Json() : Json(lease->second.seconds);
    heard_of(view, id);
  });
  return answer;
}

Json AskTell::release(const std::string& study, int number, const Key& key) {
  store_.commit([&](const View& view) -> std::vector<Entry> {
    const StoredStudy& owner = study_called(view, study);
    const StoredTrial& trial = trial_numbered(owner, number);
    if (Store::done(view, key) != nullptr) return {};
    demand_running(owner, trial);
    std::vector<Entry> entries;
    if (!is_retried(owner, trial)) {
      Json record = again(owner, trial, TrialState::waiting);
      record["system_attrs"][kReleasedAttribute] = released(trial) + 1;
      entries.push_back(store_.entry(std::move(record)));
    }
    entries.push_back(store_.entry(failed(trial)));
    Store::mark(entries.back(), key);
    heard_.erase(trial.id);
    return entries;
  });
  return trial(study, number);
}

void AskTell::sweep() {
  bool due = false;
  const auto silent = [&](const View& view, const StoredTrial& trial) {
    return trial.state == TrialState::running && expired(view, trial, 2);
  };
  store_.read([&](const View& view) {
    for (const auto& [id, lease] : view.leases) {
      const StoredTrial* const trial = view.journal.trial(id);
      due = due || (trial != nullptr && silent(view, *trial));
    }
  });
  if (!due) return;
  store_.commit([&](const View& view) {
    std::vector<Entry> entries;
    for (const auto& [id, lease] : view.leases) {
      const StoredTrial* const trial = view.journal.trial(id);
      if (trial == nullptr || !silent(view, *trial)) continue;
      const StoredStudy& study = study_with_id(view, view.journal.study_of(id));
      if (may_retry(*trial, brain_of(view, study).settings) && !is_retried(study, *trial))
        entries.push_back(store_.entry(again(study, *trial, TrialState::waiting)));
      entries.push_back(store_.entry(failed(*trial)));
    }
    return entries;
  });
}

}  // namespace antigrad::search
