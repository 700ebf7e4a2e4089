// The evaluator behind libantigrad_trainer.so: texts and numbers in, measurements out; what
// libtorch throws becomes an outcome with its reason.
#include "trainer/evaluator.hpp"

#include <ATen/Parallel.h>
#include <c10/core/StreamGuard.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <new>
#include <optional>
#include <tuple>
#include <utility>

#include "space/error.hpp"
#include "space/gain.hpp"
#include "trainer/measure/checkpoints.hpp"
#include "trainer/measure/figures.hpp"
#include "trainer/measure/peak_memory.hpp"
#include "trainer/measure/recorder.hpp"
#include "trainer/measure/study_keys.hpp"
#include "trainer/memory.hpp"
#include "trainer/own_rate.hpp"
#include "trainer/run.hpp"
#include "trainer/stacked/stack.hpp"
#include "trainer/stacked/stacking_fault.hpp"
#include "trainer/training_evaluator.hpp"

namespace antigrad::trainer {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Measurement failed(Outcome outcome, std::string reason) {
  Measurement measurement;
  measurement.outcome = outcome;
  measurement.reason = std::move(reason);
  return measurement;
}

/// libtorch's own errors; its allocator reports a lack of memory as one of them.
Measurement failed(const c10::Error& error) {
  const std::string what = error.what_without_backtrace();
  const bool memory = what.find("not enough memory") != std::string::npos ||
                      what.find("can't allocate memory") != std::string::npos;
  return failed(memory ? Outcome::out_of_memory : Outcome::crashed, what);
}

std::string beside(const std::string& study_yaml, const char* name) {
  return (std::filesystem::path(study_yaml).parent_path() / name).string();
}

/// An activation of a request, with its code.
struct Candidate {
  space::Activation activation;
  std::map<bool, SharedActivation> compiled = {};  // by whether it is normalised

  const SharedActivation& code(bool normalise) {
    SharedActivation& known = compiled[normalise];
    if (!known) known = compile(normalise ? space::normalised(activation) : activation);
    return known;
  }
};

class TrainingEvaluator : public Evaluator {
 public:
  TrainingEvaluator(const std::string& study_yaml, AfterRun after, int slot)
      : tasks_(read_tasks(study_yaml)),
        after_(std::move(after)),
        keys_(read_study_keys(study_yaml)),
        compute_(open_device(keys_.device, slot)),
        checkpoints_(beside(study_yaml, "checkpoints"), keys_.checkpoint_every),
        events_(beside(study_yaml, "tb")) {
    keep_freed_memory();
  }

  Measurement evaluate(const Evaluation& request) override {
    return evaluate_together({request}).front();
  }

  /// The time of a joint training is shared equally.
  std::vector<Measurement> evaluate_together(const std::vector<Evaluation>& requests) override {
    const auto start = Clock::now();
    // What a run begins with is made in the stream that trains it.
    std::optional<c10::StreamGuard> stream;
    if (compute_.stream) stream.emplace(*compute_.stream);
    at::set_num_threads(1);  // OpenMP keeps the number by thread, and this may be a new one
    const Task& task = find_task(requests.front().task);
    for (const Evaluation& request : requests)
      if (request.steps < 1)
        throw space::Error(fmt::format("expected at least 1 step, got {}", request.steps));
    training_seconds_ = 0;
    std::vector<Measurement> answers = answered(task, requests);
    const auto count = static_cast<double>(requests.size());
    for (Measurement& answer : answers) {
      answer.training_seconds = training_seconds_ / count;
      answer.total_seconds = seconds_since(start) / count;
      answer.peak_mebibytes = peak_mebibytes();
    }
    return answers;
  }

  void forget() override {
    runs_.clear();
    candidates_.clear();
    checkpoints_.forget();
  }

 private:
  using Key = std::tuple<std::string, std::string, std::uint64_t>;  // activation, task, seed
  struct Live {
    std::unique_ptr<Run> run;
    double rate_factor = 0;                       // of a task whose runs choose their rate
    std::unique_ptr<Recorder> recorder;           // nullptr: nobody asks for one
    std::function<std::unique_ptr<Run>()> again;  // from its beginning
    bool checked = false, alone = false;  // in company its losses change by more than rounding
  };
  using DataPointer = std::shared_ptr<const Dataset>;

  static Key key_of(const Evaluation& request) {
    return {request.activation, request.task, request.seed};
  }

  const Task& find_task(const std::string& name) const {
    std::vector<std::string> known;
    for (const Task& task : tasks_) {
      if (task.name == name) return task;
      known.push_back(task.name);
    }
    throw space::Error(fmt::format("unknown task \"{}\";{} the study has {}", name,
                                   space::did_you_mean(name, known), fmt::join(known, ", ")));
  }

  /// Candidates and their runs are kept until they are to be forgotten.
  void know(const std::string& text) {
    if (candidates_.contains(text)) return;
    Candidate candidate{space::parse_activation(text)};
    space::refuse_gate(candidate.activation, "a network of ours");
    candidates_.emplace(text, std::move(candidate));
  }

  /// The dataset is loaded, and the texts parsed, outside: what is wrong with them is the user's,
  /// not the candidates'.
  std::vector<Measurement> answered(const Task& task, const std::vector<Evaluation>& requests) {
    DataPointer& data = data_[task.name];
    if (!data) data = shared_dataset(task);
    for (const Evaluation& request : requests) know(request.activation);
    const auto start = Clock::now();
    if (requests.size() > 1) train_together(task, data, requests);
    std::vector<Measurement> answers;
    for (const Evaluation& request : requests)
      answers.push_back(guarded(request, [&] { return trained(task, data, request); }));
    training_seconds_ = seconds_since(start);
    return answers;
  }

  /// What a candidate does is an outcome; its run is dropped.
  Measurement guarded(const Evaluation& request, const std::function<Measurement()>& body) {
    try {
      return body();
    } catch (const space::Error& error) {
      runs_.erase(key_of(request));
      return failed(Outcome::rejected, error.what());
    } catch (const std::bad_alloc&) {
      runs_.erase(key_of(request));
      return failed(Outcome::out_of_memory, "no memory for the training");
    } catch (const c10::Error& error) {
      runs_.erase(key_of(request));
      return failed(error);
    }
  }

  /// The run of a request, begun where there is none.
  Live& live(const Task& task, const DataPointer& data, const Evaluation& request) {
    Live& live = runs_[key_of(request)];
    if (live.run && live.run->step() <= request.steps) return live;
    const SharedActivation activation = candidates_.at(request.activation).code(task.normalise);
    Task own = task;
    if (!task.own_rate.factors.empty()) {
      live.rate_factor = own_rate_factor(task, data, activation, request.seed, compute_);
      own = at_rate(task, live.rate_factor);
    }
    live.again = [own, data, activation, seed = request.seed, compute = compute_] {
      return std::make_unique<Run>(own, data, activation, seed, compute);
    };
    live.run = checkpoints_.start(request, live.again);
    live.recorder = recorder(task, data, request, live.run->step());
    live.run->observe(live.recorder.get());
    return live;
  }

  Measurement trained(const Task& task, const DataPointer& data, const Evaluation& request) {
    Live& live = this->live(task, data, request);
    if (live.recorder) live.recorder->go_on(live.run->step());
    checkpoints_.advance(request, *live.run);
    Measurement measurement = live.run->measure();
    if (measurement.outcome == Outcome::ok)
      for (Figure& figure : figures_of(keys_.measure, *data, *live.run))
        measurement.figures.push_back(std::move(figure));
    if (live.alone && measurement.outcome == Outcome::ok)
      measurement.figures.push_back({"trained alone", 1});
    if (live.rate_factor > 0) measurement.figures.push_back({"rate factor", live.rate_factor});
    if (live.recorder) live.recorder->finished(measurement);
    if (after_) after_(task, *data, *live.run, measurement);
    return measurement;
  }

  /// Trains what can be trained as one network; what is left, and what fails, is for trained().
  void train_together(const Task& task, const DataPointer& data,
                      const std::vector<Evaluation>& requests) {
    if (!stacking_fault(task).empty()) return;
    try {
      std::vector<StackMember> members;
      for (const Evaluation& request : requests) {
        Live& live = this->live(task, data, request);
        if (live.alone) continue;
        if (live.recorder) live.recorder->go_on(live.run->step());
        members.push_back({&request, live.run.get(), live.again, &live.checked});
      }
      if (members.size() < 2) return;
      for (const std::size_t i :
           train_stack(members, task, *data, keys_.stacked.checked, checkpoints_)) {
        Live& live = runs_.at(key_of(*members[i].request));
        live.alone = true;
        live.run.reset();  // begins anew
      }
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}: stacked training ended ({}); each candidate trains by itself\n",
                 task.name, error.what());
      for (const Evaluation& request : requests) runs_.erase(key_of(request));
    }
  }

  std::unique_ptr<Recorder> recorder(const Task& task, const DataPointer& data,
                                     const Evaluation& request, int step) const {
    if (request.trial.empty() || !keys_.measure.wanted()) return nullptr;
    return std::make_unique<Recorder>(keys_.measure, task, data, event_path(events_, request),
                                      step);
  }

  std::vector<Task> tasks_;
  AfterRun after_;
  StudyKeys keys_;
  Compute compute_;
  Checkpoints checkpoints_;
  std::string events_;  // folder
  std::map<std::string, DataPointer> data_;
  std::map<std::string, Candidate> candidates_;  // by text
  std::map<Key, Live> runs_;
  double training_seconds_ = 0;
};

}  // namespace

std::unique_ptr<Evaluator> make_training_evaluator(const std::string& study_yaml, AfterRun after,
                                                   int slot) {
  return std::make_unique<TrainingEvaluator>(study_yaml, std::move(after), slot);
}

}  // namespace antigrad::trainer

extern "C" antigrad::trainer::Evaluator* antigrad_open_evaluator(const char* study_yaml, int slot) {
  return antigrad::trainer::make_training_evaluator(study_yaml, nullptr, slot).release();
}
