// The fixed study. The texts of antiderivatives are left out: their constants come from the C
// library, whose last digits depend on the processor's instructions. They follow from the
// gradients.
#include "search/evidence/signature.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "search/engine.hpp"
#include "search/evidence/simulation.hpp"
#include "search/storage/journal.hpp"
#include "space/random.hpp"

namespace antigrad::search {
namespace {

constexpr const char* kStudy = R"(study: signature
seed: 20
budget: {trials: 60}
space: {max_pieces: 3, max_terms: 2, max_parameters: 1}
sampler: {name: evolution, population: 10, tournament: 3, random_trials: 15, lag: 4}
halving: {reduction: 3, rungs: [{fraction: 0.25, seeds: 1}, {fraction: 1, seeds: 1}, {fraction: 1, seeds: 2}]}
baselines: [relu, gelu, silu, xielu]
confirm: {finalists: 3, seeds: 2}
tasks: [{name: images, steps: 100}, {name: words, steps: 60}]
)";

}  // namespace

std::string search_signature(const std::string& folder) {
  SearchOptions options;
  options.config = parse_study(kStudy, "signature.yaml");
  options.journal = folder + "/signature.log";
  Pool pool(1, [](int) {
    return simulated_evaluator({}, [](const std::string& a) { return 0.1 * uniform_of(a, 5); });
  });
  run_search(options, pool);
  std::vector<Json> records = read_journal(options.journal);
  for (Json& record : records)
    if (record.contains("user_attrs")) record.at("user_attrs").erase("f");
  const std::string text = canonical_text(records);
  std::filesystem::remove(options.journal);
  return fmt::format("{:016x}", space::child_seed(0, text));
}

}  // namespace antigrad::search
