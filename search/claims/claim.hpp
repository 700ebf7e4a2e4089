// A claim of the literature as its YAML file says: what was published, and the checks that decide
// whether our runs support it. experiments/literature/gelu/claim.yaml shows the keys.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "search/study.hpp"

namespace antigrad::search::claims {

/// An activation on a task: "gelu", on every task of the check, or "gelu@cifar10".
struct Side {
  std::string activation, task;  // task "" = each of the check's
  std::string text() const { return task.empty() ? activation : activation + "@" + task; }
};

/// One thing that must hold.
struct Check {
  enum class Kind {
    proved,  // properties of `of`, by proof; nothing is trained
    better,  // each of `of` is better than each of `than`
    equal,   // each of `of` is within `within` of each of `than`
    trend,   // the figure rises or falls along `of`, in the order given
    alike,   // what the study's search finds has a gradient like that of one of `than`
    chosen   // cross-validation over the seeds chooses `of` among it and `than`
  };
  Kind kind = Kind::better;
  std::string name{};  // a sentence; by default made of the rest
  std::vector<Side> of{}, than{};
  std::vector<std::string> tasks{};           // where sides name none
  std::vector<std::string> holds{}, fails{};  // proved: names of properties
  std::string by = "loss";                    // the figure: see figure_of in judge.hpp
  std::optional<bool> more{};                 // more of it is better; by default as its name says
  double share = 1;                           // better: of the pairs that must be
  double within = 0;                          // equal: half the width of "the same"
  bool rising = true;                         // trend
  double at_least = 0.95;                     // alike: the likeness (alike.hpp)
  bool counts = true;                         // else it is shown and decides nothing
};

struct Claim {
  std::string name;                          // of its folder
  std::string folder;                        // where its sizes lie
  std::string title;                         // a few words
  std::string source;                        // "Lee 2023, arXiv 2305.12073"
  std::string says;                          // the claim, in a sentence
  std::string published;                     // the figure in the source; "" = none is known here
  std::map<std::string, std::string> scope;  // by size: what that size leaves out
  std::map<std::string, std::vector<std::string>>
      only;  // by task: the activations that train on it; a task that is missing trains all
  std::map<std::string, std::string> studies;  // by size: a study outside of the folder
  std::vector<Check> checks;
  std::vector<std::string> kernels;  // what the report times by data type and back-end
  bool skipping = false;  // the report times a feed-forward network without its weak neurons

  std::string study_file(const std::string& size) const {
    const auto other = studies.find(size);
    return other == studies.end() ? folder + "/" + size + ".yaml" : other->second;
  }
  /// Whether a search decides a check, and whether trainings of named activations do.
  bool searches() const;
  bool compares() const;
};

/// "smoke", "short", "paper".
const std::vector<std::string>& sizes();

/// Reads folder/claim.yaml. Throws space::Error with file, line and column.
Claim load_claim(const std::string& folder);

/// The claims under a folder, by name.
std::vector<Claim> load_claims(const std::string& folder);

/// Throws space::Error, naming the claim's file, unless every task and every activation that the
/// checks name is in the study of this size.
void check_against(const Claim& claim, const StudyConfig& study);

/// The activations that train on a task, in the study's order.
std::vector<std::string> activations_on(const Claim& claim, const StudyConfig& study,
                                        const std::string& task);

}  // namespace antigrad::search::claims
