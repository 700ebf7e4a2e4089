// Lines of JSON to and from the process.
#include "experiments/app/evidence_optuna.hpp"

#include <fmt/format.h>

#include <chrono>
#include <limits>
#include <map>
#include <set>

#include "paths.hpp"
#include "search/child.hpp"
#include "search/storage/json.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using search::RecordedActivation;

constexpr int kTrials = 200;

std::string key_of(const RecordedActivation& row) {
  return fmt::format("{}", fmt::join(row.choices, "|"));
}

Json choices_of(const search::RecordedTable& table) {
  Json all = Json::array();
  for (std::size_t axis = 0; axis < 4; ++axis) {
    std::set<std::string> values;
    for (const RecordedActivation& row : table.rows)
      if (row.in_space()) values.insert(row.choices[axis]);
    all.push_back(values);
  }
  return all;
}

}  // namespace

OptunaSearch::OptunaSearch(const std::string& python)
    : child_(std::make_unique<search::Child>(std::vector<std::string>{
          "/usr/bin/env", "OMP_NUM_THREADS=1", "PYTHONDONTWRITEBYTECODE=1", python,
          ANTIGRAD_SOURCE_DIR "/experiments/app/bench_replay.py"})) {
  const Json hello = read();
  if (hello.contains("missing")) throw space::Error(hello.at("missing").get<std::string>());
  version_ = hello.at("version");
}

OptunaSearch::~OptunaSearch() = default;

Json OptunaSearch::read() {
  constexpr auto kPatience = std::chrono::minutes(10);
  const auto answer = child_->read_line(std::chrono::steady_clock::now() + kPatience,
                                        std::numeric_limits<double>::infinity());
  if (answer.event != search::Child::Event::line) fail();
  return search::parse_json(answer.line);
}

void OptunaSearch::fail() {
  throw space::Error(fmt::format("the process with Optuna ended ({})", child_->end(true)));
}

std::vector<search::Milestone> OptunaSearch::milestones(const search::RecordedTable& table,
                                                        std::uint64_t seed, bool multivariate) {
  Json losses = Json::object();
  std::map<std::string, const RecordedActivation*> rows;
  std::map<std::string, int> steps;
  for (const RecordedActivation& row : table.rows) {
    if (!row.in_space()) continue;
    const auto run =
        std::next(row.runs.begin(), static_cast<std::ptrdiff_t>(seed % row.runs.size()));
    const trainer::CurvePoint& end = run->second.back();
    losses[key_of(row)] = search::number_to_json(end.validation_loss);  // it may have diverged
    steps[key_of(row)] = end.step;
    rows[key_of(row)] = &row;
  }
  const Json request{{"trials", kTrials},
                     {"seed", seed},
                     {"multivariate", multivariate},
                     {"choices", choices_of(table)},
                     {"losses", losses}};
  if (!child_->write_line(search::to_text(request))) fail();
  const Json answer = read();
  std::vector<search::Milestone> way;
  std::set<std::string> seen;
  std::int64_t spent = 2 * table.steps;  // ReLU and GELU, as in every study
  double least = std::numeric_limits<double>::infinity();
  std::string best;
  for (std::size_t i = 0; i < answer.at("asked").size(); ++i) {
    const std::string key = answer.at("asked")[i];
    if (seen.insert(key).second) spent += steps.at(key);
    const double loss = search::number(losses[key]);
    if (loss < least) best = rows.at(key)->name;
    least = std::min(least, loss);
    way.push_back({spent, best, answer.at("seconds")[i].get<double>()});
  }
  return way;
}

}  // namespace antigrad::app
