// The evaluator behind libantigrad_trainer.so: texts and numbers in, measurements out; what
// libtorch throws becomes an outcome with its reason.
#include "trainer/evaluator.hpp"

#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <new>
#include <utility>

#include "space/error.hpp"
#include "trainer/measure/checkpoints.hpp"
#include "trainer/measure/figures.hpp"
#include "trainer/measure/peak_memory.hpp"
#include "trainer/measure/recorder.hpp"
#include "trainer/measure/study_keys.hpp"
#include "trainer/memory.hpp"
#include "trainer/own_rate.hpp"
#include "trainer/run.hpp"
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

class TrainingEvaluator : public Evaluator {
 public:
  TrainingEvaluator(const std::string& study_yaml, AfterRun after)
      : tasks_(read_tasks(study_yaml)),
        after_(std::move(after)),
        keys_(read_study_keys(study_yaml)),
        checkpoints_(beside(study_yaml, "checkpoints"), keys_.checkpoint_every),
        events_(beside(study_yaml, "tb")) {
    keep_freed_memory();
  }

  Measurement evaluate(const Evaluation& request) override {
    const auto start = Clock::now();
    at::set_num_threads(1);  // OpenMP keeps the number by thread, and this may be a new one
    const Task& task = find_task(request.task);
    if (request.steps < 1)
      throw space::Error(fmt::format("expected at least 1 step, got {}", request.steps));
    training_seconds_ = 0;
    Measurement measurement = guarded(task, request);
    measurement.training_seconds = training_seconds_;
    measurement.total_seconds = seconds_since(start);
    measurement.peak_mebibytes = peak_mebibytes();
    return measurement;
  }

  void forget() override {
    drop();
    checkpoints_.forget();
  }

 private:
  using Key = std::pair<std::string, std::uint64_t>;  // task, seed
  struct Live {
    std::unique_ptr<Run> run;
    double rate_factor = 0;              // of a task whose runs choose their rate
    std::unique_ptr<Recorder> recorder;  // nullptr: nobody asks for one
  };

  void drop() {
    runs_.clear();
    text_.clear();
    compiled_.clear();
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

  /// The dataset is loaded, and the text parsed, outside: what is wrong with them is the user's,
  /// not the candidate's.
  Measurement guarded(const Task& task, const Evaluation& request) {
    auto& data = data_[task.name];
    if (!data) data = shared_dataset(task);
    if (request.activation != text_) {
      drop();
      activation_ = space::parse_activation(request.activation);
      space::refuse_gate(activation_, "a network of ours");
      text_ = request.activation;
    }
    const Key key{task.name, request.seed};
    try {
      return trained(task, data, request, runs_[key]);
    } catch (const space::Error& error) {
      runs_.erase(key);
      return failed(Outcome::rejected, error.what());
    } catch (const std::bad_alloc&) {
      runs_.erase(key);
      return failed(Outcome::out_of_memory, "no memory for the training");
    } catch (const c10::Error& error) {
      runs_.erase(key);
      return failed(error);
    }
  }

  Measurement trained(const Task& task, const std::shared_ptr<const Dataset>& data,
                      const Evaluation& request, Live& live) {
    const SharedActivation activation = compiled(task.normalise);
    const auto start = Clock::now();
    if (!live.run || live.run->step() > request.steps) {
      Task own = task;
      if (!task.own_rate.factors.empty()) {
        live.rate_factor = own_rate_factor(task, data, activation, request.seed);
        own = at_rate(task, live.rate_factor);
      }
      live.run = checkpoints_.start(
          request, [&] { return std::make_unique<Run>(own, data, activation, request.seed); });
      live.recorder = recorder(task, data, request, live.run->step());
      live.run->observe(live.recorder.get());
    }
    if (live.recorder) live.recorder->go_on(live.run->step());
    checkpoints_.advance(request, *live.run);
    Measurement measurement = live.run->measure();
    if (measurement.outcome == Outcome::ok)
      for (Figure& figure : figures_of(keys_.measure, *data, *live.run))
        measurement.figures.push_back(std::move(figure));
    if (live.rate_factor > 0) measurement.figures.push_back({"rate factor", live.rate_factor});
    if (live.recorder) live.recorder->finished(measurement);
    if (after_) after_(task, *data, *live.run, measurement);
    training_seconds_ = seconds_since(start);
    return measurement;
  }

  std::unique_ptr<Recorder> recorder(const Task& task, const std::shared_ptr<const Dataset>& data,
                                     const Evaluation& request, int step) const {
    if (request.trial.empty() || !keys_.measure.wanted()) return nullptr;
    return std::make_unique<Recorder>(keys_.measure, task, data, event_path(events_, request),
                                      step);
  }

  SharedActivation compiled(bool normalise) {
    SharedActivation& known = compiled_[normalise];
    if (!known)
      known = std::make_shared<CompiledActivation>(
          CompiledActivation{activation_, kernels::compile(activation_),
                             normalise ? normalising_gain(activation_) : 1});
    return known;
  }

  std::vector<Task> tasks_;
  AfterRun after_;
  StudyKeys keys_;
  Checkpoints checkpoints_;
  std::string events_;  // folder
  std::map<std::string, std::shared_ptr<const Dataset>> data_;
  std::string text_;  // of the present activation
  space::Activation activation_;
  std::map<bool, SharedActivation> compiled_;  // by whether it is normalised
  std::map<Key, Live> runs_;
  double training_seconds_ = 0;
};

}  // namespace

std::unique_ptr<Evaluator> make_training_evaluator(const std::string& study_yaml, AfterRun after) {
  return std::make_unique<TrainingEvaluator>(study_yaml, std::move(after));
}

}  // namespace antigrad::trainer

extern "C" antigrad::trainer::Evaluator* antigrad_open_evaluator(const char* study_yaml) {
  return antigrad::trainer::make_training_evaluator(study_yaml).release();
}
