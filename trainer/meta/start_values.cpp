// Adam over the mean of the tasks' episodes.
#include "trainer/meta/start_values.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <cmath>

#include "space/error.hpp"
#include "space/random.hpp"
#include "trainer/meta/adam.hpp"
#include "trainer/meta/episode.hpp"

namespace antigrad::trainer {
namespace {

struct Problem {
  std::vector<Task> tasks;
  std::vector<std::shared_ptr<const Dataset>> data;
  SharedActivation activation;
  MetaSpec spec;
};

Problem problem_of(const std::string& study_yaml, const std::string& text, const MetaSpec& spec) {
  if (spec.steps < 1 || spec.rounds < 1)
    throw space::Error(fmt::format("expected at least one step and one round, got {} and {}",
                                   spec.steps, spec.rounds));
  Problem problem{read_tasks(study_yaml), {}, nullptr, spec};
  const space::Activation activation = space::parse_activation(text);
  space::refuse_gate(activation, "a network of ours");
  if (activation.parameters.empty())
    throw space::Error(fmt::format(
        "\"{}\" has no trainable parameters, so there is nothing to learn; write one in brackets: "
        "[a = 1 in (0, inf)] ...",
        text));
  problem.activation = compile(activation);
  for (const Task& task : problem.tasks) problem.data.push_back(shared_dataset(task));
  return problem;
}

/// The mean over the tasks of a round's episodes.
Episode mean_episode(const Problem& problem, const std::vector<double>& raw, std::uint64_t seed,
                     bool with_gradient) {
  Episode sum{0, std::vector<double>(raw.size())};
  const auto count = static_cast<double>(problem.tasks.size());
  for (std::size_t t = 0; t < problem.tasks.size(); ++t) {
    const Episode one = run_episode(problem.tasks[t], *problem.data[t], problem.activation, raw,
                                    seed, problem.spec, with_gradient);
    sum.loss += one.loss / count;
    for (std::size_t k = 0; k < one.gradient.size(); ++k)
      sum.gradient[k] += one.gradient[k] / count;
  }
  if (!std::isfinite(sum.loss))
    throw space::Error(fmt::format("the loss after {} steps is {}; use a smaller --rate than {}",
                                   problem.spec.steps, sum.loss, problem.spec.rate));
  return sum;
}

/// On episodes that no round has used.
double held_out_loss(const Problem& problem, const std::vector<double>& raw) {
  constexpr int kEpisodes = 8;
  double sum = 0;
  for (int i = 0; i < kEpisodes; ++i)
    sum += mean_episode(problem, raw,
                        space::child_seed(space::child_seed(problem.spec.seed, "held out"),
                                          static_cast<std::uint64_t>(i)),
                        false)
               .loss;
  return sum / kEpisodes;
}

}  // namespace

MetaResult learn_start_values(const std::string& study_yaml, const std::string& activation,
                              const MetaSpec& spec) {
  at::set_num_threads(1);
  const Problem problem = problem_of(study_yaml, activation, spec);
  const std::vector<space::Parameter>& parameters = problem.activation->activation.parameters;
  const std::vector<double> starts = space::starts_of(parameters);
  std::vector<double> raw;
  for (const space::Parameter& p : parameters)
    raw.push_back(space::to_raw(p.domain, p.start, starts));
  MetaResult result;
  result.loss_before = held_out_loss(problem, raw);
  Adam adam(raw.size(), spec.meta_rate);
  for (int round = 0; round < spec.rounds; ++round) {
    const Episode episode = mean_episode(
        problem, raw, space::child_seed(spec.seed, static_cast<std::uint64_t>(round)), true);
    result.rounds.push_back({episode.loss, space::from_raw(parameters, raw)});
    adam.update(raw, episode.gradient);
  }
  result.theta = space::from_raw(parameters, raw);
  result.loss_after = held_out_loss(problem, raw);
  return result;
}

}  // namespace antigrad::trainer

extern "C" antigrad::trainer::MetaResult* antigrad_learn_start_values(
    const char* study_yaml, const char* activation, const antigrad::trainer::MetaSpec* spec) {
  return new antigrad::trainer::MetaResult(
      antigrad::trainer::learn_start_values(study_yaml, activation, *spec));
}
