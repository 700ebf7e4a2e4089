// The protocol between a slot and its worker process.
#include "search/worker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "search/child.hpp"
#include "search/record.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

using Clock = Child::Clock;
using trainer::Evaluation;
using trainer::Measurement;
using trainer::Outcome;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Limits may be huge; a time point may not.
Clock::time_point deadline_in(double seconds) {
  constexpr double kYear = 3e7;
  return Clock::now() +
         std::chrono::milliseconds(static_cast<long long>(std::min(seconds, kYear) * 1000));
}

// Nothing for a line that is no answer.
std::optional<Json> answer_of(const std::string& line) {
  try {
    Json answer = parse_json(line);
    if (answer.contains("error") && answer.at("error").is_string()) return answer;
    if (answer.contains("measurements"))
      for (const Json& one : answer.at("measurements")) measurement_from_json(one);
    else
      measurement_from_json(answer.at("measurement"));
    return answer;
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const space::Error&) {
    return std::nullopt;
  }
}

class ProcessEvaluator : public trainer::Evaluator {
 public:
  explicit ProcessEvaluator(WorkerOptions options) : options_(std::move(options)) {}

  Measurement evaluate(const Evaluation& request) override {
    if (child_ == nullptr) start();
    const Clock::time_point begin = Clock::now();
    child_->write_line(to_text({{"evaluate", to_json(request)}}));
    const Child::Read read = child_->read_line(deadline_in(options_.limits.seconds),
                                               options_.limits.mebibytes, options_.cancel);
    Measurement m = measurement_of(read);
    if (m.outcome == Outcome::ok || child_ != nullptr) return m;
    m.total_seconds = seconds_since(begin);
    m.peak_mebibytes = read.mebibytes;
    return m;
  }

  /// Limits are those of each. Where the worker is lost, every candidate trains by itself, so that
  /// the one that did it is found.
  std::vector<Measurement> evaluate_together(const std::vector<Evaluation>& requests) override {
    if (child_ == nullptr) start();
    Json all = Json::array();
    for (const Evaluation& request : requests) all.push_back(to_json(request));
    child_->write_line(to_text({{"evaluate_together", std::move(all)}}));
    const auto count = static_cast<double>(requests.size());
    const Child::Read read = child_->read_line(deadline_in(options_.limits.seconds * count),
                                               options_.limits.mebibytes * count, options_.cancel);
    if (read.event == Child::Event::cancelled)
      return std::vector<Measurement>(requests.size(), lost(Outcome::crashed, "given up"));
    const std::optional<Json> answer =
        read.event == Child::Event::line ? answer_of(read.line) : std::nullopt;
    if (answer && answer->contains("error"))
      throw space::Error(answer->at("error").get<std::string>());
    if (!answer || !answer->contains("measurements") ||
        answer->at("measurements").size() != requests.size()) {
      child_.reset();
      return Evaluator::evaluate_together(requests);
    }
    std::vector<Measurement> measurements;
    for (const Json& one : answer->at("measurements"))
      measurements.push_back(measurement_from_json(one));
    return measurements;
  }

  void forget() override {
    if (child_ != nullptr) child_->write_line(to_text({{"forget", true}}));
  }

 private:
  void start() {
    const Clock::time_point begin = Clock::now();
    child_ = run(options_.argv);
    const Child::Read read = child_->read_line(deadline_in(options_.start_seconds),
                                               options_.limits.mebibytes, options_.cancel);
    if (read.event != Child::Event::line || read.line != to_text({{"ready", true}})) {
      refuse_start(read);
    }
    if (options_.started) options_.started(seconds_since(begin));
  }

  static std::unique_ptr<Child> run(const std::vector<std::string>& argv) {
    try {
      return std::make_unique<Child>(argv);
    } catch (const space::Error& e) {
      throw StartError(e.message());
    }
  }

  [[noreturn]] void refuse_start(const Child::Read& read) {
    const std::string command = fmt::format("{}", fmt::join(options_.argv, " "));
    std::string why = fmt::format("it said \"{}\" instead of being ready", read.line.substr(0, 80));
    if (read.event == Child::Event::end_of_file) why = child_->end(false);
    if (read.event == Child::Event::timeout) {
      why = fmt::format("not ready within {} s", options_.start_seconds);
    }
    if (read.event == Child::Event::cancelled) why = "it was given up";
    if (read.event == Child::Event::memory) {
      why = fmt::format(
          "it needs {:.0f} MiB before the first candidate, the limit is {:.0f}; raise "
          "limits: mebibytes",
          read.mebibytes, options_.limits.mebibytes);
    }
    child_.reset();
    throw StartError(fmt::format("the worker `{}` could not be started: {}", command, why));
  }

  // The child has failed: what it was, as a result. The next request starts another.
  Measurement lost(Outcome outcome, const std::string& reason) {
    child_.reset();
    Measurement m;
    m.outcome = outcome;
    m.reason = reason;
    return m;
  }

  Measurement measurement_of(const Child::Read& read) {
    switch (read.event) {
      case Child::Event::timeout:
        return lost(Outcome::timeout, fmt::format("over {} s", options_.limits.seconds));
      case Child::Event::memory:
        return lost(Outcome::out_of_memory,
                    fmt::format("over {:.0f} MiB", options_.limits.mebibytes));
      case Child::Event::cancelled: return lost(Outcome::crashed, "given up");
      case Child::Event::end_of_file:
        return lost(Outcome::crashed, "the worker ended with " + child_->end(false));
      case Child::Event::line: break;
    }
    if (const std::optional<Json> answer = answer_of(read.line);
        answer && !answer->contains("measurements")) {
      if (answer->contains("error")) throw space::Error(answer->at("error").get<std::string>());
      return measurement_from_json(answer->at("measurement"));
    }
    return lost(Outcome::crashed, "the worker answered nonsense: " + read.line.substr(0, 80));
  }

  WorkerOptions options_;
  std::unique_ptr<Child> child_;
};

}  // namespace

std::unique_ptr<trainer::Evaluator> make_process_evaluator(WorkerOptions options) {
  return std::make_unique<ProcessEvaluator>(std::move(options));
}

}  // namespace antigrad::search
