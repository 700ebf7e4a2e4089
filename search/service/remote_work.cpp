// Requests as trials, trials as answers.
#include "search/service/remote_work.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "search/service/trial_json.hpp"

namespace antigrad::search {
namespace {

std::string text_of(const trainer::Evaluation& request) { return to_text(to_json(request)); }

trainer::Measurement silence(std::size_t workers) {
  trainer::Measurement m;
  m.outcome = trainer::Outcome::crashed;
  m.reason = fmt::format("{} workers fell silent over it", workers);
  return m;
}

}  // namespace

struct RemoteWork::Answer {
  std::optional<trainer::Measurement> measurement{};
  std::string error{};
  bool asked = false;       // it is in the journal
  std::size_t records = 0;  // of the journal that was looked at
};

class RemoteWork::Remote : public trainer::Evaluator {
 public:
  explicit Remote(RemoteWork& work) : work_(work) {}
  trainer::Measurement evaluate(const trainer::Evaluation& request) override {
    return work_.evaluate(request);
  }
  void forget() override {}

 private:
  RemoteWork& work_;
};

RemoteWork::RemoteWork(Store& store, AskTell& ask_tell, std::string name, const Options& options,
                       const std::atomic<bool>& stop)
    : store_(store), ask_tell_(ask_tell), name_(std::move(name)), stop_(stop) {
  ask_tell_.create_study({{"name", name_}, {"lease", options.lease}, {"retries", options.retries}},
                         {});
}

std::unique_ptr<trainer::Evaluator> RemoteWork::evaluator() {
  return std::make_unique<Remote>(*this);
}

// A retry is a copy of its trial, so it has the request too.
void RemoteWork::index(const StoredStudy& study) {
  if (indexed_ > study.trials.size()) {
    numbers_.clear();
    indexed_ = 0;
  }
  for (; indexed_ < study.trials.size(); ++indexed_) {
    const StoredTrial& trial = study.trials[indexed_];
    const auto request = trial.user_attrs.find(kEvaluateAttribute);
    if (request != trial.user_attrs.end()) numbers_[to_text(*request)].push_back(trial.number);
  }
}

RemoteWork::Answer RemoteWork::answer_of(const StoredStudy& study,
                                         const std::vector<int>& numbers) const {
  Answer answer{.asked = true};
  bool open = false;
  for (const int number : numbers) {
    const StoredTrial& trial = study.trials[static_cast<std::size_t>(number)];
    const Json& attrs = trial.user_attrs;
    open = open || trial.state == TrialState::running || trial.state == TrialState::waiting;
    if (trial.state == TrialState::complete && attrs.contains(kMeasurementAttribute))
      answer.measurement = measurement_from_json(attrs.at(kMeasurementAttribute));
    if (trial.state == TrialState::fail && attrs.contains(kErrorAttribute))
      answer.error = attrs.at(kErrorAttribute).get<std::string>();
  }
  if (!open && !answer.measurement && answer.error.empty())
    answer.measurement = silence(numbers.size());
  return answer;
}

RemoteWork::Answer RemoteWork::look(const std::string& request) {
  Answer answer;
  store_.read([&](const View& view) {
    const StoredStudy& study = study_called(view, name_);
    index(study);
    const auto found = numbers_.find(request);
    if (found != numbers_.end()) answer = answer_of(study, found->second);
    answer.records = view.records;
  });
  return answer;
}

void RemoteWork::queue(const trainer::Evaluation& request) {
  store_.commit([&](const View& view) -> std::vector<Entry> {
    const StoredStudy& study = study_called(view, name_);
    index(study);
    if (numbers_.count(text_of(request)) > 0) return {};
    return {store_.entry({{"op_code", 4},
                          {"study_id", study.id},
                          {"state", static_cast<int>(TrialState::waiting)},
                          {"datetime_start", nullptr},
                          {"user_attrs", {{kEvaluateAttribute, to_json(request)}}}})};
  });
}

trainer::Measurement RemoteWork::evaluate(const trainer::Evaluation& request) {
  constexpr std::chrono::milliseconds kLook{500};  // at the stop flag
  const std::string text = text_of(request);
  while (!stop_) {
    const Answer answer = look(text);
    if (answer.measurement) return *answer.measurement;
    if (!answer.error.empty()) throw space::Error(answer.error);
    if (answer.asked) {
      store_.wait(answer.records, kLook);
    } else {
      queue(request);
    }
  }
  throw RemoteStopped();
}

}  // namespace antigrad::search
