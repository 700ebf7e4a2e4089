// Student's t on paired differences; see verdict.hpp for what is combined how.
#include "search/evidence/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/statistics.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kMostSeeds = 10000;

bool whole(const std::vector<double>& row) {
  return !row.empty() && std::ranges::all_of(row, [](double v) { return std::isfinite(v); });
}

/// A mean of paired differences and its standard error.
struct Difference {
  double mean = 0, error = 0, freedom = 0;

  /// One-sided limit: the mean plus or minus the quantile that is passed with chance `tail`.
  double limit(double tail, int sign) const {
    if (freedom < 1) return sign * kInfinity;
    return mean + sign * student_quantile(1 - 2 * tail, freedom) * error;
  }
  /// Two-sided p of "not below 0".
  double p_below() const {
    if (freedom < 1) return 1;
    if (error == 0) return mean < 0 ? 0 : 1;
    return mean < 0 ? student_p(mean / error, freedom) : 1;
  }
};

Difference difference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> d(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) d[i] = a[i] - b[i];
  const double n = static_cast<double>(d.size());
  return {mean(d), n < 2 ? 0 : standard_deviation(d) / std::sqrt(n), n - 1};
}

/// Seeds in all until the interval is as narrow as a decision wants, if effect and deviation are
/// what they seem: to show that theta < 0 or > 0 it takes |effect|, to show equality d - |effect|.
int seeds_for(const Judgement& j, double tail, double margin) {
  const double reach = std::max(std::abs(j.effect), margin - std::abs(j.effect));
  if (!(reach > 0) || !std::isfinite(j.deviation)) return kMostSeeds;
  for (int n = std::max(2, j.seeds + 1); n < kMostSeeds; n += std::max(1, n / 50)) {
    const double half = student_quantile(1 - 2 * tail, n - 1) * j.deviation / std::sqrt(n);
    if (half < reach) return n;
  }
  return kMostSeeds;
}

Judgement judge_one(const std::vector<const std::vector<double>*>& baselines,
                    const std::vector<int>& numbers, const std::vector<double>& candidate,
                    double tail, double margin) {
  Judgement j;
  j.seeds = static_cast<int>(candidate.size());
  double best = kInfinity;
  j.low = j.high = -kInfinity;
  j.p = 0;
  for (std::size_t b = 0; b < baselines.size(); ++b) {
    const Difference d = difference(candidate, *baselines[b]);
    j.p = std::max(j.p, d.p_below());
    j.high = std::max(j.high, d.limit(tail, 1));
    j.low = std::max(j.low, d.limit(tail / static_cast<double>(baselines.size()), -1));
    if (mean(*baselines[b]) >= best) continue;
    best = mean(*baselines[b]);
    j.baseline = numbers[b];
    j.effect = d.mean;
    j.deviation = d.error * std::sqrt(static_cast<double>(j.seeds));
  }
  if (j.low > 0) {
    j.finding = Finding::worse;
  } else if (j.low > -margin && j.high < margin) {
    j.finding = Finding::equal;
  } else {
    j.more_seeds = seeds_for(j, tail, margin) - j.seeds;
  }
  return j;
}

/// Normal effects with a common prior: each moves to the mean by the share of its variance that is
/// noise (Efron and Morris 1973). With one effect there was no choice.
void shrink(std::vector<Judgement*>& judged) {
  std::vector<double> effects;
  double noise = 0;
  for (const Judgement* j : judged) {
    effects.push_back(j->effect);
    noise += j->deviation * j->deviation / j->seeds / static_cast<double>(judged.size());
  }
  const double centre = mean(effects);
  const double spread = effects.size() < 2 ? 0 : std::pow(standard_deviation(effects), 2);
  const double kept = effects.size() < 2 ? 1 : spread > 0 ? std::max(0.0, 1 - noise / spread) : 0;
  for (Judgement* j : judged) j->shrunk = centre + kept * (j->effect - centre);
}

}  // namespace

std::vector<Judgement> judge(std::span<const std::vector<double>> baselines,
                             std::span<const std::vector<double>> candidates,
                             const VerdictOptions& options) {
  std::vector<const std::vector<double>*> known;
  std::vector<int> numbers;
  for (std::size_t b = 0; b < baselines.size(); ++b) {
    if (!whole(baselines[b])) continue;
    known.push_back(&baselines[b]);
    numbers.push_back(static_cast<int>(b));
  }
  if (known.empty()) throw space::Error("no baseline has a finite value on every seed");
  const double count = std::max(1.0, static_cast<double>(candidates.size()));
  const double tail = (1 - options.level) / 2 / count;
  std::vector<Judgement> all;
  std::vector<double> p;
  for (const std::vector<double>& row : candidates) {
    if (row.size() != known[0]->size())
      throw space::Error(
          fmt::format("a candidate has {} seeds, the baselines {}", row.size(), known[0]->size()));
    all.push_back(whole(row) ? judge_one(known, numbers, row, tail, options.margin)
                             : Judgement{.low = -kInfinity, .high = kInfinity});
    p.push_back(all.back().p);
  }
  const std::vector<double> adjusted = holm(p);
  std::vector<Judgement*> judged;
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].p_holm = adjusted[i];
    if (all[i].seeds == 0) continue;
    judged.push_back(&all[i]);
    if (adjusted[i] >= 1 - options.level) continue;
    all[i].finding = Finding::better;
    all[i].more_seeds = 0;
  }
  shrink(judged);
  return all;
}

std::string in_words(const Judgement& j, const VerdictOptions& options) {
  switch (j.finding) {
    case Finding::better: return "better";
    case Finding::mixed: return "mixed: better by the score";
    case Finding::equal: return fmt::format("equal within {:g}", options.margin);
    case Finding::worse: return "worse";
    case Finding::undecided: break;
  }
  if (j.seeds == 0) return "undecided: it did not train on every seed";
  if (j.seeds + j.more_seeds >= kMostSeeds) return "undecided: more than 10,000 seeds needed";
  return fmt::format("undecided: {} more seed{} needed", j.more_seeds,
                     j.more_seeds == 1 ? "" : "s");
}

}  // namespace antigrad::search
