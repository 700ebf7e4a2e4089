// Optuna's TPE over the choices of a recorded table, in a process of its own (bench_replay.py).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "search/evidence/strategy.hpp"

namespace antigrad::search {
class Child;
}

namespace antigrad::app {

class OptunaSearch {
 public:
  /// Throws space::Error where the interpreter has no Optuna.
  explicit OptunaSearch(const std::string& python);
  ~OptunaSearch();

  const std::string& version() const { return version_; }

  /// Every candidate to the end, on the seed that our strategies begin with; what it asks for again
  /// costs nothing. The two baselines, which ours train, count here too. Throws space::Error when
  /// the process ends.
  std::vector<search::Milestone> milestones(const search::RecordedTable& table, std::uint64_t seed,
                                            bool multivariate);

 private:
  search::Json read();
  [[noreturn]] void fail();

  std::unique_ptr<search::Child> child_;
  std::string version_;
};

}  // namespace antigrad::app
