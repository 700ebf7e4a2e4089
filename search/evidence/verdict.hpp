// What paired re-trainings say of candidates against baselines: effects, intervals, verdicts.
//
// theta = candidate - the best baseline, in means; negative is better. Which baseline is the best
// is not known, so nothing here assumes it: theta < x if and only if the candidate is below every
// baseline + x (intersection-union test, Berger 1982), theta > x if and only if it is above some
// baseline + x (union-intersection, corrected by Bonferroni). Candidates are corrected by Holm
// (tests) and Bonferroni (intervals); the seeds are fresh, so the search's own luck is not in them,
// and the best of several effects is shrunk for having been selected (empirical Bayes).
#pragma once
#include <span>
#include <string>
#include <vector>

namespace antigrad::search {

/// mixed: better on the whole and worse on one of several tasks.
enum class Finding { better, mixed, equal, worse, undecided };

struct VerdictOptions {
  double margin = 0.25;  // d, in units of the values
  double level = 0.95;   // over all candidates together
};

/// Of one candidate.
struct Judgement {
  Finding finding = Finding::undecided;
  int seeds = 0;
  int baseline = -1;         // index of the one with the best mean
  double effect = 0;         // mean paired difference to that one
  double shrunk = 0;         // the same, corrected for having been selected among the candidates
  double deviation = 0;      // of one paired difference
  double low = 0, high = 0;  // simultaneous interval of theta
  double p = 1, p_holm = 1;  // of "not better than every baseline", two-sided
  int more_seeds = 0;        // when undecided: how many until a decision is to be expected
};

/// values[row][seed], every row with the same seeds; at least one baseline. Rows with a NaN are
/// left out: a baseline counts as none, a candidate stays undecided. Throws space::Error for rows
/// of different lengths, or without a baseline.
std::vector<Judgement> judge(std::span<const std::vector<double>> baselines,
                             std::span<const std::vector<double>> candidates,
                             const VerdictOptions& options);

/// "better", "mixed: better by the score", "equal within 0.25", "worse", "undecided: 7 more seeds
/// needed".
std::string in_words(const Judgement& finding, const VerdictOptions& options);

}  // namespace antigrad::search
