// One function a shape.
#include "trainer/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "trainer/keys.hpp"

namespace antigrad::trainer {
namespace {

using space::Yaml;
using Shape = ScheduleSpec::Shape;

/// From a at t = 0 to b at t = 1 by half a cosine.
double half_cosine(double a, double b, double t) {
  return b + (a - b) * (1 + std::cos(std::numbers::pi * t)) / 2;
}

double cosine(const ScheduleSpec& spec, int steps, int warm_up, int step) {
  if (step < warm_up) return 1;
  return half_cosine(1, spec.final, std::min(1., double(step - warm_up) / (steps - warm_up)));
}

double falls(const ScheduleSpec& spec, int step) {
  const auto passed = std::upper_bound(spec.at.begin(), spec.at.end(), step) - spec.at.begin();
  return std::pow(spec.factor, static_cast<double>(passed));
}

double decay(const ScheduleSpec& spec, int steps, int step) {
  const double t = std::clamp(double(step - (steps - spec.decay)) / spec.decay, 0., 1.);
  return spec.final + (1 - spec.final) * (1 - std::sqrt(t));
}

double one_cycle(const ScheduleSpec& spec, int steps, int step) {
  const double top = spec.rise * steps - 1;
  if (step < top) return half_cosine(spec.start, 1, step / top);
  return half_cosine(1, spec.final, std::min(1., (step - top) / (steps - 1 - top)));
}

std::vector<int> read_falls(const Yaml& node, int steps) {
  std::vector<int> at;
  for (const Yaml& item : node.items()) {
    at.push_back(static_cast<int>(item.integer(1, steps)));
    if (at.size() > 1 && at.back() <= at[at.size() - 2])
      item.fail(fmt::format("step {} comes after step {}; expected ascending steps", at.back(),
                            at[at.size() - 2]));
  }
  if (at.empty()) node.fail("expected at least one step, got an empty list");
  return at;
}

std::vector<std::string> keys_of(Shape shape) {
  switch (shape) {
    case Shape::constant: return {"name"};
    case Shape::cosine: return {"name", "final"};
    case Shape::step: return {"name", "at", "factor"};
    case Shape::wsd: return {"name", "decay", "final"};
    case Shape::one_cycle: return {"name", "rise", "start", "final"};
  }
  return {};
}

}  // namespace

ScheduleSpec read_schedule(const Yaml& node, int steps, int warm_up) {
  ScheduleSpec spec;
  spec.shape = choose<Shape>(node.at("name"), "schedule",
                             {{"constant", Shape::constant},
                              {"cosine", Shape::cosine},
                              {"step", Shape::step},
                              {"wsd", Shape::wsd},
                              {"one_cycle", Shape::one_cycle}});
  node.allow(keys_of(spec.shape));
  if (spec.shape == Shape::cosine && warm_up >= steps)
    node.fail(fmt::format("warm_up {} leaves none of {} steps to the cosine; shorten it", warm_up,
                          steps));
  if (spec.shape == Shape::one_cycle && warm_up > 0)
    node.fail(fmt::format("one_cycle rises by itself; remove warm_up: {}", warm_up));
  if (spec.shape == Shape::step) spec.at = read_falls(node.at("at"), steps);
  if (spec.shape == Shape::wsd) {
    spec.decay = count(node, "decay", 1);
    if (spec.decay > steps - warm_up)
      node.at("decay").fail(
          fmt::format("decay {} and warm_up {} are longer than the run of {} steps; shorten one",
                      spec.decay, warm_up, steps));
  }
  spec.factor = real_or(node, "factor", 0, 1, spec.factor);
  spec.rise = real_or(node, "rise", 0.001, 0.999, spec.rise);
  spec.start = real_or(node, "start", 0, 1, spec.start);
  spec.final = real_or(node, "final", 0, 1, spec.final);
  return spec;
}

double rate_factor(const ScheduleSpec& spec, int steps, int warm_up, int step) {
  const double warm = warm_up > 0 ? std::min(1., (step + 1.) / warm_up) : 1;
  switch (spec.shape) {
    case Shape::constant: return warm;
    case Shape::cosine: return warm * cosine(spec, steps, warm_up, step);
    case Shape::step: return warm * falls(spec, step);
    case Shape::wsd: return warm * decay(spec, steps, step);
    case Shape::one_cycle: return one_cycle(spec, steps, step);
  }
  return warm;
}

}  // namespace antigrad::trainer
