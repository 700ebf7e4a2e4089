// The narrow interface between search and training: a candidate, a budget and a seed in,
// measurements out. No torch here: search sees only this, and its tests use a fake.
#pragma once
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

namespace antigrad::trainer {

/// One request. Runs are kept between requests of the same candidate: a second request with the
/// same (activation, task, seed) and more steps goes on where the first stopped and gives what one
/// long run gives.
struct Evaluation {
  std::string activation;  // text, as space::parse_activation reads it
  std::string task;        // name of one of the tasks the evaluator was opened with
  std::uint64_t seed = 0;  // initial weights and batches depend on (task, seed) only: paired
  int steps = 0;           // train up to this step
  std::string trial = {};  // names the folder of event files; "": none are written
};

enum class Outcome { ok, diverged, rejected, timeout, out_of_memory, crashed };

/// One point of a learning curve, at an evaluation step of the task.
struct CurvePoint {
  int step = 0;
  double training_loss = 0;        // mean of the loss before each update since the last point
  double validation_loss = 0;      // exponentially averaged weights
  double validation_accuracy = 0;  // the same weights; share of right classes or next tokens
  double current_loss = 0;         // validation loss of the current weights
};

/// How the averaged weights do on what the task asks for besides its validation part.
struct ShiftPoint {
  std::string name;  // "noise 3", "text"
  double loss = 0, accuracy = 0;
};

/// A named number of the network at the last point: "dead units", "sparsity at 0.1", "loss at 0.1"
/// (trainer/measure/figures.hpp), or what an optimiser or a problem says of itself: "probes".
struct Figure {
  std::string name;
  double value = 0;
};

/// What a run says. Everything but the resources is a deterministic function of (task, activation,
/// seed, steps).
struct Measurement {
  Outcome outcome = Outcome::ok;
  std::string reason;             // for people, when outcome is not ok
  int steps = 0;                  // reached
  std::vector<CurvePoint> curve;  // the last point is at `steps`
  // Of a text: bytes of the validation part over its tokens, NaN where they are not known (token
  // shards) or not all tokens are asked for; of images 0.
  double bytes_per_token = 0;
  std::vector<ShiftPoint> shifts;  // at the last point; of a task without shifts: none
  std::vector<Figure> figures;     // as `measure:` asks, and of some optimisers and problems
  std::vector<double> theta;       // trained parameters, place by place, in the activation's order
  // Resources: measured, never used for a decision of a deterministic study.
  double training_seconds = 0;  // inside training and evaluation steps, this request
  double total_seconds = 0;     // this request, compilation and loading included
  double peak_mebibytes = 0;    // resident set of the process
};

/// exp(loss), of a loss a token.
inline double perplexity(double loss) { return std::exp(loss); }
/// Of a loss a token: loss / ln 2 / bytes_per_token.
inline double bits_per_byte(double loss, double bytes_per_token) {
  return loss / std::numbers::ln2 / bytes_per_token;
}

/// Trains candidates. Not thread-safe: one evaluator a worker.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  /// Never throws for what a candidate does (that is an outcome). Throws space::Error for a bad
  /// task or text.
  virtual Measurement evaluate(const Evaluation& request) = 0;
  /// Several candidates on one task and seed up to the same step, answers in the order of the
  /// requests. An evaluator may train them as one network: each answer is then what evaluate()
  /// gives, but for rounding.
  virtual std::vector<Measurement> evaluate_together(const std::vector<Evaluation>& requests) {
    std::vector<Measurement> answers;
    for (const Evaluation& request : requests) answers.push_back(evaluate(request));
    return answers;
  }
  /// Drops the runs that are kept for continuation.
  virtual void forget() = 0;
};

/// Cost of an activation's kernels, ns an element of forward plus backward in f32 on one thread
/// (minimum of rounds).
struct KernelCost {
  double forward_ns = 0;
  double backward_ns = 0;
  std::string tier;
};

}  // namespace antigrad::trainer

/// Entry points of libantigrad_trainer.so, opened with dlopen by the program (trainer/open.hpp).
/// All throw space::Error. study_yaml: path of a study file whose `tasks:` are read. slot: which of
/// the study's workers this one is, from 0; it says on which device that trains.
extern "C" antigrad::trainer::Evaluator* antigrad_open_evaluator(const char* study_yaml,
                                                                 int slot = 0);
extern "C" antigrad::trainer::KernelCost* antigrad_kernel_cost(const char* activation);
/// Measures finished runs on the test part too (ShiftPoint "test"): for the promotion of a winner.
extern "C" antigrad::trainer::Evaluator* antigrad_open_promotion(const char* study_yaml,
                                                                 int slot = 0);
