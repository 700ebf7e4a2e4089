// Processes by (task, seed), read as far as they are asked.
#include "search/command_evaluator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "search/child.hpp"
#include "search/storage/json.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

using Clock = Child::Clock;
using trainer::CurvePoint;
using trainer::Evaluation;
using trainer::Measurement;
using trainer::Outcome;

Clock::time_point deadline_in(double seconds) {
  constexpr double kYear = 3e7;
  return Clock::now() +
         std::chrono::milliseconds(static_cast<long long>(std::min(seconds, kYear) * 1000));
}

/// A line of the program as a point of the curve; why it is none, as text.
std::optional<CurvePoint> point_of(const std::string& line, std::string& why) {
  try {
    const Json json = parse_json(line);
    const double loss = number(json.at("loss"));
    const auto or_loss = [&](const char* key) {
      return json.contains(key) ? number(json.at(key)) : loss;
    };
    return CurvePoint{json.at("step").get<int>(), or_loss("training_loss"), loss,
                      json.contains("accuracy") ? number(json.at("accuracy")) : 0,
                      or_loss("current_loss")};
  } catch (const std::exception& e) {
    why = fmt::format("the program said {}, expected {{\"step\": n, \"loss\": x}}: {}",
                      line.substr(0, 80), e.what());
    return std::nullopt;
  }
}

/// One process, and what it has said.
struct Running {
  std::unique_ptr<Child> child;
  std::vector<CurvePoint> curve;
  double peak = 0;  // MiB
};

class CommandEvaluator : public trainer::Evaluator {
 public:
  explicit CommandEvaluator(CommandOptions options) : o_(std::move(options)) {}
  ~CommandEvaluator() override { forget(); }
  CommandEvaluator(const CommandEvaluator&) = delete;
  CommandEvaluator& operator=(const CommandEvaluator&) = delete;

  Measurement evaluate(const Evaluation& request) override {
    const Clock::time_point begin = Clock::now();
    if (request.activation != activation_) {
      forget();
      file_ = o_.exported ? o_.exported(request.activation) : ExportedActivation{};
      activation_ = request.activation;
    }
    Running& run = runs_[{request.task, request.seed}];
    Measurement m = advanced(run, request);
    if (m.outcome != Outcome::ok) runs_.erase({request.task, request.seed});
    m.total_seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    m.training_seconds = m.total_seconds;
    return m;
  }

  void forget() override {
    for (auto& [key, run] : runs_) {
      if (run.child == nullptr) continue;
      run.child->write_line(to_text({{"prune", true}}));
      const Clock::time_point end = deadline_in(o_.command.grace);
      while (run.child->read_line(end, o_.limits.mebibytes).event == Child::Event::line) {
      }
    }
    runs_.clear();  // kills what is left
    activation_.clear();
  }

 private:
  Measurement advanced(Running& run, const Evaluation& request) {
    if (reached(run, request.steps)) return measured(run, request.steps);
    if (run.child == nullptr) {
      run.child = std::make_unique<Child>(o_.command.command, Child::Extent::family);
      run.child->write_line(to_text(task_of(request)));
    } else {
      run.child->write_line(to_text({{"until", request.steps}}));
    }
    const Clock::time_point end = deadline_in(o_.limits.seconds);
    while (!reached(run, request.steps)) {
      const Child::Read read = run.child->read_line(end, o_.limits.mebibytes, o_.cancel);
      run.peak = std::max(run.peak, read.mebibytes);
      if (read.event != Child::Event::line) return lost(run, read, request.steps);
      if (read.line.empty() || read.line[0] != '{') continue;
      std::string why;
      const std::optional<CurvePoint> point = point_of(read.line, why);
      if (point && !run.curve.empty() && point->step <= run.curve.back().step)
        why = fmt::format("the program said step {} after step {}", point->step,
                          run.curve.back().step);
      if (!why.empty()) return failed(run, Outcome::crashed, why);
      run.curve.push_back(*point);
    }
    return measured(run, request.steps);
  }

  Json task_of(const Evaluation& request) const {
    const auto full = o_.full_steps.find(request.task);
    return {{"activation", request.activation},
            {"pytorch", file_.path},
            {"class", file_.class_name},
            {"task", request.task},
            {"seed", request.seed},
            {"steps", full == o_.full_steps.end() ? request.steps : full->second},
            {"until", request.steps}};
  }

  static bool reached(const Running& run, int steps) {
    return !run.curve.empty() && run.curve.back().step >= steps;
  }

  /// The curve up to the first point at or behind `steps`: what a program says ahead of being asked
  /// is for later.
  static Measurement measured(const Running& run, int steps) {
    Measurement m;
    for (const CurvePoint& point : run.curve) {
      m.curve.push_back(point);
      if (point.step >= steps) break;
    }
    m.steps = m.curve.back().step;
    m.peak_mebibytes = run.peak;
    return m;
  }

  static Measurement failed(const Running& run, Outcome outcome, const std::string& reason) {
    Measurement m;
    m.outcome = outcome;
    m.reason = reason;
    m.curve = run.curve;
    m.steps = run.curve.empty() ? 0 : run.curve.back().step;
    m.peak_mebibytes = run.peak;
    return m;
  }

  Measurement lost(Running& run, const Child::Read& read, int steps) const {
    if (read.event == Child::Event::timeout)
      return failed(run, Outcome::timeout, fmt::format("over {} s", o_.limits.seconds));
    if (read.event == Child::Event::memory)
      return failed(run, Outcome::out_of_memory,
                    fmt::format("over {:.0f} MiB", o_.limits.mebibytes));
    if (read.event == Child::Event::cancelled) return failed(run, Outcome::crashed, "given up");
    return failed(
        run, Outcome::crashed,
        fmt::format("the program ended with {} before step {}", run.child->end(false), steps));
  }

  CommandOptions o_;
  std::string activation_;
  ExportedActivation file_;
  std::map<std::pair<std::string, std::uint64_t>, Running> runs_;
};

}  // namespace

CommandConfig read_command(const space::Yaml& node) {
  node.allow({"command", "grace"});
  CommandConfig c;
  for (const space::Yaml& word : node.at("command").items()) c.command.push_back(word.text());
  if (c.command.empty() || c.command[0].empty())
    node.at("command").fail("expected a program and its arguments, as in [python3, train.py]");
  if (node.has("grace")) c.grace = node.at("grace").number(0, 3600);
  return c;
}

std::unique_ptr<trainer::Evaluator> make_command_evaluator(CommandOptions options) {
  return std::make_unique<CommandEvaluator>(std::move(options));
}

}  // namespace antigrad::search
