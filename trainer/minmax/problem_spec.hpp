// What a task trains besides a network that learns from examples: games of a player that descends
// and one that ascends, both at once, as `problem:` of a task says. Plain values, no torch.
#pragma once
#include <string>
#include <vector>

#include "space/yaml.hpp"

namespace antigrad::trainer {

struct ProblemSpec {
  enum class Kind { supervised, bilinear, gan, instrument };
  enum class Truth { sine, absolute, step, linear };
  Kind kind = Kind::supervised;
  int size = 4;               // bilinear: numbers of each player
  double curvature = 0;       // bilinear: mu
  double coupling = 1;        // bilinear: every singular value of A
  int latent = 8;             // gan: numbers that the generator reads
  int units = 256;            // instrument: N of each network
  double alpha = 1;           // instrument: the networks' scale
  double penalty = 0;         // instrument: lambda
  Truth truth = Truth::sine;  // instrument: what is to be found
  bool operator==(const ProblemSpec&) const = default;

  bool uses_model() const { return kind == Kind::supervised || kind == Kind::gan; }
  bool uses_data() const { return uses_model(); }
  bool uses_batch() const { return kind != Kind::bilinear; }
};

/// Throws space::Error with file, line and column: an unknown name, keys of another problem, values
/// outside their range.
ProblemSpec read_problem(const space::Yaml& node);

/// Keys of a task that mean nothing to the problem.
std::vector<std::string> foreign_keys(const ProblemSpec& problem);

}  // namespace antigrad::trainer
