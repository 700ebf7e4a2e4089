// Paired differences, Holm's correction, verdicts.
#include "search/claims/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/claims/alike.hpp"
#include "search/statistics.hpp"
#include "space/error.hpp"
#include "space/properties.hpp"

namespace antigrad::search::claims {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLevel = 0.05;

// A side on one task, and its figure by seed.
struct Column {
  std::string name, activation, task;
  bool trained = false;  // there is a trial
  std::vector<double> values;
  bool whole() const {
    return std::ranges::none_of(values, [](double v) { return std::isnan(v); });
  }
  bool failed() const {
    return trained && std::ranges::all_of(values, [](double v) { return std::isnan(v); });
  }
};

Column column_of(const std::string& activation, const std::string& task, const std::string& figure,
                 const Results& results) {
  const Trial* trial = results.find(task, activation);
  Column column{activation + "@" + task, activation, task, trial != nullptr, {}};
  for (const int seed : results.seeds) {
    const Run* run = trial == nullptr ? nullptr : trial->run(task, seed);
    column.values.push_back(run == nullptr ? kNan : figure_of(run->measurement, figure));
  }
  return column;
}

// Sides on the tasks they name, or on each of the check's.
std::vector<Column> columns_of(const std::vector<Side>& sides, const Check& check,
                               const StudyConfig& study, const Results& results) {
  std::vector<std::string> tasks = check.tasks;
  if (tasks.empty())
    for (const Task& task : study.tasks) tasks.push_back(task.name);
  std::vector<Column> columns;
  for (const Side& side : sides) {
    const std::vector<std::string> places =
        side.task.empty() ? tasks : std::vector<std::string>{side.task};
    for (const std::string& task : places) {
      if (side.activation != "others") {
        columns.push_back(column_of(side.activation, task, check.by, results));
        continue;
      }
      const auto of_check = [&](const std::string& name) {
        return std::ranges::any_of(check.of, [&](const Side& s) { return s.activation == name; });
      };
      for (const std::string& name : study.baselines)
        if (!of_check(name) && results.find(task, name) != nullptr)
          columns.push_back(column_of(name, task, check.by, results));
    }
  }
  return columns;
}

// The same task where both sides have no task of their own.
bool comparable(const Check& check, const Column& a, const Column& b) {
  const auto named = [](const std::vector<Side>& sides, const Column& c) {
    return std::ranges::any_of(
        sides, [&](const Side& s) { return s.activation == c.activation && s.task == c.task; });
  };
  return a.task == b.task || named(check.of, a) || named(check.than, b);
}

std::vector<double> differences(const Column& a, const Column& b, double sign) {
  std::vector<double> out;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const double d = sign * (a.values[i] - b.values[i]);
    if (!std::isnan(d)) out.push_back(d);
  }
  return out;
}

double mean_of(const Column& c) {
  std::vector<double> finite;
  for (const double v : c.values)
    if (!std::isnan(v)) finite.push_back(v);
  return mean(finite);
}

std::string failures(const Column& c) {
  if (!c.trained) return c.name + " is not trained";
  const auto failed = std::ranges::count_if(c.values, [](double v) { return std::isnan(v); });
  return failed == 0 ? ""
                     : fmt::format("{} failed on {} of {} seeds", c.name, failed, c.values.size());
}

Finding pair_of(const Column& a, const Column& b, const Check& check) {
  Finding f{.of = a.name, .than = b.name};
  const std::vector<double> d =
      differences(a, b, check.more.value_or(more_is_better(check.by)) ? 1 : -1);
  f.mean = mean_of(a);
  f.other = mean_of(b);
  f.seeds = static_cast<int>(d.size());
  f.gain = mean(d);
  f.half_width = half_width(d);
  f.p = a.whole() && b.whole() ? mean_p(d) : 1;
  if (a.whole() && b.failed()) f.p = 0, f.gain = std::numeric_limits<double>::infinity();
  if (a.failed() && b.whole()) f.p = 0, f.gain = -std::numeric_limits<double>::infinity();
  f.note = failures(a);
  if (const std::string other = failures(b); !other.empty())
    f.note += (f.note.empty() ? "" : "; ") + other;
  return f;
}

void correct(std::vector<Finding>& findings) {
  std::vector<double> p;
  for (const Finding& f : findings) p.push_back(f.p);
  const std::vector<double> adjusted = holm(p);
  for (std::size_t i = 0; i < findings.size(); ++i) findings[i].p = adjusted[i];
}

Verdict by_sign(const Finding& f) {
  if (!(f.p < kLevel)) return Verdict::undecided;
  return f.gain > 0 ? Verdict::supported : Verdict::not_supported;
}

Verdict all_of(const std::vector<Finding>& findings) {
  Verdict worst = Verdict::supported;
  for (const Finding& f : findings) worst = std::max(worst, f.verdict);
  return findings.empty() ? Verdict::undecided : worst;
}

std::vector<Finding> pairs(const Check& check, const StudyConfig& study, const Results& results) {
  std::vector<Finding> findings;
  const std::vector<Column> others = columns_of(check.than, check, study, results);
  for (const Column& a : columns_of(check.of, check, study, results))
    for (const Column& b : others)
      if (comparable(check, a, b) && a.name != b.name) findings.push_back(pair_of(a, b, check));
  return findings;
}

Judged judge_better(const Check& check, const StudyConfig& study, const Results& results) {
  Judged judged{&check, Verdict::undecided, pairs(check, study, results)};
  correct(judged.findings);
  double better = 0, worse = 0;
  for (Finding& f : judged.findings) {
    f.verdict = by_sign(f);
    better += f.verdict == Verdict::supported;
    worse += f.verdict == Verdict::not_supported;
  }
  const auto count = static_cast<double>(judged.findings.size());
  if (count > 0 && better >= check.share * count - 1e-9) judged.verdict = Verdict::supported;
  if (worse > (1 - check.share) * count + 1e-9) judged.verdict = Verdict::not_supported;
  return judged;
}

Judged judge_equal(const Check& check, const StudyConfig& study, const Results& results) {
  Judged judged{&check, Verdict::undecided, pairs(check, study, results)};
  for (Finding& f : judged.findings) {
    if (std::abs(f.gain) + f.half_width <= check.within) f.verdict = Verdict::supported;
    if (std::abs(f.gain) - f.half_width > check.within || std::isinf(f.gain))
      f.verdict = Verdict::not_supported;
  }
  judged.verdict = all_of(judged.findings);
  return judged;
}

// Least-squares slope over places 0, 1, 2, ... of one seed's figures.
double slope(const std::vector<Column>& columns, std::size_t seed) {
  const double centre = 0.5 * static_cast<double>(columns.size() - 1);
  double top = 0, bottom = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const double x = static_cast<double>(i) - centre;
    top += x * columns[i].values[seed];
    bottom += x * x;
  }
  return top / bottom;
}

Judged judge_trend(const Check& check, const StudyConfig& study, const Results& results) {
  Judged judged{&check, Verdict::undecided, {}};
  std::vector<std::string> tasks = check.tasks;
  if (tasks.empty() || !check.of[0].task.empty()) tasks = {""};
  for (const std::string& task : tasks) {
    Check one = check;
    if (!task.empty()) one.tasks = {task};
    const std::vector<Column> columns = columns_of(check.of, one, study, results);
    Finding f{.of = fmt::format("{} to {}", columns.front().name, columns.back().name)};
    std::vector<double> slopes;
    for (std::size_t seed = 0; seed < results.seeds.size(); ++seed) {
      const double s = slope(columns, seed);
      if (!std::isnan(s)) slopes.push_back(check.rising ? s : -s);
    }
    f.mean = mean_of(columns.front());
    f.other = mean_of(columns.back());
    f.seeds = static_cast<int>(slopes.size());
    f.gain = mean(slopes);
    f.half_width = half_width(slopes);
    f.p = mean_p(slopes);
    for (const Column& c : columns)
      if (const std::string failed = failures(c); !failed.empty())
        f.note += (f.note.empty() ? "" : "; ") + failed;
    judged.findings.push_back(f);
  }
  correct(judged.findings);
  for (Finding& f : judged.findings) f.verdict = by_sign(f);
  judged.verdict = all_of(judged.findings);
  return judged;
}

// The place in `columns` of the best mean over all seeds but one; -1 where a figure is missing.
int best_without(const std::vector<Column>& columns, std::size_t left_out, double sign) {
  int best = -1;
  double best_mean = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::vector<double> kept = columns[i].values;
    kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(left_out));
    const double value = sign * mean(kept);
    if (std::isnan(value)) return -1;
    if (best < 0 || value > best_mean) best = static_cast<int>(i), best_mean = value;
  }
  return best;
}

// Of one task: the first column is what should be chosen.
Finding chosen_of(const std::vector<Column>& columns, const Check& check, std::size_t seeds) {
  const double sign = check.more.value_or(more_is_better(check.by)) ? 1 : -1;
  std::vector<int> times(columns.size());
  int folds = 0;
  for (std::size_t seed = 0; seed < seeds && seeds > 1; ++seed) {
    const int best = best_without(columns, seed, sign);
    if (best >= 0) ++times[static_cast<std::size_t>(best)], ++folds;
  }
  const Column* rival = nullptr;
  for (std::size_t i = 1; i < columns.size(); ++i)
    if (rival == nullptr || sign * mean_of(columns[i]) > sign * mean_of(*rival))
      rival = &columns[i];
  if (rival == nullptr) return {.of = columns[0].name, .note = "has no other beside it"};
  Finding f = pair_of(columns[0], *rival, check);
  f.p = kNan;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (times[i] > 0)
      f.note += fmt::format("{}{} chosen in {} of {} folds", f.note.empty() ? "" : "; ",
                            columns[i].name, times[i], folds);
  const bool decided = folds == static_cast<int>(seeds) && folds > 1;
  if (decided && times[0] == folds) f.verdict = Verdict::supported;
  if (decided && times[0] == 0) f.verdict = Verdict::not_supported;
  return f;
}

Judged judge_chosen(const Check& check, const StudyConfig& study, const Results& results) {
  Judged judged{&check, Verdict::undecided, {}};
  const std::vector<Column> others = columns_of(check.than, check, study, results);
  for (const Column& of : columns_of(check.of, check, study, results)) {
    std::vector<Column> columns{of};
    for (const Column& other : others)
      if (comparable(check, of, other) && of.name != other.name) columns.push_back(other);
    judged.findings.push_back(chosen_of(columns, check, results.seeds.size()));
  }
  judged.verdict = all_of(judged.findings);
  return judged;
}

// A set of properties holds when all of it does, and fails when one of it does.
Finding proved(const std::string& activation, const std::string& property, bool wanted,
               space::Proof& proof) {
  Finding f{.of = activation, .than = (wanted ? "" : "not ") + property};
  f.mean = f.other = f.gain = f.half_width = f.p = kNan;
  std::vector<Verdict> parts;
  for (const space::Property* p : space::demanded({property})) {
    const space::Claim claim = p->decide(proof);
    f.note += (f.note.empty() ? "" : "; ") + claim.statement;
    const bool holds = claim.verdict == space::Verdict::proved;
    parts.push_back(claim.verdict == space::Verdict::unknown ? Verdict::undecided
                    : holds == wanted                        ? Verdict::supported
                                                             : Verdict::not_supported);
  }
  f.verdict = wanted ? std::ranges::max(parts) : std::ranges::min(parts);
  return f;
}

Judged judge_proved(const Check& check, const StudyConfig& study) {
  Judged judged{&check, Verdict::undecided, {}};
  for (const Side& side : check.of) {
    space::Proof proof(space::parse_activation(side.activation, study.definitions));
    for (const std::string& name : check.holds)
      judged.findings.push_back(proved(side.activation, name, true, proof));
    for (const std::string& name : check.fails)
      judged.findings.push_back(proved(side.activation, name, false, proof));
  }
  judged.verdict = all_of(judged.findings);
  return judged;
}

const trainer::ShiftPoint* shift_of(const trainer::Measurement& m, const std::string& name) {
  for (const trainer::ShiftPoint& shift : m.shifts)
    if (name == shift.name + " loss" || name == shift.name + " accuracy") return &shift;
  return nullptr;
}

}  // namespace

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::supported: return "supported";
    case Verdict::undecided: return "undecided at this size";
    case Verdict::not_supported: return "not supported";
  }
  return "unknown";
}

const Trial* Results::find(const std::string& task, const std::string& activation) const {
  const auto trials = by_task.find(task);
  if (trials == by_task.end()) return nullptr;
  for (const Trial& trial : trials->second)
    if (trial.candidate.name == activation) return &trial;
  return nullptr;
}

bool more_is_better(const std::string& figure) { return figure.ends_with("accuracy"); }

double figure_of(const trainer::Measurement& m, const std::string& name) {
  if (m.outcome != trainer::Outcome::ok || m.curve.empty()) return kNan;
  const trainer::CurvePoint& last = m.curve.back();
  if (name == "loss") return last.validation_loss;
  if (name == "accuracy") return last.validation_accuracy;
  if (name == "current_loss") return last.current_loss;
  if (name == "training_loss") return last.training_loss;
  if (name == "perplexity") return std::exp(last.validation_loss);
  if (const trainer::ShiftPoint* shift = shift_of(m, name))
    return more_is_better(name) ? shift->accuracy : shift->loss;
  std::vector<std::string> measured;
  for (const trainer::Figure& figure : m.figures) {
    if (figure.name == name) return figure.value;
    measured.push_back(figure.name);
  }
  throw space::Error(fmt::format(
      "unknown figure \"{}\"; there are loss, accuracy, current_loss, training_loss, perplexity, "
      "\"SHIFT loss\" or \"SHIFT accuracy\" of the task's shifts, and what the study measures: {}",
      name, measured.empty() ? "nothing" : fmt::format("{}", fmt::join(measured, ", "))));
}

Judgement judge(const Claim& claim, const StudyConfig& study, const Results& results) {
  Judgement judgement;
  for (const Check& check : claim.checks) {
    switch (check.kind) {
      case Check::Kind::proved: judgement.checks.push_back(judge_proved(check, study)); break;
      case Check::Kind::better:
        judgement.checks.push_back(judge_better(check, study, results));
        break;
      case Check::Kind::equal:
        judgement.checks.push_back(judge_equal(check, study, results));
        break;
      case Check::Kind::trend:
        judgement.checks.push_back(judge_trend(check, study, results));
        break;
      case Check::Kind::alike:
        judgement.checks.push_back(judge_alike(check, study, results));
        break;
      case Check::Kind::chosen:
        judgement.checks.push_back(judge_chosen(check, study, results));
        break;
    }
  }
  judgement.verdict = Verdict::supported;
  for (const Judged& judged : judgement.checks)
    if (judged.check->counts) judgement.verdict = std::max(judgement.verdict, judged.verdict);
  return judgement;
}

std::string sentence(const Claim& claim, const Judgement& judgement, const std::string& size) {
  int supported = 0, refuted = 0, count = 0;
  for (const Judged& judged : judgement.checks) {
    if (!judged.check->counts) continue;
    ++count;
    supported += judged.verdict == Verdict::supported;
    refuted += judged.verdict == Verdict::not_supported;
  }
  return fmt::format(
      "{} ({}), size {}: {}. Of {} {}, {} supported, {} not supported, {} undecided.", claim.title,
      claim.source, size, to_string(judgement.verdict), count, count == 1 ? "check" : "checks",
      supported, refuted, count - supported - refuted);
}

}  // namespace antigrad::search::claims
