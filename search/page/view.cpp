// Follows a journal; keeps the text of every line of the list.
#include "search/page/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "search/page/drawing.hpp"
#include "search/page/head.hpp"
#include "search/page/rows.hpp"
#include "search/report/svg.hpp"
#include "search/storage/format.hpp"
#include "space/error.hpp"

namespace antigrad::search::page {

struct View::Study {
  std::string name;
  bool ours = false;  // written by antigrad: `summary` is filled
  Summary summary;
  bool stale = true;        // summary is to be tallied
  int record = 0;           // after the last change
  std::string evidence;     // HTML
  int evidence_record = 0;  // after its last change
  std::string updated;      // the latest time in its trials
  struct Line {
    int record = 0;           // after the last change
    std::string row, curves;  // JSON
    std::vector<std::string> log;
  };
  std::vector<Line> lines;  // by number
};

namespace {

std::string text_of(const Json& record, const char* key) {
  const auto at = record.find(key);
  return at != record.end() && at->is_string() ? at->get<std::string>() : "";
}

/// What a record did to a trial, in words.
std::string event(const Json& record) {
  const auto shown = [&](const char* key) {
    return record.contains(key) ? to_text(record.at(key)).substr(0, 120) : std::string{};
  };
  switch (record.at("op_code").get<int>()) {
    case 4:
      return fmt::format("created, {}",
                         to_string(static_cast<TrialState>(record.value("state", 0))));
    case 5:
      return fmt::format("parameter {} = {}", text_of(record, "param_name"),
                         shown("param_value_internal"));
    case 6:
      return fmt::format("{}, values {}",
                         to_string(static_cast<TrialState>(record.value("state", 0))),
                         shown("values"));
    case 7: return fmt::format("step {} reported {}", shown("step"), shown("intermediate_value"));
    default:
      return fmt::format("attribute {}",
                         shown(record.contains("user_attr") ? "user_attr" : "system_attr"));
  }
}

std::string log_line(int number, const Json& record) {
  std::string time;
  for (const char* key : {"datetime_complete", "datetime_start"})
    if (time.empty()) time = text_of(record, key).substr(0, 19);
  return fmt::format("record {}{}{}, {}: {}", number, time.empty() ? "" : ", ", time,
                     text_of(record, "worker_id"), event(record));
}

// A trial that antigrad cannot read keeps its place.
Trial blank(const StoredTrial& stored, const std::string& why) {
  Trial trial;
  trial.number = stored.number;
  trial.state = stored.state;
  trial.reason = why;
  if (!stored.values.empty()) trial.scores = {stored.values[0]};
  return trial;
}

}  // namespace

View::View(std::string journal) : tail_(std::move(journal)) {}
View::~View() = default;

void View::refresh() {
  const std::lock_guard lock(mutex_);
  const JournalTail::News news = tail_.read();
  if (news.anew) {
    replayer_ = {};
    studies_.clear();
    record_ = 0;
  }
  try {
    for (const Json& record : news.records) apply(record);
    if (news.anew || !news.records.empty()) settle();
  } catch (const std::exception&) {  // half of the news: all is read again the next time
    tail_.forget();
    throw;
  }
}

void View::apply(const Json& record) {
  const Replayer::Change change = replayer_.apply(record);
  ++record_;
  if (change.study < 0) return;
  const auto& all = replayer_.state().studies;
  const auto stored = std::find_if(all.begin(), all.end(),
                                   [&](const StoredStudy& s) { return s.id == change.study; });
  if (stored == all.end()) {
    studies_.erase(change.study);
    return;
  }
  std::unique_ptr<Study>& study = studies_[change.study];
  if (study == nullptr) study = std::make_unique<Study>();
  study->name = stored->name;
  study->stale = true;
  study->record = record_;
  if (!study->ours) look_for_text(*study, *stored);
  if (change.trial < 0) return;
  take_in(*stored, change.trial);
  study->lines[static_cast<std::size_t>(change.trial)].log.push_back(log_line(record_, record));
}

// Trials may be older than the attribute that says that they are of a study of ours.
void View::look_for_text(Study& study, const StoredStudy& stored) {
  const auto text = stored.user_attrs.find("antigrad:study");
  if (text == stored.user_attrs.end() || !text->is_string()) return;
  try {
    demand_known_format(stored, "");
    study.summary.config = parse_study(text->get<std::string>(), "study.yaml");
  } catch (const space::Error&) {  // of another version: it is listed as any study of Optuna
    return;
  }
  study.ours = true;
  for (const StoredTrial& trial : stored.trials) take_in(stored, trial.number);
}

void View::take_in(const StoredStudy& stored, int number) {
  Study& study = *studies_[stored.id];
  const auto at = static_cast<std::size_t>(number);
  const StoredTrial& trial = stored.trials[at];
  study.lines.resize(std::max(study.lines.size(), at + 1));
  study.updated = std::max({study.updated, trial.datetime_start, trial.datetime_complete});
  Study::Line& line = study.lines[at];
  line.record = record_;
  line.row.clear();
  line.curves.clear();
  if (study.ours) {
    auto& trials = study.summary.trials;
    trials.resize(std::max(trials.size(), at + 1));
    try {
      trials[at] = from_stored(trial);
    } catch (const space::Error& e) {
      trials[at] = blank(trial, e.message());
    }
  }
}

// The text of a line, made once a batch of records, not once a record.
void View::write_line(Study& study, const StoredTrial& stored) {
  Study::Line& line = study.lines[static_cast<std::size_t>(stored.number)];
  const Trial* trial =
      study.ours ? &study.summary.trials[static_cast<std::size_t>(stored.number)] : nullptr;
  const bool readable = trial != nullptr && !trial->candidate.activation.empty();
  Json row = readable ? page::row(*trial)
                      : foreign_row(stored, trial != nullptr ? trial->reason : std::string{});
  if (!stored.datetime_start.empty()) row["started"] = stored.datetime_start;
  if (!stored.datetime_complete.empty()) row["completed"] = stored.datetime_complete;
  line.row = to_text(row);
  const Json curves = readable ? page::curves(*trial, study.summary.config) : Json();
  line.curves = curves.is_null() ? "" : to_text(curves);
}

// A confirmation is a study of its own in the journal, and is shown with the one it belongs to.
void View::take_confirmation(Study& study) {
  for (const auto& [id, other] : studies_) {
    if (!other->ours || other->name != confirm_name(study.name)) continue;
    if (other->record <= study.record && !study.stale) continue;
    study.summary.confirmation = other->summary.trials;
    study.record = std::max(study.record, other->record);
    study.stale = true;
  }
}

void View::settle() {
  for (const StoredStudy& stored : replayer_.state().studies) {
    Study& study = *studies_.at(stored.id);
    for (const StoredTrial& trial : stored.trials)
      if (study.lines[static_cast<std::size_t>(trial.number)].row.empty()) write_line(study, trial);
  }
  for (auto& [id, study] : studies_) {
    if (!study->ours || study->name != study->summary.config.name) continue;
    take_confirmation(*study);
    if (!study->stale) continue;
    study->stale = false;
    std::string evidence;
    try {
      tally(study->summary);
      evidence = evidence_html(study->summary, {});
    } catch (const space::Error& e) {
      evidence = "<p class=\"verdict\">" + svg::escaped(e.what()) + "</p>";
    }
    if (evidence == study->evidence) continue;
    study->evidence = std::move(evidence);
    study->evidence_record = record_;
  }
}

Known View::known() const {
  const std::lock_guard lock(mutex_);
  return {std::to_string(tail_.file()), record_};
}

Json View::studies() const {
  const std::lock_guard lock(mutex_);
  Json out = Json::array();
  for (const auto& [id, study] : studies_) {
    if (study->ours && study->name != study->summary.config.name) continue;
    Json line = head_of(*study);
    line.erase("series");
    out.push_back(std::move(line));
  }
  return out;
}

Json View::head_of(const Study& study) {
  Json head = study.ours
                  ? study_head(study.summary)
                  : Json{{"name", study.name}, {"ours", false}, {"trials", study.lines.size()}};
  head["updated"] = study.updated;
  return head;
}

const View::Study& View::named(const std::string& name) const {
  for (const auto& [id, study] : studies_)
    if (study->name == name) return *study;
  throw space::Error(fmt::format("{}: no study \"{}\"", tail_.path(), name));
}

// {"epoch": .., "record": .. without the closing brace, and from which record on is to be told.
std::string View::opening(const Known& known, int& from) const {
  const std::string epoch = std::to_string(tail_.file());
  from = known.epoch == epoch ? known.record : -1;
  return fmt::format("{{\"epoch\":\"{}\",\"record\":{}", epoch, record_);
}

std::string View::study(const std::string& name, const Known& known) const {
  const std::lock_guard lock(mutex_);
  const Study& study = named(name);
  int from = -1;
  std::string out = opening(known, from) + ",\"study\":" + to_text(head_of(study));
  if (study.evidence_record > std::max(0, from) || (from < 0 && !study.evidence.empty()))
    out += ",\"evidence\":" + to_text(Json(study.evidence));
  out += ",\"trials\":[";
  bool first = true;
  for (const Study::Line& line : study.lines) {
    if (line.record <= from) continue;
    if (!first) out += ",\n";
    first = false;
    out += line.row;
  }
  return out + "]}";
}

std::string View::curves(const std::string& name, const Known& known) const {
  const std::lock_guard lock(mutex_);
  const Study& study = named(name);
  int from = -1;
  std::string out = opening(known, from) + ",\"curves\":[";
  bool first = true;
  for (const Study::Line& line : study.lines) {
    if (line.record <= from || line.curves.empty()) continue;
    if (!first) out += ",\n";
    first = false;
    out += line.curves;
  }
  return out + "]}";
}

const Trial& View::trial_of(const std::string& name, int number) const {
  const Study& study = named(name);
  const auto at = static_cast<std::size_t>(number);
  if (number < 0 || at >= study.lines.size())
    throw space::Error(fmt::format("no trial {} in \"{}\": it has {} so far, counted from 0",
                                   number, name, study.lines.size()));
  if (!study.ours || study.summary.trials[at].candidate.activation.empty())
    throw space::Error(fmt::format("trial {} of \"{}\" was not written by antigrad", number, name));
  return study.summary.trials[at];
}

Json View::trial(const std::string& name, int number) const {
  Trial trial;
  std::optional<Trial> confirmation;
  std::vector<std::string> log;
  {
    const std::lock_guard lock(mutex_);
    trial = trial_of(name, number);  // a copy: drawing it takes milliseconds
    const Study& study = named(name);
    for (const Trial& t : study.summary.confirmation)
      if (t.search_trial == number) confirmation = t;
    log = study.lines[static_cast<std::size_t>(number)].log;
  }
  for (std::string& line : history(trial)) log.push_back(std::move(line));
  Json out = detail(trial, confirmation ? &*confirmation : nullptr, log);
  out["drawing"] = to_json(draw(trial.candidate.activation));
  out["trained"] = trained(confirmation ? *confirmation : trial);
  return out;
}

std::string View::activation(const std::string& name, int number) const {
  const std::lock_guard lock(mutex_);
  return trial_of(name, number).candidate.activation;
}

void View::look(const std::function<void(const Replay&)>& look) const {
  const std::lock_guard lock(mutex_);
  look(replayer_.state());
}

Summary View::summary(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const Study& study = named(name);
  if (!study.ours)
    throw space::Error(fmt::format("study \"{}\" was not written by antigrad", name));
  return study.summary;
}

}  // namespace antigrad::search::page
