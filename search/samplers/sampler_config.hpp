// The key `sampler:` of a study.
#pragma once
#include <string>
#include <vector>

#include "space/yaml.hpp"

namespace antigrad::search {

struct SamplerConfig {
  /// evolution, random, nsga2; tpe, cma_es, quasi_random (coefficients of the best structures);
  /// map_elites; surrogate; grid (of a library).
  std::string name = "evolution";
  int population = 12;
  int tournament = 4;
  int random_trials = 10;
  double crossover = 0.2;  // chance of two parents
  int lag = 2;             // proposal n sees trials up to n - lag

  // tpe, cma_es and quasi_random: where structures come from, and how they are refined.
  std::string structures = "evolution";  // or "random"
  int structure_trials = 20;             // before the first is refined
  int refined = 3;                       // structures at a time

  int bins = 5;   // map_elites: of sparsity and of cost
  int pool = 64;  // surrogate: candidates that a proposal is chosen from
  // surrogate: `features: [function, fisher]`, with the spectrum of the empirical Fisher
  // information at initialisation of the tasks' networks over so many examples; 0: of the function
  // alone.
  int fisher_examples = 0;

  std::vector<std::string> library{};  // texts of activations; empty: gradients of the grammar
};

/// Throws space::Error with file, line and column. file: of the study; the library's path is
/// relative to it.
SamplerConfig read_sampler(const space::Yaml& node, const std::string& file);

/// A list of activations in YAML, each a text or a name of the zoo. Throws space::Error: none, one
/// that does not read, a gate, two that are equal up to what a network absorbs (space/fingerprint).
std::vector<std::string> load_library(const std::string& path);

}  // namespace antigrad::search
