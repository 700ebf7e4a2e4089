// The runs of an evaluator in files, so that another process goes on where a killed one was.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "trainer/evaluator.hpp"
#include "trainer/run.hpp"

namespace antigrad::trainer {

class Checkpoints {
 public:
  using Make = std::function<std::unique_ptr<Run>()>;

  /// folder: made when the first file is written. every: steps between two savings of a run; 0:
  /// nothing is kept, and everything here does what it would without.
  Checkpoints(std::string folder, int every) : folder_(std::move(folder)), every_(every) {}

  /// A run for the request: a new one, brought to where its checkpoint left it if there is one that
  /// is not past request.steps. One that does not fit is not used; stderr says why.
  std::unique_ptr<Run> start(const Evaluation& request, const Make& make);
  /// Trains up to request.steps, saving on the way and at the end. What cannot be written is
  /// complained of on stderr and stops nothing.
  void advance(const Evaluation& request, Run& run);
  /// Where a run that is to be kept on its way stops next, at most `last`.
  int next_stop(int step, int last) const;
  /// Writes a run's checkpoint, where runs are kept.
  void keep(const Evaluation& request, Run& run);
  /// Removes the files of all runs since the last call.
  void forget();

 private:
  std::string path_of(const Evaluation& request) const;
  void save(Run& run, const std::string& path);

  std::string folder_;
  int every_;
  std::vector<std::string> files_;
};

}  // namespace antigrad::trainer
