// Activations that a person, a script or a language model proposes.
#include <fmt/format.h>

#include <optional>
#include <set>

#include "search/service/ask_tell.hpp"
#include "search/service/brain.hpp"
#include "search/service/budget.hpp"
#include "search/service/requests.hpp"
#include "search/service/trial_json.hpp"
#include "search/study.hpp"
#include "space/properties.hpp"
#include "space/text.hpp"

namespace antigrad::search {
namespace {

/// A text that was looked at: a candidate, or why it is none.
struct Judged {
  std::string text;
  std::optional<Candidate> candidate{};
  std::string refused{};  // a word
  std::string reason{};
};

// What every candidate of a study is proved to have; a study of the service demands nothing.
std::vector<std::string> demands_of(const StoredStudy& study) {
  const auto text = study.user_attrs.find("antigrad:study");
  if (text == study.user_attrs.end() || !text->is_string()) return {};
  return parse_study(text->get<std::string>(), study.name).constraints;
}

Judged judge(const std::string& text, const std::vector<std::string>& demands,
             const Describe& describe) {
  Judged judged{.text = text};
  try {
    judged.candidate = describe(text);
    const std::vector<const space::Property*> wanted = space::demanded(demands);
    if (wanted.empty()) return judged;
    if (const auto claim = space::violated(space::parse_activation(text), wanted)) {
      judged.candidate.reset();
      judged.refused = "property";
      judged.reason = fmt::format("not proved to be {}: {}: {}", claim->property,
                                  to_string(claim->verdict), claim->statement);
    }
  } catch (const space::Error& e) {
    judged.refused = "text";
    judged.reason = e.what();
  }
  return judged;
}

std::map<std::string, int> fingerprints_of(const StoredStudy& study) {
  std::map<std::string, int> known;
  for (const StoredTrial& trial : study.trials) {
    const auto at = trial.user_attrs.find("fingerprint");
    if (at != trial.user_attrs.end() && at->is_string())
      known.emplace(at->get<std::string>(), trial.number);
  }
  return known;
}

Json waiting_record(const StoredStudy& study, const Candidate& candidate, const std::string& by) {
  Json attrs{{"activation", candidate.activation},
             {"f", candidate.f},
             {"fingerprint", candidate.fingerprint},
             {"kind", "candidate"},
             {"operation", "queued"},
             {"parents", Json::array()}};
  if (!by.empty()) attrs["by"] = by;
  return {{"op_code", 4},
          {"study_id", study.id},
          {"state", static_cast<int>(TrialState::waiting)},
          {"datetime_start", nullptr},
          {"user_attrs", attrs}};
}

}  // namespace

// The slow part, proofs, comes before the commit; what others queued meanwhile is seen in it.
Json AskTell::add_candidates(const std::string& study, const Json& request, const Key& key,
                             const Describe& describe) {
  const NewCandidates wanted = new_candidates_from(request);
  std::vector<std::string> demands;
  store_.read([&](const View& view) { demands = demands_of(study_called(view, study)); });
  std::vector<Judged> all;
  for (const std::string& text : wanted.activations) all.push_back(judge(text, demands, describe));
  Json answer = Json::array();
  store_.commit([&](const View& view) {
    const StoredStudy& owner = study_called(view, study);
    const Done* const done = Store::done(view, key);
    std::map<std::string, int> known = fingerprints_of(owner);
    const std::optional<int> most = brain_of(view, owner).settings.trials;
    int used = budget_used(owner), next = static_cast<int>(owner.trials.size());
    std::size_t repeated = 0;  // trials of this request that are there already
    std::vector<Entry> entries;
    answer = Json::array();
    for (const Judged& judged : all) {
      Json row{{"activation", judged.text}};
      const auto refuse = [&](const std::string& word, const std::string& reason) {
        row["refused"] = word;
        row["reason"] = reason;
      };
      if (!judged.candidate) {
        refuse(judged.refused, judged.reason);
      } else if (done != nullptr && repeated < done->trials.size() &&
                 view.journal.trial(done->trials[repeated]) != nullptr &&
                 view.journal.trial(done->trials[repeated])->user_attrs.value("fingerprint", "") ==
                     judged.candidate->fingerprint) {
        row["trial"] = view.journal.trial(done->trials[repeated++])->number;
        row["fingerprint"] = judged.candidate->fingerprint;
      } else if (const auto at = known.find(judged.candidate->fingerprint); at != known.end()) {
        refuse("known",
               fmt::format("trial {} is the same up to what a network absorbs", at->second));
      } else if (most && used >= *most) {
        refuse("budget_spent", fmt::format("all {} trials are given out", *most));
      } else {
        entries.push_back(store_.entry(waiting_record(owner, *judged.candidate, wanted.by)));
        Store::mark(entries.back(), key);
        row["trial"] = next;
        row["fingerprint"] = judged.candidate->fingerprint;
        known.emplace(judged.candidate->fingerprint, next++);
        ++used;
      }
      answer.push_back(std::move(row));
    }
    return entries;
  });
  return answer;
}

}  // namespace antigrad::search
