// `antigrad bench ffn`: what a feed-forward network saves on one token when the neurons that hardly
// take part are left out of its second matrix (Zhang et al., "ReLU^2 Wins", arXiv 2402.03804).
#include "experiments/app/bench_ffn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "experiments/app/bench_rounds.hpp"
#include "experiments/app/commands.hpp"
#include "search/claims/measured.hpp"
#include "search/record.hpp"
#include "search/run_directory.hpp"
#include "search/storage/journal.hpp"
#include "search/storage/replay.hpp"
#include "space/error.hpp"
#include "space/random.hpp"

namespace antigrad::app {
namespace {

constexpr std::size_t kWidth = 768, kNeurons = 3072;

/// One token's plain network in float32, weights by neuron: [neurons, width] both.
struct Network {
  std::vector<float> in, out;  // matrices
  std::vector<float> token;    // [width]
  std::vector<float> hidden;   // [neurons]
  std::vector<float> norms;    // [neurons], of the rows of `out`
  std::vector<float> sum;      // [width]
};

Network drawn(space::Random& random) {
  Network n;
  const auto fill = [&](std::vector<float>& v, std::size_t size) {
    v.resize(size);
    for (float& x : v) x = static_cast<float>(random.uniform() - 0.5);
  };
  fill(n.in, kNeurons * kWidth);
  fill(n.out, kNeurons * kWidth);
  fill(n.token, kWidth);
  fill(n.hidden, kNeurons);
  n.sum.resize(kWidth);
  for (std::size_t i = 0; i < kNeurons; ++i) {
    float square = 0;
    for (std::size_t j = 0; j < kWidth; ++j)
      square += n.out[i * kWidth + j] * n.out[i * kWidth + j];
    n.norms.push_back(std::sqrt(square));
  }
  return n;
}

/// hidden of the first matrix; the activation's own time is left out.
float first_matrix(const Network& n) {
  float all = 0;
  for (std::size_t i = 0; i < kNeurons; ++i) {
    float lanes[16] = {};  // so that the sums need no order of their own
    for (std::size_t j = 0; j < kWidth; j += 16)
      for (std::size_t k = 0; k < 16; ++k) lanes[k] += n.in[i * kWidth + j + k] * n.token[j + k];
    for (const float lane : lanes) all += lane;
  }
  return all;
}

void add_neuron(Network& n, std::size_t i) {
  for (std::size_t j = 0; j < kWidth; ++j) n.sum[j] += n.hidden[i] * n.out[i * kWidth + j];
}

void second_matrix(Network& n) {
  std::ranges::fill(n.sum, 0.0F);
  for (std::size_t i = 0; i < kNeurons; ++i) add_neuron(n, i);
}

/// The same without the neurons below the threshold; the comparison is part of the time.
void strong_neurons(Network& n, float threshold) {
  std::ranges::fill(n.sum, 0.0F);
  for (std::size_t i = 0; i < kNeurons; ++i)
    if (std::abs(n.hidden[i]) * n.norms[i] >= threshold) add_neuron(n, i);
}

/// Below which so large a share of the magnitudes lies.
float threshold_of(const Network& n, double share) {
  std::vector<float> magnitudes;
  for (std::size_t i = 0; i < kNeurons; ++i)
    magnitudes.push_back(std::abs(n.hidden[i]) * n.norms[i]);
  std::ranges::sort(magnitudes);
  const auto below = static_cast<std::size_t>(std::floor(share * kNeurons));
  return below >= kNeurons ? INFINITY : magnitudes[below];
}

}  // namespace

std::vector<NeuronsLeftOut> shares_of(const search::RunDirectory& run) {
  std::vector<NeuronsLeftOut> wanted;
  for (const search::StoredStudy& study :
       search::replay(search::read_journal(run.journal())).studies) {
    for (const search::StoredTrial& stored : study.trials) {
      const search::Trial trial = search::from_stored(stored);
      double sum = 0, count = 0;
      for (const search::Run& r : trial.runs)
        for (const trainer::Figure& figure : r.measurement.figures)
          if (figure.name == "sparsity at 0.2" || figure.name == "sparsity")
            sum += figure.value, count += 1;
      if (count == 0) continue;
      const std::string task = trial.runs.front().task;
      wanted.push_back({fmt::format("{} on {}", trial.candidate.title, task), sum / count});
    }
  }
  if (wanted.empty())
    throw space::Error({run.journal(), 0, 0},
                       "measured no sparsity; a study asks for it with `measure: {every: 100, of: "
                       "[sparsity]}`, as the claim \"sparsity\" does");
  return wanted;
}

std::vector<FfnTime> time_ffn(const std::vector<NeuronsLeftOut>& wanted, int rounds) {
  space::Random random(1);
  Network network = drawn(random);
  volatile float kept = 0;  // so that the work is done
  const auto timed = [&](auto work) { return Timed(warm([&kept, work] { kept = work(); }), 1); };
  Timed first = timed([&] { return first_matrix(network); });
  Timed dense = timed([&] { return second_matrix(network), network.sum[0]; });
  std::vector<Timed> sparse;
  for (const NeuronsLeftOut& one : wanted)
    sparse.push_back(timed([&network, threshold = threshold_of(network, one.share)] {
      return strong_neurons(network, threshold), network.sum[0];
    }));
  for (int round = 0; round < rounds; ++round) {
    first.round();
    dense.round();
    for (Timed& one : sparse) one.round();
  }
  const double whole = first.least() + dense.least();
  std::vector<FfnTime> times(1);
  times[0].left_out.what = "none";
  times[0].second_matrix_us = dense.least() / 1e3;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    times.push_back({wanted[i], sparse[i].least() / 1e3, sparse[i].least() / dense.least(),
                     (first.least() + sparse[i].least()) / whole});
  return times;
}

int bench_ffn_command(const Arguments& arguments) {
  std::vector<NeuronsLeftOut> wanted;
  for (const double share : {0.5, 0.8, 0.9, 0.95, 0.99})
    wanted.push_back({fmt::format("share {}", share), share});
  if (!arguments.subject.empty())
    wanted = shares_of(search::open_run(arguments.root, arguments.subject));
  Listing listing({"neurons left out", "share", "second matrix, us", "of the dense one",
                   "whole network, of the dense one"});
  for (const FfnTime& t : time_ffn(wanted, 20 * std::max(1, arguments.rounds)))
    listing.add({t.left_out.what, t.left_out.share, t.second_matrix_us, t.of_dense, t.of_whole});
  print(listing.text(arguments.format));
  return 0;
}

}  // namespace antigrad::app
