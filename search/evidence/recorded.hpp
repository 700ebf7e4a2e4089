// Trainings that were recorded: a table of activations with their learning curves, and an evaluator
// that gives them back instead of training. What a strategy would have cost can so be counted over
// many repetitions in seconds.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "search/evidence/estimator_bench.hpp"
#include "search/samplers/sampler.hpp"
#include "trainer/evaluator.hpp"

namespace antigrad::search {

struct RecordedActivation {
  std::string name, text;              // text: what parse_activation reads
  std::array<std::string, 4> choices;  // shape and amplitude on the left, on the right; "": a known
                                       // activation, which is no point of that space
  // By seed: whole runs, and those that diverged, whose last point is where they did, its losses
  // infinite.
  std::map<std::uint64_t, std::vector<trainer::CurvePoint>> runs{};

  bool in_space() const { return !choices[0].empty(); }
};

struct RecordedTable {
  std::string task = "name: recorded";  // keys of the task, as a study has them
  int steps = 0;                        // of a whole run
  std::vector<RecordedActivation> rows{};

  const RecordedActivation* find(const std::string& text) const;  // nullptr: not in the table
  std::vector<std::string> texts() const;                         // of those in the space
};

/// The curves of whole runs as `bench estimators` takes them.
CurveTable curves_of(const RecordedTable& table);

/// CSV as experiments/tables holds it: a row a point of a curve. Throws space::Error naming file
/// and line: columns that are missing, a number that is none, runs of different lengths. A run
/// whose last row has an infinite loss diverged there. Seeds that one activation lacks, others not,
/// were not trained since another of its runs diverged: they count as that one.
RecordedTable read_recorded(std::string_view csv, const std::string& file);

/// A second measurement of some of them, on seeds that no search sees.
struct Again {
  std::map<std::string, std::vector<double>> losses{};  // by name, at the end of whole runs
  double seconds_per_step = 0;                          // of training, evaluation included; mean

  /// Mean over seeds; infinite for what was not trained again.
  double loss(const std::string& name) const;

  /// 0 .. 1: the share of the variance between means over seeds that is no noise of single runs,
  /// seeds' own effects apart (two-way analysis of the seeds that all have). 0 with fewer than
  /// three of them or one seed.
  double reliability() const;
};

/// For a table without such a file: the seed that a study of one seed does not see, where two were
/// recorded. study: its seed.
Again held_out(const RecordedTable& table, std::uint64_t study);

/// All recorded seeds, for studies that train on others.
Again all_seeds(const RecordedTable& table);

/// CSV with name, seed, steps, loss, seconds: a row a run.
Again read_again(std::string_view csv, const std::string& file);

/// Gives the recorded curves, cut at what is asked for. Seeds of the request (1000 a study, and an
/// index) stand for the table's by turns, so that studies with other seeds meet them in another
/// order; index 0 and 1 of one study are two of them. What diverged costs its steps. Throws
/// space::Error for an activation that was not recorded, and for more seeds than there are.
std::unique_ptr<trainer::Evaluator> recorded_evaluator(const RecordedTable& table);

/// Ageing evolution over the table's choices, as evolution_sampler does it over gradients: the best
/// of a tournament among the last `population` trials, with one choice changed.
std::unique_ptr<Sampler> recorded_evolution(const RecordedTable& table,
                                            const SamplerConfig& config);

}  // namespace antigrad::search
