// One Gaussian process over the past, on the scale of each study's own spread.
#include "search/library/experience.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "search/learning/expected.hpp"
#include "search/learning/features.hpp"
#include "search/samplers/gradients.hpp"
#include "search/statistics.hpp"
#include "space/activation.hpp"
#include "space/error.hpp"
#include "space/expr.hpp"
#include "space/fingerprint.hpp"

namespace antigrad::search {
namespace {

struct Lesson {
  std::string activation;
  bool baseline = false;
  double score = 0;  // middle of its study 0, spread 1
  double noise = 1;  // variance, of a whole run in a study of the same tasks 1
  std::vector<double> features{};
};

// Middle and spread by the middle half, so that failures and floods of poor ones do not count.
std::vector<double> standardised(std::vector<double> scores) {
  std::vector<double> sorted = scores;
  std::ranges::sort(sorted);
  const auto at = [&](double q) {
    return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
  };
  const double middle = at(0.5), spread = at(0.75) - at(0.25) + 1e-9;
  for (double& score : scores) score = std::clamp((score - middle) / spread, -5.0, 5.0);
  return scores;
}

std::vector<double> features_or_none(const std::string& activation) {
  try {
    return features_of(activation);
  } catch (const space::Error&) {  // of definitions that this study does not have
    return {};
  }
}

std::vector<Lesson> lessons_of(const PastStudy& study, double like) {
  constexpr double kUnlike = 0.05;
  std::vector<Trial> trials;
  std::int64_t whole = 1;
  for (const PastTrial& past : study.trials) {
    Trial& trial = trials.emplace_back();
    trial.scores = past.scores;
    trial.state = past.failed ? TrialState::fail : TrialState::complete;
    whole = std::max(whole, past.steps);
  }
  std::vector<const Trial*> pointers;
  for (const Trial& trial : trials) pointers.push_back(&trial);
  if (pointers.size() < 4) return {};
  const std::vector<double> scores = standardised(expected_scores(pointers));
  std::vector<Lesson> lessons;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const PastTrial& past = study.trials[i];
    const double share =
        static_cast<double>(std::max<std::int64_t>(1, past.steps)) / static_cast<double>(whole);
    const double trust = std::max(kUnlike, like);
    lessons.push_back(
        {past.activation, past.baseline, scores[i], std::min(64.0, 1 / (share * trust * trust))});
  }
  return lessons;
}

// The best and others by turns: what is poor must be known too.
std::vector<Lesson> chosen(std::vector<Lesson> lessons, std::size_t most) {
  std::ranges::stable_sort(lessons, {}, &Lesson::score);
  if (lessons.size() <= most) return lessons;
  std::vector<Lesson> kept(lessons.begin(),
                           lessons.begin() + static_cast<std::ptrdiff_t>(most / 2));
  const std::size_t rest = lessons.size() - kept.size(), wanted = most - kept.size();
  for (std::size_t i = 0; i < wanted; ++i) kept.push_back(lessons[most / 2 + i * rest / wanted]);
  return kept;
}

void count_primitives(const std::vector<space::Term>& terms, std::set<std::string>& names) {
  for (const space::Term& term : terms)
    for (const space::Factor& factor : term.factors) {
      names.insert(std::string(space::primitive(factor.primitive).name));
      count_primitives(factor.inside, names);
    }
}

std::map<std::string, double> weights_of(const std::vector<Lesson>& lessons) {
  std::vector<double> scores;
  for (const Lesson& lesson : lessons) scores.push_back(lesson.score);
  std::ranges::sort(scores);
  std::map<std::string, std::pair<double, double>> counts;  // among the better quarter, all
  double good = 0, all = 0;
  for (const Lesson& lesson : lessons) {
    const auto gradient = gradient_of(lesson.activation);
    if (!gradient) continue;
    std::set<std::string> names;
    for (const space::Piece& piece : gradient->pieces) count_primitives(piece.terms, names);
    const bool better = lesson.score <= scores[scores.size() / 4];
    good += better;
    ++all;
    for (const std::string& name : names) {
      counts[name].first += better;
      ++counts[name].second;
    }
  }
  constexpr double kPrior = 2;  // trials' worth of "as often as in all"
  std::map<std::string, double> weights;
  for (const auto& [name, count] : counts) {
    const double usual = count.second / std::max(1.0, all);
    const double seen = (count.first + kPrior * usual) / (good + kPrior);
    weights[name] = std::clamp(seen / usual, 0.5, 2.0);
  }
  return weights;
}

}  // namespace

Experience::Experience(const std::vector<PastStudy>& studies, const std::vector<TaskFacts>& own) {
  constexpr std::size_t kMost = 160;
  std::vector<std::pair<double, const PastStudy*>> order;
  for (const PastStudy& study : studies) order.emplace_back(likeness(own, study.tasks), &study);
  std::ranges::stable_sort(order, std::ranges::greater{}, [](const auto& p) { return p.first; });
  std::vector<Lesson> lessons;
  for (const auto& [like, study] : order) {
    if (lessons.size() >= kMost) break;
    std::vector<Lesson> more = lessons_of(*study, like);
    for (Lesson& lesson : more) lesson.features = features_or_none(lesson.activation);
    std::erase_if(more, [](const Lesson& lesson) { return lesson.features.empty(); });
    for (Lesson& lesson : chosen(std::move(more), kMost - lessons.size()))
      lessons.push_back(std::move(lesson));
  }
  if (lessons.size() < 4) return;
  Matrix x(lessons.size(), lessons[0].features.size());
  std::vector<double> y, noise;
  for (std::size_t i = 0; i < lessons.size(); ++i) {
    std::ranges::copy(lessons[i].features, x.row(i).begin());
    y.push_back(lessons[i].score);
    noise.push_back(lessons[i].noise);
  }
  process_.emplace(x, y, noise, feature_groups());
  weights_ = weights_of(lessons);
  std::ranges::stable_sort(lessons, {},
                           [&](const Lesson& lesson) { return expected(lesson.features); });
  std::set<std::uint64_t> known;
  for (const Lesson& lesson : lessons)
    if (known.insert(space::fingerprint(space::parse_activation(lesson.activation))).second &&
        !lesson.baseline)
      first_.push_back(lesson.activation);
}

double Experience::expected(const std::vector<double>& features) const {
  return empty() || features.empty() ? 0 : process_->predict(features).mean;
}

}  // namespace antigrad::search
