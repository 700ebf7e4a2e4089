// Keys at the root of a study file.
#include "trainer/measure/study_keys.hpp"

#include "space/yaml.hpp"
#include "trainer/keys.hpp"

namespace antigrad::trainer {
namespace {

using space::Yaml;

MeasureSpec read_measure(const Yaml& node) {
  using Part = bool MeasureSpec::*;
  static const Names<Part> kParts = {{"gradients", &MeasureSpec::gradients},
                                     {"activations", &MeasureSpec::activations},
                                     {"sparsity", &MeasureSpec::sparsity},
                                     {"theta", &MeasureSpec::theta}};
  node.allow({"every", "of", "cett"});
  MeasureSpec spec;
  const Yaml every = node.at("every");
  const bool epoch = every.is_scalar() && every.flow() == "epoch";
  spec.every = epoch ? MeasureSpec::kEpoch : count(node, "every", 1);
  for (const auto& [name, part] : kParts) spec.*part = !node.has("of");
  if (node.has("of"))
    for (const Yaml& item : node.at("of").items()) spec.*choose(item, "measurement", kParts) = true;
  if (node.has("cett"))
    for (const Yaml& level : node.at("cett").items()) spec.cett.push_back(level.number(0.001, 1));
  return spec;
}

StackedSpec read_stacked(const Yaml& node) {
  constexpr int kMost = 256;
  StackedSpec spec;
  if (node.is_scalar()) {
    spec.count = static_cast<int>(node.integer(1, kMost));
    return spec;
  }
  node.allow({"count", "checked"});
  spec.count = count(node, "count", 1, kMost);
  spec.checked = count_or(node, "checked", 0, spec.checked);
  return spec;
}

}  // namespace

StudyKeys read_study_keys(const std::string& study_yaml) {
  const Yaml root = Yaml::load_file(study_yaml);
  StudyKeys keys;
  if (root.has("measure")) keys.measure = read_measure(root.at("measure"));
  if (root.has("checkpoints")) {
    root.at("checkpoints").allow({"every"});
    keys.checkpoint_every = count(root.at("checkpoints"), "every", 1);
  }
  if (root.has("device")) keys.device = read_device(root.at("device"));
  if (root.has("stacked")) keys.stacked = read_stacked(root.at("stacked"));
  return keys;
}

}  // namespace antigrad::trainer
