// The tasks share the mixture; each has a supernet of its own. A step updates the mixture, then the
// weights.
#include "trainer/meta/one_shot.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <cmath>
#include <deque>

#include "space/error.hpp"
#include "space/random.hpp"
#include "trainer/meta/adam.hpp"
#include "trainer/meta/supernet.hpp"

namespace antigrad::trainer {
namespace {

std::deque<Supernet> supernets(const std::string& study_yaml, const Mixture& mixture,
                               std::uint64_t seed) {
  const auto compiled = compile(mixture.activation());
  std::deque<Supernet> all;
  for (Task task : read_tasks(study_yaml)) {
    task.schedule = {};  // the length is not the study's
    task.warm_up = 0;
    const std::uint64_t own = space::child_seed(seed, task.name);
    auto data = shared_dataset(task);
    all.emplace_back(std::move(task), std::move(data), mixture, compiled, own);
  }
  return all;
}

double temperature_at(const OneShotSpec& spec, int step) {
  const double share = spec.steps > 1 ? static_cast<double>(step) / (spec.steps - 1) : 0;
  return spec.first_temperature * std::pow(spec.last_temperature / spec.first_temperature, share);
}

/// What the supernets say about the shares, mean over the tasks.
Supernet::Shares mean_shares(std::deque<Supernet>& nets, int step, bool second_order) {
  Supernet::Shares sum;
  const auto count = static_cast<double>(nets.size());
  for (Supernet& net : nets) {
    const Supernet::Shares one =
        second_order ? net.second_order(step, net.rate()) : net.first_order(step);
    if (!std::isfinite(one.loss))
      throw space::Error(fmt::format(
          "the supernet's validation loss is {} at step {}; use a smaller rate of the optimiser",
          one.loss, step));
    sum.loss += one.loss / count;
    sum.gradient.resize(one.gradient.size());
    for (std::size_t k = 0; k < one.gradient.size(); ++k)
      sum.gradient[k] += one.gradient[k] / count;
  }
  return sum;
}

std::vector<double> mean_theta(const std::deque<Supernet>& nets) {
  std::vector<double> sum;
  for (const Supernet& net : nets) {
    const std::vector<double> theta = net.theta();
    sum.resize(theta.size());
    for (std::size_t k = 0; k < theta.size(); ++k)
      sum[k] += theta[k] / static_cast<double>(nets.size());
  }
  return sum;
}

}  // namespace

OneShotResult one_shot(const std::string& study_yaml, const OneShotSpec& spec) {
  at::set_num_threads(1);
  if (spec.steps < 1 || spec.terms < 1 || spec.count < 1)
    throw space::Error("expected at least one step, one term and one gradient");
  OneShotResult result;
  const std::vector<std::string> left = spec.left.empty() ? usual_left_terms() : spec.left,
                                 right = spec.right.empty() ? usual_right_terms() : spec.right;
  const Mixture mixture(left, right);
  result.terms = left;
  result.terms.insert(result.terms.end(), right.begin(), right.end());
  std::deque<Supernet> nets = supernets(study_yaml, mixture, spec.seed);
  std::vector<double> logits(result.terms.size());
  Adam adam(logits.size(), spec.rate);
  for (int step = 0; step < spec.steps; ++step) {
    const double temperature = temperature_at(spec, step);
    const std::vector<double> shares = mixture.softmax(logits, temperature);
    for (Supernet& net : nets) net.set_shares(shares);
    const Supernet::Shares said = mean_shares(nets, step, spec.second_order);
    result.losses.push_back(said.loss);
    adam.update(logits, mixture.pull_back(said.gradient, logits, temperature));
    for (Supernet& net : nets) net.set_shares(mixture.softmax(logits, temperature));
    for (Supernet& net : nets) net.train(step);
  }
  result.shares = mixture.softmax(logits, spec.last_temperature);
  result.gradients =
      mixture.discrete(logits, mean_theta(nets), static_cast<std::size_t>(spec.terms),
                       static_cast<std::size_t>(spec.count));
  return result;
}

}  // namespace antigrad::trainer

extern "C" antigrad::trainer::OneShotResult* antigrad_one_shot(
    const char* study_yaml, const antigrad::trainer::OneShotSpec* spec) {
  return new antigrad::trainer::OneShotResult(antigrad::trainer::one_shot(study_yaml, *spec));
}
