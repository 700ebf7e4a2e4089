#include "trainer/fused/program.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace antigrad::trainer {

using at::Tensor;

Program::Program(std::vector<Stage> stages) : stages_(std::move(stages)) {
  std::map<int, std::size_t> reader;  // the last one of each layer
  for (std::size_t i = 0; i < stages_.size(); ++i)
    for (const int read : {stages_[i].a, stages_[i].b})
      if (read >= 0) reader[read] = i;
  last_read_.resize(stages_.size());
  for (const auto& [layer, stage] : reader) last_read_[stage].push_back(layer);
}

Program Program::with(const std::vector<Replacement>& replacements) const {
  std::map<int, Stage> stages;
  for (const Stage& stage : stages_) stages[stage.layer] = stage;
  for (const Replacement& replacement : replacements) {
    stages[replacement.stage.layer] = replacement.stage;
    for (const int layer : replacement.dropped) stages.erase(layer);
  }
  std::vector<Stage> list;
  for (auto& [layer, stage] : stages) list.push_back(std::move(stage));
  return Program(std::move(list));
}

Tensor Program::run(const Tensor& input, const Observer& observer) const {
  std::vector<Tensor> values(static_cast<std::size_t>(stages_.back().layer) + 1);
  const Tensor none;
  const auto value = [&](int layer, const Tensor& otherwise) -> const Tensor& {
    return layer < 0 ? otherwise : values[static_cast<std::size_t>(layer)];
  };
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const Stage& stage = stages_[i];
    Tensor& written = values[static_cast<std::size_t>(stage.layer)];
    written = stage.step(value(stage.a, input), value(stage.b, none));
    if (observer) observer(stage.layer, written);
    for (const int layer : last_read_[i]) values[static_cast<std::size_t>(layer)].reset();
  }
  return values.back();
}

}  // namespace antigrad::trainer
