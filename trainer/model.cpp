// Every layer of a plan becomes one function of earlier values.
#include "trainer/model.hpp"

#include <fmt/format.h>

#include <utility>

#include "space/error.hpp"
#include "trainer/attention.hpp"
#include "trainer/device/compute.hpp"
#include "trainer/fused/fusion.hpp"
#include "trainer/fused/norm_activation.hpp"
#include "trainer/graphs/layers.hpp"
#include "trainer/layers.hpp"
#include "trainer/models/families.hpp"
#include "trainer/radial.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using Op = Layer::Op;

at::ScalarType type_of(const CompiledActivation& activation) {
  return activation.kernel->type() == kernels::Type::f64 ? at::kDouble : at::kFloat;
}

Tensor max_pool(const Layer& layer, const Tensor& x) {
  return at::max_pool2d(x, {layer.size, layer.size}, {layer.stride, layer.stride},
                        {layer.padding, layer.padding});
}

Replacement replaced(int layer, int a, int b, const Stage::Step& step,
                     const std::vector<int>& dropped) {
  Replacement one;
  one.stage.layer = layer;
  one.stage.a = a;
  one.stage.b = b;
  one.stage.step = step;
  one.dropped = dropped;
  return one;
}

}  // namespace

Model::Model(const ModelSpec& spec, const InputShape& input, const SharedActivation& candidate,
             std::uint64_t key)
    : plan_(plan_model(spec, input)), candidate_(candidate), fixed_(spec.activations) {
  if (input.graph) links_ = c10::make_intrusive<Links>(*input.graph);
  const Family& family = family_of(spec.type);
  if (family.input == Family::Input::graph && !links_)
    throw space::Error(fmt::format("a {} needs the graph that it works on", family.name));
  Initialiser initialiser(key);
  std::vector<Stage> stages;
  for (const Layer& layer : plan_.layers())
    stages.push_back(
        {static_cast<int>(stages.size()), layer.a, layer.b, step_of(layer, initialiser)});
  plain_ = Program(std::move(stages));
  fused_ = plain_.with(fused_layers());
  deployed_ = plain_.with(folded_layers());
  to(type_of(*candidate));
}

template <class Module>
std::shared_ptr<Module> Model::module_of(int layer) const {
  const std::string& name = plan_.layers()[static_cast<std::size_t>(layer)].name;
  return std::dynamic_pointer_cast<Module>(named_children()[name]);
}

Tensor Model::forward(const Tensor& input) {
  if (observer_)
    return plain_.run(input, [this](int layer, const Tensor& value) {
      observer_(plan_.layers()[static_cast<std::size_t>(layer)], value);
    });
  // What is fused is written for the processor and for one type of numbers.
  if (!input.is_cpu() || casts(input.device())) return plain_.run(input);
  return (is_training() || at::GradMode::is_enabled() ? fused_ : deployed_).run(input);
}

std::vector<Replacement> Model::fused_layers() const {
  std::vector<Replacement> replacements;
  for (const FusedLayers& fused : find_fusions(plan_)) {
    const auto norm = module_of<BatchNorm>(fused.norm);
    const auto activation = module_of<ActivationModule>(fused.activation);
    const auto step = [norm, activation](const Tensor& x, const Tensor& residual) {
      return normalised_activation(x, residual, norm->state(), activation->theta(),
                                   activation->compiled(), norm->is_training());
    };
    std::vector<int> dropped = {fused.norm};
    const int read = plan_.layers()[static_cast<std::size_t>(fused.activation)].a;
    if (read != fused.norm) dropped.push_back(read);  // the sum
    replacements.push_back(replaced(fused.activation, fused.a, fused.b, step, dropped));
  }
  return replacements;
}

std::vector<Replacement> Model::folded_layers() const {
  std::vector<Replacement> replacements;
  for (const FoldedLayers& folded : find_folds(plan_)) {
    const auto norm = module_of<BatchNorm>(folded.norm);
    const auto convolution = module_of<Convolution>(folded.convolution);
    const auto step = [norm, convolution](const Tensor& x, const Tensor&) {
      return convolution->folded(x, norm->state());
    };
    const int read = plan_.layers()[static_cast<std::size_t>(folded.convolution)].a;
    replacements.push_back(replaced(folded.norm, read, -1, step, {folded.convolution}));
  }
  return replacements;
}

void Model::watch(std::function<void(const Layer&, const Tensor&)> observer) {
  observer_ = std::move(observer);
}

template <class Module, class... Arguments>
std::shared_ptr<Module> Model::add(const Layer& layer, Arguments&&... arguments) {
  return register_module(layer.name,
                         std::make_shared<Module>(std::forward<Arguments>(arguments)...));
}

SharedActivation Model::at_place(const std::string& place) {
  const auto text = fixed_.find(place);
  if (text == fixed_.end()) return candidate_;
  SharedActivation& known = compiled_[text->second];
  if (!known)
    known = compile(space::parse_activation(text->second), {.type = candidate_->kernel->type()});
  return known;
}

Model::Step Model::activation_step(const Layer& layer) {
  const auto module = add<ActivationModule>(layer, at_place(layer.place));
  if (!fixed_.contains(layer.place)) places_.push_back(module);
  return [module](const Tensor& a, const Tensor&) { return module->forward(a); };
}

Model::Step Model::step_with_weights(const Layer& layer, Initialiser& initialiser) {
  const int in = plan_.shape(layer.a).channels, out = layer.shape.channels;
  const auto of_a = [](const auto& module) -> Step {
    return [module](const Tensor& a, const Tensor&) { return module->forward(a); };
  };
  switch (layer.op) {
    case Op::convolution: return of_a(add<Convolution>(layer, initialiser, layer, in));
    case Op::batch_norm: return of_a(add<BatchNorm>(layer, out));
    case Op::linear:
      return of_a(add<Linear>(layer, initialiser, in, out, layer.bias, layer.deviation));
    case Op::affine: return of_a(add<Affine>(layer, out));
    case Op::layer_norm: return of_a(add<LayerNorm>(layer, out));
    case Op::positions:
      return of_a(add<Positions>(layer, initialiser, layer.shape.height, out, layer.deviation));
    case Op::rms_norm: return of_a(add<RmsNorm>(layer, out));
    case Op::radial: return of_a(add<Radial>(layer, initialiser, layer, in));
    default: return of_a(add<Embedding>(layer, initialiser, in, out, layer.deviation));
  }
}

Model::Step Model::graph_step(const Layer& layer, Initialiser& initialiser) {
  const int channels = layer.shape.channels;
  const at::ScalarType type = type_of(*candidate_);
  const auto of_a = [](const auto& module) -> Step {
    return [module](const Tensor& a, const Tensor&) { return module->forward(a); };
  };
  if (layer.op == Op::neighbours) return of_a(add<Neighbours>(layer, links_, channels, type));
  if (layer.op == Op::grelu)
    return of_a(add<Grelu>(layer, initialiser, channels, layer.size, layer.scaled, links_, type));
  return of_a(
      add<GraphAttention>(layer, initialiser, layer, plan_.shape(layer.a).channels, links_));
}

Model::Step Model::step_of(const Layer& layer, Initialiser& initialiser) {
  switch (layer.op) {
    case Op::image:
      return [](const Tensor& a, const Tensor&) {
        return a.contiguous(at::MemoryFormat::ChannelsLast);
      };
    case Op::tokens:
    case Op::nodes: return [](const Tensor& a, const Tensor&) { return a; };
    case Op::neighbours:
    case Op::graph_attention:
    case Op::grelu: return graph_step(layer, initialiser);
    case Op::softmax: return [](const Tensor& a, const Tensor&) { return a.softmax(-1); };
    case Op::maxout:
      return [layer](const Tensor& a, const Tensor&) {
        return std::get<0>(a.view({a.size(0), -1, layer.size}).max(-1));
      };
    case Op::activation: return activation_step(layer);
    case Op::sum: return [](const Tensor& a, const Tensor& b) { return a + b; };
    case Op::product: return [](const Tensor& a, const Tensor& b) { return a * b; };
    case Op::mean: return [](const Tensor& a, const Tensor&) { return a.mean({2, 3}); };
    case Op::max_pool:
      return [layer](const Tensor& a, const Tensor&) { return max_pool(layer, a); };
    case Op::flatten: return [](const Tensor& a, const Tensor&) { return a.flatten(1); };
    case Op::attention: {
      const Attention attention(layer, type_of(*candidate_));
      return [attention](const Tensor& a, const Tensor&) { return attention.forward(a); };
    }
    case Op::recent:
      return [layer](const Tensor& a, const Tensor&) { return recent_tokens(a, layer.size); };
    case Op::tied_linear: {
      const auto table = module_of<Embedding>(layer.b);
      return [table](const Tensor& a, const Tensor&) { return table->products(a); };
    }
    default: return step_with_weights(layer, initialiser);
  }
}

std::shared_ptr<Model> make_model(const ModelSpec& spec, const InputShape& input,
                                  const SharedActivation& candidate, std::uint64_t key) {
  return std::make_shared<Model>(spec, input, candidate, key);
}

}  // namespace antigrad::trainer
