// Keys of samplers, each allowed where it means something.
#include "search/samplers/sampler_config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "space/activation.hpp"
#include "space/error.hpp"
#include "space/fingerprint.hpp"
#include "space/format_key.hpp"

namespace antigrad::search {
namespace {

using space::Yaml;

constexpr int kMany = 1000000;

// Keys besides name and lag.
struct Row {
  const char* name;
  std::vector<std::string> keys;
  bool library;  // over a finite library, too
};

const std::vector<Row>& rows() {
  static const std::vector<std::string> evolution = {"population", "tournament", "random_trials",
                                                     "crossover"};
  static const auto with = [](std::vector<std::string> keys, std::vector<std::string> more) {
    keys.insert(keys.end(), more.begin(), more.end());
    return keys;
  };
  static const std::vector<std::string> refine =
      with(evolution, {"structures", "structure_trials", "refined"});
  static const std::vector<Row> all = {
      {"evolution", evolution, false},
      {"random", evolution, true},
      {"nsga2", evolution, false},
      {"tpe", refine, false},
      {"cma_es", refine, false},
      {"quasi_random", refine, false},
      {"map_elites", with(evolution, {"bins"}), false},
      {"surrogate", with(evolution, {"pool", "features", "fisher_examples"}), true},
      {"grid", {}, true},
  };
  return all;
}

const Row& row_of(const Yaml& node) {
  const std::string got = node.text();
  std::vector<std::string> names;
  for (const Row& row : rows()) {
    if (got == row.name) return row;
    names.push_back(row.name);
  }
  node.fail(fmt::format("expected {}, got \"{}\";{}", fmt::join(names, " or "), got,
                        space::did_you_mean(got, names)));
}

int integer(const Yaml& map, const char* key, int fallback, int lo, int hi) {
  return map.has(key) ? static_cast<int>(map.at(key).integer(lo, hi)) : fallback;
}

void read_library(const Yaml& node, const Row& row, const std::string& file, SamplerConfig& s) {
  if (!row.library)
    node.fail(
        fmt::format("{} makes gradients of its own; a library is for random, grid and "
                    "surrogate",
                    row.name));
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  s.library = load_library((folder / node.text()).lexically_normal().string());
}

void read_features(const Yaml& node, SamplerConfig& s) {
  constexpr int kExamples = 32;
  bool function = false, fisher = false;
  for (const Yaml& item : node.at("features").items()) {
    function = function || item.text() == "function";
    fisher = fisher || item.text() == "fisher";
    if (item.text() != "function" && item.text() != "fisher")
      item.fail(fmt::format("expected function or fisher, got \"{}\";{}", item.text(),
                            space::did_you_mean(item.text(), {"function", "fisher"})));
  }
  if (!function) node.at("features").fail("expected function among the features");
  if (fisher) s.fisher_examples = integer(node, "fisher_examples", kExamples, 2, 1024);
}

}  // namespace

SamplerConfig read_sampler(const Yaml& node, const std::string& file) {
  const Row& row = row_of(node.at("name"));
  std::vector<std::string> keys = row.keys;
  for (const char* key : {"name", "lag", "library"}) keys.push_back(key);
  node.allow(keys);
  SamplerConfig s;
  s.name = row.name;
  s.population = integer(node, "population", s.population, 1, kMany);
  s.tournament = integer(node, "tournament", s.tournament, 1, kMany);
  s.random_trials = integer(node, "random_trials", s.random_trials, 0, kMany);
  if (node.has("crossover")) s.crossover = node.at("crossover").number(0, 1);
  s.lag = integer(node, "lag", s.lag, 1, 10000);
  if (node.has("structures")) {
    s.structures = node.at("structures").text();
    if (s.structures != "evolution" && s.structures != "random")
      node.at("structures")
          .fail(fmt::format("expected evolution or random, got \"{}\"", s.structures));
  }
  s.structure_trials = integer(node, "structure_trials", s.structure_trials, 1, kMany);
  s.refined = integer(node, "refined", s.refined, 1, 100);
  s.bins = integer(node, "bins", s.bins, 1, 20);
  s.pool = integer(node, "pool", s.pool, 2, 10000);
  if (node.has("features")) read_features(node, s);
  if (node.has("fisher_examples") && s.fisher_examples == 0)
    node.at("fisher_examples").fail("means something with `features: [function, fisher]` alone");
  if (node.has("library")) read_library(node.at("library"), row, file, s);
  if (s.name == "grid" && s.library.empty())
    node.fail("a grid is of a finite library; name its file with `library:`");
  if (s.tournament > s.population) {
    node.at("tournament")
        .fail(fmt::format("a tournament of {} in a population of {}; at most the population",
                          s.tournament, s.population));
  }
  return s;
}

std::vector<std::string> load_library(const std::string& path) {
  const Yaml file = Yaml::load_file(path);
  if (file.is_map()) {
    file.allow({"format", "activations"});
    space::demand_format(file);
  }
  const Yaml list = file.is_map() ? file.at("activations") : file;
  std::vector<std::string> texts;
  std::map<std::uint64_t, std::string> known;
  for (const Yaml& item : list.items()) {
    try {
      const space::Activation activation = space::parse_activation(item.text());
      space::refuse_gate(activation, "the networks of a study");
      const auto [at, fresh] = known.emplace(space::fingerprint(activation), item.text());
      if (!fresh)
        item.fail(fmt::format("is \"{}\" up to what a network absorbs; leave one out", at->second));
      texts.push_back(item.text());
    } catch (const space::Error& e) {
      if (!e.where().file.empty()) throw;
      item.fail(e.message());
    }
  }
  if (texts.empty()) list.fail("expected a list of activations, got none");
  return texts;
}

}  // namespace antigrad::search
