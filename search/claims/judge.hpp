// What our runs say about a claim: every pair and trend with its interval, and a verdict computed
// from them alone.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "search/claims/claim.hpp"
#include "search/record.hpp"

namespace antigrad::search::claims {

enum class Verdict { supported, undecided, not_supported };
const char* to_string(Verdict verdict);  // "supported", "undecided at this size", "not supported"

/// The trials of a reproduction, task by task, in the study's order of tasks.
struct Results {
  std::vector<int> seeds;  // indices
  std::map<std::string, std::vector<Trial>> by_task;
  std::string discovery{};  // by the study's search, as its confirmation says; "": nothing yet
  /// nullptr when it was not trained there.
  const Trial* find(const std::string& task, const std::string& activation) const;
};

/// A figure at the end of a run, NaN where the run failed: loss, accuracy (validation, averaged
/// weights), current_loss, training_loss, perplexity (exp of the loss), "NAME loss" or "NAME
/// accuracy" of a shift, or one of the measurement's figures. Throws space::Error for another name.
double figure_of(const trainer::Measurement& measurement, const std::string& name);
/// Whether more of it is better, as far as its name tells: of an accuracy.
bool more_is_better(const std::string& figure);

/// One comparison of a check: two sides on paired seeds, a property, or a trend.
struct Finding {
  std::string of{}, than{};  // "gelu@cifar10"; than: a side, a property, or "" (trend)
  Verdict verdict = Verdict::undecided;
  double mean = 0, other = 0;  // of the two sides; NaN where there is none
  double gain = 0;             // mean paired difference, positive = better; trend: slope a place
  double half_width = 0;       // of its 95 % interval; infinite with one seed
  double p = 1;                // of no difference, after Holm's correction over the check
  int seeds = 0;               // pairs
  std::string note{};          // what was proved; which runs failed
};

struct Judged {
  const Check* check = nullptr;
  Verdict verdict = Verdict::undecided;
  std::vector<Finding> findings;
};

struct Judgement {
  // Of the checks that count. supported: every one is; not supported: one is not.
  Verdict verdict = Verdict::undecided;
  std::vector<Judged> checks;
};

/// A pair is decided at 5 % after Holm's correction over the check's pairs. `better` is supported
/// when at least `share` of the pairs are better, not supported when more than 1 - share are worse;
/// `equal` when every 95 % interval lies within +-`within`, not supported when one lies outside;
/// `trend` by the sign of the slope over places, seed by seed; `alike` as alike.hpp says; `chosen`
/// when leaving out each seed in turn the mean over the others is best for `of`, not supported when
/// it never is. A side that failed on every seed loses to one that trained on every seed. The study
/// tells what "others" are, and its definitions what properties are proved of.
Judgement judge(const Claim& claim, const StudyConfig& study, const Results& results);

/// "GELU study: not supported: ..." as one sentence for people.
std::string sentence(const Claim& claim, const Judgement& judgement, const std::string& size);

}  // namespace antigrad::search::claims
