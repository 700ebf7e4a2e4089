// Study files: any text is a study or an error with a place in it; the study's own text, with its
// paths made absolute, reads as the same study.
#include <fstream>
#include <iterator>

#include "paths.hpp"
#include "search/study.hpp"
#include "space/error.hpp"
#include "target.hpp"

namespace antigrad::fuzz {
namespace {

constexpr std::size_t kLongest = 4096;

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  require(in.good(), "no study at " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::vector<std::string> seeds() {
  return {read(ANTIGRAD_SOURCE_DIR "/experiments/quickstart.yaml"), R"(study: toy
seed: 7
deterministic: true
isolation: thread
budget: {trials: 20}
space: {primitives: [tanh, exp], max_pieces: 2, knot_range: 1.5}
sampler: {name: random, lag: 4}
halving:
  reduction: 3
  rungs:
    - {fraction: 0.25, seeds: 1}
    - {fraction: 1.0, seeds: 2}
baselines: [relu, gelu, silu]
confirm: {finalists: 3, seeds: 3}
limits: {seconds: 10, mebibytes: 100}
tasks:
  - {name: images, steps: 40, data: {format: idx, path: "a/b"}}
  - {name: words, steps: 60, data: {path: ../c}}
)"};
}

std::vector<std::string> words() {
  return {"study: ", "tasks:\n", "  - {",  "}",         "[",    "]",    "data: {path: ",
          "path: ",  "&a ",      "*a",     "!!str ",    "|\n ", ">\n",  "- ",
          "\n",      "\n  ",     "<<: *a", "? ",        ": ",   "'",    "\"",
          "# ",      "---\n",    "...\n",  "%YAML 1.2", "\t",   "\r\n", "yes"};
}

void run(std::string_view input) {
  if (input.size() > kLongest) return;
  search::StudyConfig study;
  try {
    study = search::parse_study(std::string(input), "/studies/study.yaml");
  } catch (const space::Error& error) {
    require(!error.message().empty(), "refused without a reason");
    return;
  }
  search::StudyConfig again;
  try {
    again = search::parse_study(study.text, "/elsewhere/study.yaml");
  } catch (const space::Error& error) {
    throw Finding(fmt::format("its own text is no study: {}\n{}", error.what(), study.text));
  }
  require(again.text == study.text, "its text changes again:\n" + study.text + again.text);
  require(again.name == study.name && again.trials == study.trials &&
              again.tasks.size() == study.tasks.size(),
          "its text is another study");
}

}  // namespace antigrad::fuzz
