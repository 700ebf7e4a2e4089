// Reads the key, opens the library, and puts its candidates in front.
#include "search/library/warm_start.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "search/candidate.hpp"
#include "search/evidence/measured_estimators.hpp"
#include "search/library/library.hpp"
#include "search/samplers/gradients.hpp"
#include "search/storage/journal.hpp"

namespace antigrad::search {
namespace {

class AfterFirst : public Sampler {
 public:
  AfterFirst(std::unique_ptr<Sampler> sampler, std::shared_ptr<const Experience> past, int count)
      : sampler_(std::move(sampler)) {
    for (const std::string& text : past->first())
      if (gradient_of(text) && std::ssize(first_) < 4 * count)
        first_.push_back({text, describe_activation(text).fingerprint});
    count_ = std::min(count, static_cast<int>(first_.size()));
  }

  Proposal ask(int nth, std::span<const Trial* const> history, space::Random& random) override {
    if (nth < count_) {
      int left = nth;
      for (const Entry& entry : first_) {
        const bool baseline = std::ranges::any_of(history, [&](const Trial* trial) {
          return trial->candidate.baseline && trial->candidate.fingerprint == entry.fingerprint;
        });
        if (!baseline && left-- == 0) return {entry.text, {}, "library"};
      }
    }
    return sampler_->ask(nth, history, random);
  }

 private:
  struct Entry {
    std::string text, fingerprint;
  };
  std::unique_ptr<Sampler> sampler_;
  std::vector<Entry> first_;
  int count_ = 0;
};

std::string kept_beside(const std::string& journal) {
  return (std::filesystem::path(journal).parent_path() / "library.study").string();
}

std::vector<PastStudy> studies_of(const StudyConfig& config, const std::string& journal) {
  if (std::filesystem::exists(kept_beside(journal))) return Library(kept_beside(journal)).studies();
  const std::string path = warm_config_of(config).path;
  if (!path.empty() && !std::filesystem::exists(path))
    space::Yaml::parse(config.text, config.file)
        .at("warm_start")
        .fail(fmt::format("there is no library {}; `antigrad library export -O FILE` writes one, "
                          "`warm_start: true` takes the usual one",
                          path));
  return Library(path).studies();
}

/// Attributes of a study that has trials.
std::optional<Json> attributes_of_begun(const std::string& name, const std::string& journal) {
  if (!std::filesystem::exists(journal)) return std::nullopt;
  const Replay now = replay(read_journal(journal));
  const StoredStudy* const found = now.find(name);
  if (found == nullptr || found->trials.empty()) return std::nullopt;
  return found->user_attrs;
}

void take_named(const Json& named, std::vector<Task>& tasks, const std::string& journal) {
  try {
    for (Task& task : tasks) {
      if (!task.by_past || !named.contains(task.name)) continue;
      for (const Json& one : named.at(task.name)) task.learned.push_back(estimator_of(one));
    }
  } catch (const Json::exception& e) {
    throw space::Error({journal, 0, 0},
                       fmt::format("the study's attribute {} does not say what judges its runs "
                                   "({}); start anew with `--fresh`",
                                   kEstimatorsAttribute, e.what()));
  }
}

void take_measured(StudyConfig& config) {
  if (!config.command.command.empty()) return;
  const std::vector<TaskFacts> facts = facts_of_tasks(config);
  for (std::size_t i = 0; i < config.tasks.size(); ++i)
    if (config.tasks[i].by_past)
      config.tasks[i].learned = measured_estimators(kind_of_task(facts[i]));
}

void take_past(StudyConfig& config, const std::string& journal) {
  constexpr double kLikeEnough = 0.6;
  const std::vector<PastStudy> past = studies_of(config, journal);
  const std::vector<TaskFacts> own = facts_of_tasks(config);
  for (std::size_t i = 0; i < config.tasks.size(); ++i) {
    if (!config.tasks[i].by_past) continue;
    std::pair<double, int> most{kLikeEnough, 0};  // likeness, then activations
    for (const PastStudy& study : past) {
      for (std::size_t k = 0; k < study.estimators.size(); ++k) {
        if (study.estimators[k].empty()) continue;
        const std::pair found{likeness(own[i], study.tasks[k]),
                              study.estimators[k].front().activations};
        if (found < most) continue;
        most = found;
        config.tasks[i].learned = study.estimators[k];
      }
    }
  }
}

}  // namespace

bool is_library_path(const space::Yaml& node) {
  return node.is_scalar() && node.flow() != "true" && node.flow() != "false";
}

WarmConfig read_warm_start(const space::Yaml& node) {
  if (!is_library_path(node)) return {node.boolean(), ""};
  return {true, node.text()};
}

WarmConfig warm_config_of(const StudyConfig& config) {
  if (config.text.find("warm_start") == std::string::npos) return {};
  const space::Yaml root = space::Yaml::parse(config.text, config.file);
  return root.has("warm_start") ? read_warm_start(root.at("warm_start")) : WarmConfig{};
}

void keep_library(const StudyConfig& config, const std::string& journal) {
  if (!warm_config_of(config).wanted || std::filesystem::exists(kept_beside(journal))) return;
  export_library(studies_of(config, journal), kept_beside(journal));
}

std::shared_ptr<const Experience> experience_of(const StudyConfig& config,
                                                const std::string& journal) {
  if (!warm_config_of(config).wanted) return nullptr;
  auto past = std::make_shared<Experience>(studies_of(config, journal), facts_of_tasks(config));
  return past->empty() ? nullptr : past;
}

void choose_estimators(StudyConfig& config, const std::string& journal) {
  const std::optional<Json> begun = attributes_of_begun(config.name, journal);
  for (Task& task : config.tasks) task.learned.clear();
  if (begun && begun->contains(kEstimatorsAttribute))
    return take_named(begun->at(kEstimatorsAttribute), config.tasks, journal);
  if (!begun) take_measured(config);
  if (warm_config_of(config).wanted) take_past(config, journal);
}

Json named_estimators(const StudyConfig& config) {
  Json named = Json::object();
  for (const Task& task : config.tasks)
    for (const LearnedEstimator& learned : task.learned)
      named[task.name].push_back(to_json(learned));
  return named;
}

std::string library_hash(const StudyConfig& config, const std::string& journal) {
  return warm_config_of(config).wanted ? hash_of(studies_of(config, journal)) : "";
}

std::unique_ptr<Sampler> after_first_candidates(std::unique_ptr<Sampler> sampler,
                                                std::shared_ptr<const Experience> past, int count) {
  return std::make_unique<AfterFirst>(std::move(sampler), std::move(past), count);
}

space::Grammar weighed(space::Grammar grammar, const Experience& past) {
  for (const auto& [name, weight] : past.primitive_weights()) {
    const auto given = grammar.primitive_weights.find(name);
    grammar.primitive_weights[name] =
        weight * (given == grammar.primitive_weights.end() ? 1 : given->second);
  }
  return grammar;
}

}  // namespace antigrad::search
