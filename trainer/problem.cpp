// Which task makes which problem.
#include "trainer/problem.hpp"

#include "space/random.hpp"
#include "trainer/minmax/bilinear.hpp"
#include "trainer/minmax/gan.hpp"
#include "trainer/minmax/instrument.hpp"
#include "trainer/supervised.hpp"

namespace antigrad::trainer {

std::uint64_t run_key(const Task& task, std::uint64_t seed, std::string_view use) {
  return space::child_seed(space::child_seed(seed, task.name), use);
}

std::unique_ptr<Problem> make_problem(const Task& task, std::shared_ptr<const Dataset> data,
                                      const SharedActivation& activation, std::uint64_t seed,
                                      const Compute& compute) {
  switch (task.problem.kind) {
    case ProblemSpec::Kind::bilinear: return std::make_unique<Bilinear>(task, activation, seed);
    case ProblemSpec::Kind::gan:
      return std::make_unique<Gan>(task, std::move(data), activation, seed);
    case ProblemSpec::Kind::instrument: return std::make_unique<Instrument>(task, activation, seed);
    case ProblemSpec::Kind::supervised: break;
  }
  return std::make_unique<Supervised>(task, std::move(data), activation, seed, compute);
}

}  // namespace antigrad::trainer
