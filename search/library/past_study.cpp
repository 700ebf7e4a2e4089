// Past studies as text.
#include "search/library/past_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>

#include "search/evidence/estimator_bench.hpp"
#include "space/error.hpp"
#include "space/random.hpp"
#include "space/yaml.hpp"
#include "trainer/normalised.hpp"

namespace antigrad::search {

Json to_json(const LearnedEstimator& l) {
  return {{"fraction", l.fraction}, {"weights", l.weights},   {"sum", l.sum},
          {"single", l.single},     {"averaged", l.averaged}, {"activations", l.activations},
          {"seeds", l.seeds}};
}

LearnedEstimator estimator_of(const Json& json) {
  LearnedEstimator learned{
      json.at("fraction").get<double>(), json.at("weights").get<std::map<std::string, double>>(),
      json.at("sum").get<double>(),      json.at("single").get<double>(),
      json.at("averaged").get<double>(), json.at("activations").get<int>(),
      json.at("seeds").get<int>()};
  for (const auto& [name, weight] : learned.weights) estimator(name);  // throws for an unknown one
  return learned;
}

namespace {

constexpr int kVersion = 1;
constexpr const char* kMark = "antigrad_library";

std::string hash_of(std::string_view text) {
  return fmt::format("{:016x}", space::child_seed(0, text));
}

void flatten(const space::Yaml& node, const std::string& name, TaskFacts& facts) {
  if (node.is_map()) {
    for (const std::string& key : node.keys())
      flatten(node.at(key), name.empty() ? key : name + "." + key, facts);
    return;
  }
  std::string value = node.flow();
  if (value.find('/') != std::string::npos) value = std::filesystem::path(value).filename();
  facts[name] = value;
}

Json to_json(const PastTrial& trial) {
  Json scores = Json::array();
  for (const double score : trial.scores) scores.push_back(number_to_json(score));
  return {{"activation", trial.activation},
          {"baseline", trial.baseline},
          {"failed", trial.failed},
          {"scores", scores},
          {"steps", trial.steps}};
}

PastTrial trial_of(const Json& json) {
  PastTrial trial{json.at("activation").get<std::string>(),
                  json.at("baseline").get<bool>(),
                  json.at("failed").get<bool>(),
                  {},
                  json.at("steps").get<std::int64_t>()};
  for (const Json& score : json.at("scores")) trial.scores.push_back(number(score));
  return trial;
}

Json to_json(const std::vector<std::vector<LearnedEstimator>>& by_task) {
  Json all = Json::array();
  for (const auto& task : by_task) {
    Json& list = all.emplace_back(Json::array());
    for (const LearnedEstimator& learned : task) list.push_back(to_json(learned));
  }
  return all;
}

std::vector<std::vector<LearnedEstimator>> estimators_of(const Json& head) {
  std::vector<std::vector<LearnedEstimator>> by_task;
  if (!head.contains("estimators")) return by_task;
  for (const Json& task : head.at("estimators")) {
    auto& list = by_task.emplace_back();
    for (const Json& json : task) list.push_back(estimator_of(json));
  }
  return by_task;
}

/// Head and trials, without the foot.
std::string body_of(const PastStudy& study) {
  Json head{{kMark, kVersion}, {"study", study.name}, {"seed", study.seed}, {"tasks", study.tasks}};
  if (!study.estimators.empty()) head["estimators"] = to_json(study.estimators);
  std::string text = to_text(head) + "\n";
  for (const PastTrial& trial : study.trials) text += to_text(to_json(trial)) + "\n";
  return text;
}

class Reader {
 public:
  Reader(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

  std::vector<PastStudy> all() {
    std::vector<PastStudy> studies;
    while (at_ < text_.size()) studies.push_back(one());
    return studies;
  }

 private:
  // A line as JSON, its errors with the place.
  auto guarded(const auto& read) {
    try {
      return read(parse_json(line()));
    } catch (const space::Error& e) {
      if (!e.where().file.empty()) throw;
      fail(e.message());
    } catch (const Json::exception& e) {
      fail(e.what());
    }
  }

  PastStudy one() {
    const std::size_t begin = at_;
    PastStudy study = guarded([&](const Json& head) {
      if (!head.contains(kMark)) fail("expected the head of a study, got another line");
      const Json& version = head.at(kMark);
      if (version != kVersion)
        fail(
            fmt::format("is of version {}, this program reads version {}; use the antigrad that "
                        "wrote it",
                        version.dump(), kVersion));
      return PastStudy{head.at("study").get<std::string>(),
                       head.at("seed").get<std::uint64_t>(),
                       head.at("tasks").get<std::vector<TaskFacts>>(),
                       {},
                       estimators_of(head)};
    });
    while (true) {
      const std::string_view before = text_.substr(begin, at_ - begin);
      const bool foot = guarded([&](const Json& json) {
        if (!json.contains("hash")) {
          study.trials.push_back(trial_of(json));
          return false;
        }
        if (json.at("hash") != hash_of(before) || json.at("trials") != study.trials.size())
          fail(
              fmt::format("the study \"{}\" above was changed after it was written: its hash is "
                          "another",
                          study.name));
        return true;
      });
      if (foot) return study;
    }
  }

  std::string_view line() {
    const std::size_t end = text_.find('\n', at_);
    ++number_;
    if (end == std::string_view::npos) fail("the file is torn: it ends within a study");
    const std::string_view found = text_.substr(at_, end - at_);
    at_ = end + 1;
    return found;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw space::Error({file_, number_, 0},
                       what +
                           "; this is no sound file of a library: move it away, or merge it "
                           "again from where it came");
  }

  std::string_view text_;
  std::string file_;
  std::size_t at_ = 0;
  int number_ = 0;
};

std::optional<double> as_number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

double alike(const std::string& a, const std::string& b) {
  if (a == b) return 1;
  const auto x = as_number(a), y = as_number(b);
  if (!x || !y || !(*x > 0) || !(*y > 0)) return 0;
  return std::exp(-std::abs(std::log(*x / *y)));
}

}  // namespace

std::string PastStudy::hash() const { return hash_of(body_of(*this)); }

std::vector<TaskFacts> facts_of_tasks(const StudyConfig& config) {
  const space::Yaml root = space::Yaml::parse(config.text, config.file);
  std::vector<TaskFacts> tasks;
  for (const space::Yaml& task : root.at("tasks").items()) {
    flatten(task, "", tasks.emplace_back());
    if (config.command.command.empty() && trainer::normalised(root, task))
      tasks.back()["normalise"] = "true";
  }
  return tasks;
}

bool says_normalised(const TaskFacts& facts) {
  const auto at = facts.find("normalise");
  return at != facts.end() && at->second == "true";
}

namespace {

std::vector<std::vector<LearnedEstimator>> learned_of(const StudyConfig& config,
                                                      const std::vector<Trial>& trials,
                                                      const std::vector<Trial>& confirmation) {
  std::vector<std::vector<LearnedEstimator>> by_task;
  bool any = false;
  for (const Task& task : config.tasks) {
    CurveTable table;
    add_curves(trials, task.name, task.steps, table);
    add_curves(confirmation, task.name, task.steps, table);
    by_task.push_back(learn_estimators(table, task.steps));
    any = any || !by_task.back().empty();
  }
  if (!any) by_task.clear();
  return by_task;
}

}  // namespace

PastStudy past_study(const StudyConfig& config, const std::vector<Trial>& trials,
                     const std::vector<Trial>& confirmation) {
  PastStudy study{config.name, config.seed, facts_of_tasks(config), {}};
  study.estimators = learned_of(config, trials, confirmation);
  for (const Trial& trial : trials) {
    const bool failed = trial.state == TrialState::fail;
    if (!trial.finished() || (failed && trial.runs.empty())) continue;
    study.trials.push_back(
        {trial.candidate.activation, trial.candidate.baseline, failed, trial.scores, trial.steps});
  }
  return study;
}

std::string to_text(const PastStudy& study) {
  const std::string body = body_of(study);
  return body + to_text(Json{{"trials", study.trials.size()}, {"hash", hash_of(body)}}) + "\n";
}

std::vector<PastStudy> read_past(std::string_view text, const std::string& file) {
  return Reader(text, file).all();
}

double likeness(const TaskFacts& a, const TaskFacts& b) {
  double sum = 0, keys = 0;
  for (const auto& [key, value] : a) {
    if (key == "name") continue;
    const auto other = b.find(key);
    ++keys;
    if (other != b.end()) sum += alike(value, other->second);
  }
  for (const auto& [key, value] : b) keys += key != "name" && !a.contains(key);
  return keys > 0 ? sum / keys : 1;
}

double likeness(const std::vector<TaskFacts>& own, const std::vector<TaskFacts>& past) {
  double sum = 0;
  for (const TaskFacts& task : own) {
    double most = 0;
    for (const TaskFacts& other : past) most = std::max(most, likeness(task, other));
    sum += most;
  }
  return own.empty() ? 0 : sum / static_cast<double>(own.size());
}

}  // namespace antigrad::search
