// A task: model x data x optimiser x schedule, as a study file describes it under `tasks:`.
// Plain values, no torch: what a run is made of is decided here, before anything is loaded.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "trainer/data/augment.hpp"
#include "trainer/data/corrupt.hpp"
#include "trainer/federated/clients_spec.hpp"
#include "trainer/minmax/problem_spec.hpp"
#include "trainer/models/spec.hpp"
#include "trainer/optimisers/optimiser_spec.hpp"
#include "trainer/schedule.hpp"

namespace antigrad::trainer {

/// Which files, and which part of them is for what. Paths are absolute or relative to the working
/// directory (read_tasks has resolved them against the study file).
struct DataSpec {
  enum class Format { digits, cifar10, cifar100, stl10, idx, bytes, tokens_u16, bpe, planetoid };
  Format format = Format::digits;
  // digits and texts: a file; cifar10, cifar100, stl10, idx: a folder; planetoid: what the names of
  // its four files begin with, as "graphs/cora"
  std::string path;
  std::string test_path;    // text only: a file that holds the test part; a run never opens it
  std::string tokenizer;    // bpe only: a folder with vocab.json and merges.txt
  double validation = 0.1;  // share that is for validation
  double test = 0;  // share that is for testing; not used where the data has a test part of its own
  int vocabulary = 256;           // tokens_u16 only: number of token ids
  int validation_tokens = 16384;  // text only: tokens predicted in one evaluation, at most
  Augmentation augment;           // images only, while training
  // Images only: mean and deviation of each channel, black 0 and white 1; empty: those of the
  // training part.
  std::vector<double> mean, deviation;
  // What a trained network is measured on besides: the validation images, corrupted (kind,
  // severity), or a text of another source, in the same format.
  std::vector<std::pair<Corruption, int>> shifts;  // images only
  std::string shift_path;                          // text only
  bool operator==(const DataSpec&) const = default;
  bool images() const {
    return format != Format::bytes && format != Format::tokens_u16 && format != Format::bpe &&
           format != Format::planetoid;
  }
  /// Files and folders that must be there.
  std::vector<std::string> files() const;
};

/// The name that study files have for a format.
const char* to_string(DataSpec::Format format);

/// `own_rate: {factors: [0.3, 1, 3], steps: 20}`: every run first tries its optimiser's rates times
/// each factor for so many steps (trainer/own_rate.hpp).
struct OwnRateSpec {
  std::vector<double> factors;  // none: the rate is the task's
  int steps = 0;
  bool operator==(const OwnRateSpec&) const = default;
};

struct Task {
  std::string name;
  ProblemSpec problem;
  ModelSpec model;  // of a game without networks: not used, nor data
  DataSpec data;
  OptimiserSpec optimiser;
  ClientsSpec clients;
  OwnRateSpec own_rate;
  double label_smoothing = 0;
  int batch = 64;           // of each client; of a graph: not used, a step sees all nodes
  int steps = 0;            // of a full run
  int warm_up = 0;          // steps of linear warm-up
  ScheduleSpec schedule;    // of the rate, over a full run
  double average = 0.98;    // decay a step of the exponentially averaged weights
  int evaluate_every = 50;  // steps between points of the learning curve
  bool normalise = false;   // scale the activation so that N(0, 1) in has second moment 1 out
  double diverged = 10;     // a training loss of so many times the first ends the run
  std::string text;         // what was read, on one line: tells tasks apart
  bool operator==(const Task&) const = default;
};

/// The `tasks:` of a study file. Paths are taken relative to the file, and ${NAME} in them is the
/// environment variable NAME. Throws space::Error with file, line and column: unknown or missing
/// keys, wrong types, values outside their range, a model that does not fit its data, names used
/// twice, a variable that is not set.
std::vector<Task> read_tasks(const std::string& study_yaml);

}  // namespace antigrad::trainer
