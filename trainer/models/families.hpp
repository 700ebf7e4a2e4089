// The networks that a study may name: one row a model, and one file for how its keys are read and
// how it is laid out.
#pragma once
#include <string>
#include <vector>

#include "space/yaml.hpp"
#include "trainer/models/place_module.hpp"
#include "trainer/models/plan.hpp"
#include "trainer/models/spec.hpp"

namespace antigrad::trainer {

struct Family {
  enum class Input { images, text, masked_text, graph };
  const char* name;  // as study files have it
  ModelSpec::Type type;
  Input input;
  std::vector<std::string> keys;    // of `model:`, besides type and activations
  std::vector<std::string> places;  // at which an activation may be fixed
  void (*read)(const space::Yaml& node, ModelSpec& spec);
  Plan (*plan)(const ModelSpec& spec, const InputShape& input);
  std::vector<PlaceModule> modules = {};  // that may stand at its places
};

/// Every row, in the order in which messages list them.
const std::vector<Family>& families();
const Family& family_of(ModelSpec::Type type);

/// The `model:` of a task. Throws space::Error with file, line and column: unknown keys, values
/// outside their range, sizes that do not fit together, an activation that does not parse.
ModelSpec read_model(const space::Yaml& node);

/// The layers of a network for such inputs. Throws space::Error where images are too small for it.
Plan plan_model(const ModelSpec& spec, const InputShape& input);

/// Two networks a feed-forward layer: hidden units of a gated one that has the parameters and the
/// operations of a plain one with `plain` units (3 width hidden = 2 width plain); plain divides by
/// 3.
constexpr int gated_units(int plain) { return plain / 3 * 2; }

// The rows' own functions.
void read_mlp(const space::Yaml& node, ModelSpec& spec);
Plan plan_mlp(const ModelSpec& spec, const InputShape& input);
void read_resnet(const space::Yaml& node, ModelSpec& spec);
Plan plan_resnet(const ModelSpec& spec, const InputShape& input);
void read_wide_resnet(const space::Yaml& node, ModelSpec& spec);
Plan plan_wide_resnet(const ModelSpec& spec, const InputShape& input);
void read_vgg(const space::Yaml& node, ModelSpec& spec);
Plan plan_vgg(const ModelSpec& spec, const InputShape& input);
void read_mobilenet(const space::Yaml& node, ModelSpec& spec);
Plan plan_mobilenet(const ModelSpec& spec, const InputShape& input);
void read_alexnet(const space::Yaml& node, ModelSpec& spec);
Plan plan_alexnet(const ModelSpec& spec, const InputShape& input);
void read_vanilla(const space::Yaml& node, ModelSpec& spec);
Plan plan_vanilla(const ModelSpec& spec, const InputShape& input);
void read_llama(const space::Yaml& node, ModelSpec& spec);
Plan plan_llama(const ModelSpec& spec, const InputShape& input);
void read_bert(const space::Yaml& node, ModelSpec& spec);
Plan plan_bert(const ModelSpec& spec, const InputShape& input);
void read_nplm(const space::Yaml& node, ModelSpec& spec);
Plan plan_nplm(const ModelSpec& spec, const InputShape& input);
void read_gcn(const space::Yaml& node, ModelSpec& spec);
Plan plan_gcn(const ModelSpec& spec, const InputShape& input);
void read_gat(const space::Yaml& node, ModelSpec& spec);
Plan plan_gat(const ModelSpec& spec, const InputShape& input);

}  // namespace antigrad::trainer
