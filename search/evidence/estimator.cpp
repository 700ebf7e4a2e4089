// One row an estimator.
#include "search/evidence/estimator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "search/study.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

using Curve = std::span<const trainer::CurvePoint>;
using Figure = double trainer::CurvePoint::*;

/// Mean over steps of what holds for the interval before each point, from `begin` on.
double area(Curve curve, Figure figure, double begin) {
  double sum = 0, steps = 0, before = 0;
  for (const trainer::CurvePoint& point : curve) {
    const double length = point.step - std::max(before, begin);
    before = point.step;
    if (length <= 0) continue;
    sum += length * point.*figure;
    steps += length;
  }
  return steps > 0 ? sum / steps : curve.back().*figure;
}

double end_of_fit(Curve curve, int full) {
  std::vector<std::pair<double, double>> points;
  for (const trainer::CurvePoint& point : curve)
    points.emplace_back(point.step, point.validation_loss);
  return power_law_end(points, full);
}

constexpr std::array kRows{
    EstimatorRow{"averaged", "validation loss of exponentially averaged weights",
                 [](Curve c, int) { return c.back().validation_loss; }},
    EstimatorRow{"current", "validation loss of the current weights",
                 [](Curve c, int) { return c.back().current_loss; }},
    EstimatorRow{"error", "share of wrong answers in validation, averaged weights",
                 [](Curve c, int) { return 1 - c.back().validation_accuracy; }},
    EstimatorRow{"training", "training loss before each update since the last evaluation",
                 [](Curve c, int) { return c.back().training_loss; }},
    EstimatorRow{"training_half", "training loss before each update over the last half of the run",
                 [](Curve c, int) {
                   return area(c, &trainer::CurvePoint::training_loss, c.back().step / 2.0);
                 }},
    EstimatorRow{"training_area", "training loss before each update over the whole run",
                 [](Curve c, int) { return area(c, &trainer::CurvePoint::training_loss, 0); }},
    EstimatorRow{"averaged_half", "validation loss of averaged weights over the last half",
                 [](Curve c, int) {
                   return area(c, &trainer::CurvePoint::validation_loss, c.back().step / 2.0);
                 }},
    EstimatorRow{"fit", "a power law through the validation losses, at the end of a whole run",
                 end_of_fit},
};

std::vector<std::string> names() {
  std::vector<std::string> list;
  for (const EstimatorRow& row : kRows) list.emplace_back(row.name);
  return list;
}

// "learned" is averaged until something was learned.
void read_name(const space::Yaml& node, bool warm, Task& task) {
  constexpr const char* kLearned = "learned";
  task.by_past = node.text() == kLearned;
  if (task.by_past && !warm)
    node.fail(
        "what is learned comes from past studies: add `warm_start: true`, or a library's path");
  if (task.by_past) return;
  try {
    task.estimator = estimator(node.text()).name;
  } catch (const space::Error& e) {
    node.fail(e.message() + ", learned");
  }
}

}  // namespace

std::span<const EstimatorRow> estimators() { return kRows; }

const EstimatorRow& estimator(const std::string& name) {
  for (const EstimatorRow& row : kRows)
    if (name == row.name) return row;
  throw space::Error(fmt::format("unknown estimator \"{}\";{} there are {}", name,
                                 space::did_you_mean(name, names()), fmt::join(names(), ", ")));
}

void read_estimators(const space::Yaml& node, bool warm, std::vector<Task>& tasks) {
  if (node.is_scalar()) {
    for (Task& task : tasks) read_name(node, warm, task);
    return;
  }
  std::vector<std::string> known;
  for (const Task& task : tasks) known.push_back(task.name);
  node.allow(known);
  for (Task& task : tasks)
    if (node.has(task.name)) read_name(node.at(task.name), warm, task);
}

double power_law_end(std::span<const std::pair<double, double>> points, double full) {
  if (points.size() < 3) return points.back().second;
  const double n = static_cast<double>(points.size());
  double best = std::numeric_limits<double>::infinity(), end = points.back().second;
  for (const double c : {0.25, 0.5, 1.0, 2.0}) {
    double x = 0, y = 0, xx = 0, xy = 0, rest = 0;
    const auto at = [&](double step) { return std::pow(step, -c); };
    for (const auto& [step, loss] : points) {
      x += at(step) / n;
      y += loss / n;
    }
    for (const auto& [step, loss] : points) {
      xx += (at(step) - x) * (at(step) - x);
      xy += (at(step) - x) * (loss - y);
    }
    const double b = xx > 0 ? std::max(0.0, xy / xx) : 0;
    for (const auto& [step, loss] : points) {
      const double error = loss - y - b * (at(step) - x);
      rest += error * error;
    }
    if (rest >= best) continue;
    best = rest;
    end = y + b * (at(full) - x);
  }
  return end;
}

}  // namespace antigrad::search
