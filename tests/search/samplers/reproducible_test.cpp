// Every sampler in a whole search: the journal does not depend on the number of workers, and a
// resumed search equals an unbroken one.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "search/summary.hpp"
#include "tests/search/fake.hpp"

namespace antigrad::search {
namespace {

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  return text.replace(text.find(what), what.size(), with);
}

StudyConfig study_with(const std::string& sampler) {
  const std::string space =
      "space: {primitives: [tanh, sigmoid, relu, step], product_chance: 0, composition_chance: "
      "0}\n";
  return parse_study(replaced(fake::study_text(20, space), "{name: random, lag: 4}", sampler),
                     "toy.yaml");
}

std::string run_once(const StudyConfig& config, const std::string& journal, int workers) {
  SearchOptions options;
  options.config = config;
  options.journal = journal;
  Pool pool(workers, fake::factory());
  EXPECT_TRUE(run_search(options, pool).complete);
  return fake::canonical(journal);
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(EverySampler, IsEqualForAnyNumberOfWorkersAndResumed) {
  const fake::Folder folder;
  std::ofstream(folder / "library.yaml") << "[relu, tanh, silu, gelu, elu, softsign, erf(x), mish, "
                                            "hardswish, relu2, \"0.1 | 0 | 1\"]\n";
  const std::string library = ", library: " + folder / "library.yaml" + "}";
  std::set<std::string> journals;
  const std::string table[] = {
      "{name: random, lag: 4}",
      "{name: evolution, random_trials: 5, lag: 4}",
      "{name: tpe, random_trials: 4, structure_trials: 8, lag: 4}",
      "{name: cma_es, structures: random, structure_trials: 6, refined: 1, lag: 3}",
      "{name: quasi_random, structure_trials: 6, random_trials: 4, lag: 4}",
      "{name: nsga2, random_trials: 5, lag: 4}",
      "{name: map_elites, random_trials: 6, lag: 4}",
      "{name: surrogate, random_trials: 6, pool: 12, lag: 4}",
      "{name: grid, lag: 4" + library,
      "{name: random, lag: 4" + library,
      "{name: surrogate, random_trials: 3, lag: 4" + library,
  };
  for (const std::string& sampler : table) {
    const StudyConfig config = study_with(sampler);
    const std::string whole = folder / "whole.log";
    const std::string expected = run_once(config, whole, 1);
    EXPECT_EQ(run_once(config, folder / "four.log", 4), expected) << sampler;
    const std::vector<std::string> lines = lines_of(whole);
    for (const std::size_t kept : {lines.size() / 3, lines.size() / 2, lines.size() - 6}) {
      const std::string broken = folder / "broken.log";
      std::ofstream out(broken);
      for (std::size_t i = 0; i < kept; ++i) out << lines[i] << "\n";
      out.close();
      EXPECT_EQ(run_once(config, broken, 2), expected) << sampler << " resumed at " << kept;
      std::filesystem::remove(broken);
    }
    journals.insert(expected);
    std::filesystem::remove(whole);
    std::filesystem::remove(folder / "four.log");
  }
  EXPECT_EQ(journals.size(), std::size(table));
}

}  // namespace
}  // namespace antigrad::search
