// Counted on the network's plan; parameters of the activation are not among them.
#include "experiments/app/model_facts.hpp"

#include <fmt/format.h>

#include <string>

#include "trainer/data/graph.hpp"
#include "trainer/data/images.hpp"
#include "trainer/data/tokenizer.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::app {
namespace {

using trainer::DataSpec;
using trainer::InputShape;

int vocabulary_of(const DataSpec& data) {
  constexpr int kBytes = 256;
  if (data.format == DataSpec::Format::bpe)
    return trainer::Tokenizer::open(data.tokenizer).vocabulary();
  return data.format == DataSpec::Format::bytes ? kBytes : data.vocabulary;
}

InputShape input_of(const DataSpec& data) {
  if (data.format == DataSpec::Format::planetoid) {
    const trainer::Graph graph = trainer::read_graph(data.path);
    return {.channels = graph.features, .classes = graph.classes};
  }
  if (!data.images()) return {.classes = vocabulary_of(data)};
  constexpr std::uint64_t kAnySeed = 0;
  const trainer::Images images =
      trainer::read_images(trainer::to_string(data.format), data.path)
          .cut({.validation = data.validation, .test = data.test}, kAnySeed)
          .train;
  return {images.channels, images.height, images.width, images.classes};
}

/// 12345 as "12,345".
std::string grouped(std::int64_t count) {
  std::string text = std::to_string(count);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

}  // namespace

std::string model_facts(const trainer::Task& task) {
  if (task.problem.kind != trainer::ProblemSpec::Kind::supervised)
    return "a game of two players, one descends and one ascends";
  const trainer::Plan plan = plan_model(task.model, input_of(task.data));
  std::string facts = fmt::format("{}, {} parameters, {:.3g} MFLOP forward an example",
                                  family_of(task.model.type).name, grouped(plan.parameters()),
                                  static_cast<double>(plan.flops()) / 1e6);
  if (task.model.gated)
    facts += fmt::format("; feed-forward {} gated = {} plain", trainer::gated_units(task.model.ffn),
                         task.model.ffn);
  return facts;
}

}  // namespace antigrad::app
