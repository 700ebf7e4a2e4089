// `antigrad bench search`: how much of a search is training, and what sharing one study among two
// workers costs.
//
// Each round runs the same deterministic study three times: once with a pool of two workers, then
// twice at the same time as two programs with one worker each. All do the same trials, so the ratio
// of trials per hour is (time of the two programs) / (2 x time of the pool).
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>
#include <memory>

#include "experiments/app/commands.hpp"
#include "experiments/app/narrator.hpp"
#include "experiments/app/trainer_library.hpp"
#include "search/child.hpp"
#include "search/statistics.hpp"
#include "search/storage/json.hpp"
#include "search/study.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using search::Child;
using search::Json;

constexpr double kOverheadGoal = 0.05;
constexpr double kPoolGoal = 0.95;
constexpr const char* kCauses[] = {"sampling", "compilation", "workers", "storage", "waiting"};

/// A folder that goes with the benchmark.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "antigrad_bench_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw space::Error("cannot make a folder in " + fs::temp_directory_path().string());
    path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

struct Timed {
  double seconds = 0;
  std::vector<Json> sessions;  // what each program said
};

/// `programs` searches at the same time, from their start to the last one's end.
Timed run_sessions(const std::string& study, const std::string& folder, int programs, int workers) {
  const auto begin = Child::Clock::now();
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < programs; ++i) {
    children.push_back(std::make_unique<Child>(std::vector<std::string>{
        program_path(), "bench-session", "--dir", folder + std::to_string(i), "--workers",
        std::to_string(workers), study}));
  }
  Timed timed;
  for (const auto& child : children) {
    const Child::Read read =
        child->read_line(begin + std::chrono::hours(1), std::numeric_limits<double>::infinity());
    if (read.event != Child::Event::line)
      throw space::Error("a search of the benchmark failed: " + child->end(true));
    timed.sessions.push_back(search::parse_json(read.line));
    child->end(false);  // its workers end with it
  }
  timed.seconds = std::chrono::duration<double>(Child::Clock::now() - begin).count();
  return timed;
}

/// A quantity over the rounds, against what it is compared with.
struct Row {
  std::string name, unit;
  std::vector<double> values, baseline;
  double goal = 0;
  enum class Goal { none, at_most, at_least } kind = Goal::none;
};

std::vector<Json> cells_of(const Row& row) {
  const auto [least, most] = std::minmax_element(row.values.begin(), row.values.end());
  const double value = search::median(row.values);
  std::vector<Json> cells{row.name, value, row.unit, *least, *most};
  std::vector<double> ratios;
  for (std::size_t i = 0; i < row.baseline.size(); ++i)
    ratios.push_back(row.values[i] / row.baseline[i]);
  const double judged = ratios.empty() ? value : search::median(ratios);
  cells.emplace_back(row.baseline.empty() ? Json() : Json(search::median(row.baseline)));
  cells.emplace_back(ratios.empty() ? Json() : Json(judged));
  if (row.kind == Row::Goal::none) {
    cells.insert(cells.end(), {Json(), Json()});
  } else {
    cells.insert(cells.end(), {row.goal, row.kind == Row::Goal::at_most ? judged <= row.goal
                                                                        : judged >= row.goal});
  }
  return cells;
}

class Bench {
 public:
  explicit Bench(std::string study) : study_(std::move(study)) {
    for (const char* cause : kCauses)
      causes_.push_back({std::string("  of it ") + cause, "share", {}, {}, 0, Row::Goal::none});
  }

  void round(int number) {
    const std::string name = fmt::format("{}_", number);
    const Timed pool = run_sessions(study_, scratch_ / ("pool" + name), 1, 2);
    const Timed two = run_sessions(study_, scratch_ / ("two" + name), 2, 1);
    pool_.values.push_back(trials(pool) * 3600 / pool.seconds);
    pool_.baseline.push_back(trials(two) * 3600 / two.seconds);
    for (const Json& session : two.sessions) {
      overhead_.values.push_back(session.at("overhead").get<double>());
      for (std::size_t i = 0; i < causes_.size(); ++i)
        causes_[i].values.push_back(session.at(kCauses[i]).get<double>());
    }
    pool_overhead_.values.push_back(pool.sessions[0].at("overhead").get<double>());
    fmt::print(stderr, "round {}: pool {}, two programs {}; outside training {:.1f} %\n",
               number + 1, duration(pool.seconds), duration(two.seconds),
               100 * overhead_.values.back());
  }

  std::string text(Format format) const {
    Listing listing({"name", "value", "unit", "min", "max", "baseline", "ratio", "goal", "met"});
    listing.add(cells_of(overhead_));
    for (const Row& cause : causes_) listing.add(cells_of(cause));
    listing.add(cells_of(pool_));
    listing.add(cells_of(pool_overhead_));
    return listing.text(format);
  }

 private:
  static double trials(const Timed& timed) {
    double sum = 0;
    for (const Json& session : timed.sessions) sum += session.at("trials").get<double>();
    return sum;
  }

  std::string study_;
  Scratch scratch_;
  Row overhead_{"outside training, one worker", "share", {}, {}, kOverheadGoal, Row::Goal::at_most};
  std::vector<Row> causes_;
  Row pool_{"pool of two against two programs", "trials/h", {}, {}, kPoolGoal, Row::Goal::at_least};
  Row pool_overhead_{"outside training, pool of two, slots without work included",
                     "share",
                     {},
                     {},
                     0,
                     Row::Goal::none};
};

}  // namespace

int bench_search_command(const Arguments& arguments) {
  search::load_study(arguments.subject);  // its errors once, here
  fmt::print(stderr, "bench search: {} rounds of 3 searches each\n", arguments.rounds);
  Bench bench(arguments.subject);
  for (int i = 0; i < arguments.rounds; ++i) bench.round(i);
  print(bench.text(arguments.format));
  return 0;
}

}  // namespace antigrad::app
