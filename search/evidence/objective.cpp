// One row an objective.
#include "search/evidence/objective.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "search/samplers/pareto.hpp"
#include "search/statistics.hpp"
#include "search/study.hpp"
#include "space/cost.hpp"
#include "space/proof.hpp"

namespace antigrad::search {
namespace {

using Baselines = std::span<const Trial* const>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Mean loss over a stage's seeds and all shifts of a task; NaN where it has none.
double shift_loss(const Trial& trial, const Task& task, const Stage& stage) {
  std::vector<double> losses;
  for (const int index : stage.seeds) {
    const Run* const run = trial.run(task.name, index);
    if (run == nullptr) return kNan;
    for (const trainer::ShiftPoint& shift : run->measurement.shifts) losses.push_back(shift.loss);
  }
  return mean(losses);
}

/// Like the score, but over the tasks that have shifts.
double out_of_distribution(const StudyConfig& config, Baselines baselines, const Trial& trial,
                           const Stage& stage, const MeasureCost&) {
  std::vector<double> scores;
  for (const Task& task : config.tasks) {
    std::vector<double> losses;
    for (const Trial* baseline : baselines) {
      const double loss = shift_loss(*baseline, task, stage);
      if (std::isfinite(loss)) losses.push_back(loss);
    }
    if (losses.empty()) continue;
    const double middle = median(losses);
    for (double& loss : losses) loss = std::abs(loss - middle);
    const double scale = std::max({mean(losses), 1e-3 * std::abs(middle), 1e-12});
    scores.push_back((shift_loss(trial, task, stage) - middle) / scale);
  }
  return mean(scores);
}

template <double (*F)(const std::string&)>
double of_formula(const StudyConfig&, Baselines, const Trial& trial, const Stage&,
                  const MeasureCost&) {
  try {
    return F(trial.candidate.activation);
  } catch (const space::Error&) {
    return kNan;
  }
}

double measured(const StudyConfig&, Baselines, const Trial& trial, const Stage&,
                const MeasureCost& measure) {
  return measure ? measure(trial.candidate.activation) : kNan;
}

constexpr std::array kRows{
    ObjectiveRow{"quality", "the score: validation loss in units of the baselines' spread", 1,
                 false,
                 [](const StudyConfig&, Baselines, const Trial& trial, const Stage&,
                    const MeasureCost&) { return trial.score(); }},
    ObjectiveRow{"out_of_distribution", "the same on the tasks' shifts", 1, false,
                 out_of_distribution},
    ObjectiveRow{"cost", "operations an element of f and f', modelled", 1, false,
                 of_formula<modelled_cost>},
    ObjectiveRow{"measured_cost", "ns an element of the kernel, forward and backward, measured", 1,
                 true, measured},
    ObjectiveRow{"sparsity", "share of a standard normal input where f is 0", 2, false,
                 of_formula<zero_share>},
    ObjectiveRow{
        "parameters", "trainable parameters", 1, false,
        [](const StudyConfig&, Baselines, const Trial& trial, const Stage&, const MeasureCost&) {
          return static_cast<double>(trial.candidate.parameters);
        }},
    ObjectiveRow{"smoothness", "how often f is proved to be continuously differentiable", 2, false,
                 of_formula<smoothness>},
};

const ObjectiveRow* find(const std::string& name) {
  const auto row = std::ranges::find_if(kRows, [&](const auto& r) { return name == r.name; });
  return row == kRows.end() ? nullptr : &*row;
}

/// Whether a is as good as b in everything and better in something. NaN is worst.
bool dominates(const std::vector<double>& a, const std::vector<double>& b,
               const std::vector<int>& directions) {
  bool better = false;
  for (std::size_t i = 0; i < directions.size(); ++i) {
    const auto lower_better = [&](double v) {
      if (std::isnan(v)) return std::numeric_limits<double>::infinity();
      return directions[i] == 1 ? v : -v;
    };
    if (lower_better(a[i]) > lower_better(b[i])) return false;
    better = better || lower_better(a[i]) < lower_better(b[i]);
  }
  return better;
}

std::vector<double> values_of(const Trial& trial) {
  return trial.objectives.empty() ? std::vector{trial.score()} : trial.objectives;
}

}  // namespace

std::span<const ObjectiveRow> objectives() { return kRows; }

std::vector<std::string> read_objectives(const space::Yaml& node, bool deterministic) {
  std::vector<std::string> names, known;
  for (const ObjectiveRow& row : kRows) known.emplace_back(row.name);
  for (const space::Yaml& item : node.items()) {
    const std::string name = item.text();
    if (find(name) == nullptr)
      item.fail(fmt::format("unknown objective \"{}\";{} there are {}", name,
                            space::did_you_mean(name, known), fmt::join(known, ", ")));
    if (deterministic && find(name)->by_clock)
      item.fail(fmt::format(
          "got the objective {}, which a clock measures, in a deterministic study; expected those "
          "that are the same on every machine: write cost, which is modelled, or `deterministic: "
          "false`",
          name));
    if (std::ranges::count(names, name) > 0)
      item.fail(fmt::format("objective \"{}\" is named twice", name));
    names.push_back(name);
  }
  if (names.empty() || names[0] != "quality")
    node.fail(
        "expected quality as the first objective: rungs and pruners judge by it; write "
        "[quality, ...]");
  return names;
}

std::vector<int> directions_of(const StudyConfig& config) {
  std::vector<int> directions;
  for (const std::string& name : config.objectives) directions.push_back(find(name)->direction);
  return directions.empty() ? std::vector{1} : directions;
}

std::vector<double> objective_values(const StudyConfig& config, Baselines baselines,
                                     const Trial& trial, const Stage& stage,
                                     const MeasureCost& measure) {
  if (config.objectives.size() < 2) return {};
  const auto why = [](const std::string& name) {
    if (name == "out_of_distribution") return ": does a task have `shifts` or a `shift_path`?";
    return name == "measured_cost" ? ": `antigrad search` and `serve` measure it" : "";
  };
  const bool known = trial.objectives.size() == config.objectives.size();
  std::vector<double> values;
  for (const std::string& name : config.objectives) {
    const ObjectiveRow& row = *find(name);
    const std::size_t at = values.size();
    values.push_back(row.by_clock && known ? trial.objectives[at]
                                           : row.value(config, baselines, trial, stage, measure));
    if (std::isnan(values.back()))
      throw space::Error(fmt::format("objective {} has no value for {}{}", name,
                                     trial.candidate.activation, why(name)));
  }
  return values;
}

std::vector<const Trial*> pareto_front(const StudyConfig& config, std::span<const Trial> trials) {
  const std::vector<int> directions = directions_of(config);
  std::vector<const Trial*> complete, front;
  for (const Trial& trial : trials)
    if (trial.state == TrialState::complete && values_of(trial).size() == directions.size())
      complete.push_back(&trial);
  for (const Trial* trial : complete) {
    const bool beaten = std::ranges::any_of(complete, [&](const Trial* other) {
      return dominates(values_of(*other), values_of(*trial), directions);
    });
    if (!beaten) front.push_back(trial);
  }
  std::ranges::stable_sort(front,
                           [](const Trial* a, const Trial* b) { return a->score() < b->score(); });
  return front;
}

double dominated_share(const StudyConfig& config, std::span<const Trial> trials) {
  const std::vector<int> directions = directions_of(config);
  std::vector<Point> points;
  for (const Trial& trial : trials) {
    if (trial.state != TrialState::complete || trial.objectives.size() != directions.size())
      continue;
    Point& point = points.emplace_back(trial.objectives);
    for (std::size_t i = 0; i < point.size(); ++i)
      if (directions[i] == 2) point[i] = -point[i];
  }
  if (points.size() < 2 || directions.size() < 2) return kNan;
  std::vector<Point> scaled(points.size());
  for (std::size_t i = 0; i < directions.size(); ++i) {
    const auto by = [i](const Point& p) { return p[i]; };
    const auto [least, most] = std::ranges::minmax(points, {}, by);
    const double range = most[i] - least[i];
    if (!(range > 0)) continue;
    for (std::size_t k = 0; k < points.size(); ++k)
      scaled[k].push_back((points[k][i] - least[i]) / range);
  }
  return hypervolume(scaled, Point(scaled[0].size(), 1.0));
}

double modelled_cost(const std::string& text) {
  constexpr double kTable = 20;  // a tabulated antiderivative
  const space::Activation activation = space::parse_activation(text);
  const space::Expr parts[] = {activation.f, activation.g};
  double sum = 0;
  for (const space::Node& node : space::simplify(space::bundle(parts)).nodes) {
    if (node.op == space::Op::Var || node.op == space::Op::Param || node.op == space::Op::Lit)
      continue;
    sum += node.op == space::Op::Integral ? kTable : space::cost(node.op);
  }
  return sum;
}

double zero_share(const std::string& text) {
  const space::Activation activation = space::parse_activation(text);
  std::vector<double> starts;
  for (const space::Parameter& parameter : activation.parameters) starts.push_back(parameter.start);
  constexpr int kCells = 4000;
  constexpr double kEnd = 8;
  double zero = 0, all = 0;
  for (int i = 0; i < kCells; ++i) {
    const double x = kEnd * (2 * (i + 0.5) / kCells - 1), density = std::exp(-x * x / 2);
    all += density;
    if (std::abs(space::value(activation.f, x, starts)) < 1e-12) zero += density;
  }
  return zero / all;
}

double smoothness(const std::string& text) {
  space::Proof proof(space::parse_activation(text));
  int times = 3;
  for (const space::Smoothness& kink : proof.kinks()) times = std::min(times, kink.proved);
  return times;
}

}  // namespace antigrad::search
