// What a generator of gradients may draw, and how often: primitives, sizes, knots, what trains,
// costs, operators of variation. A study's `space:` mapping, or a YAML file of the same keys.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "space/values.hpp"
#include "space/yaml.hpp"

namespace antigrad::space {

/// How many terms a random gradient has, over all pieces, constants counted.
enum class Sampling {
  uniform,   // numbers of pieces and of terms on each piece uniform
  boltzmann  // balanced by size: P(size n) is proportional to ratio^n for n = 1 .. max_size
};

struct Knots {
  double range = 2;                  // in [-range, range]
  std::vector<double> preferred{0};  // taken with this chance, one as often as another
  double preferred_chance = 0.6;
  double grid = 0.1;  // the others are multiples of it; 0 = anywhere
};

/// Which coefficients a generator makes trainable, by weight. Inside a primitive only where the
/// gradient's form admits it: w p(a x + b) alone.
struct Trained {
  double weights = 1, scales = 0, shifts = 0;
  double positive = 0.5;  // chance that a weight or shift that starts above 0 stays there; a scale
                          // always keeps its sign
};

struct Grammar {
  std::vector<std::string> primitives;                // names; empty = every primitive of the table
  std::map<std::string, double> primitive_weights{};  // 1 where none is given; 0 = never
  int max_pieces = 3;                                 // 1..8
  int max_terms = 3;                                  // per piece, the constant not counted; 1..8
  int max_power = 1;                                  // of x in front of a primitive, 0..3
  int max_factors = 2;                                // primitives multiplied in one term, 1..4
  int max_depth = 2;                                  // primitives inside one another, 1..4
  int max_parameters = 2;                             // trainable coefficients, 0..8
  double product_chance = 0.1;       // of another factor (tabulated where no closed form is known)
  double composition_chance = 0.01;  // of a primitive around another (tabulated)
  double max_cost = 0;  // modelled operations an element (space/cost.hpp); 0 = no limit
  Sampling sampling = Sampling::uniform;
  double size_ratio = 1;  // of boltzmann; 1 = every size equally often
  int max_size = 0;       // of boltzmann; 0 = max_pieces * max_terms
  Knots knots{};
  Trained trained{};
  std::map<std::string, double> operators{};  // weights by name (space/vary.cpp); 0 = never
  /// A candidate for which it is true is drawn again; empty = none. For what samples refute.
  std::function<bool(const SampledFacts&)> refuted{};

  int largest_size() const { return max_size > 0 ? max_size : max_pieces * max_terms; }
};

/// Reads the mapping; every key strict. Throws Error with file, line, column and a suggestion.
Grammar read_grammar(const Yaml& node);
/// A file whose top level is that mapping.
Grammar load_grammar(const std::string& file);

/// The name under which a weight stands in `operators`, its default weight and what it does.
struct OperatorInfo {
  std::string_view name;
  double weight;
  bool crosses;  // takes two parents
};
std::vector<OperatorInfo> variation_operators();

}  // namespace antigrad::space
