// Every operation of a plan on values of K candidates.
#include "trainer/stacked/stacked_model.hpp"

#include <fmt/format.h>

#include <utility>

#include "space/error.hpp"
#include "trainer/attention.hpp"
#include "trainer/layers.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using Op = Layer::Op;

bool can_be_stacked(Op op) {
  return op != Op::nodes && op != Op::neighbours && op != Op::graph_attention && op != Op::grelu &&
         op != Op::radial;
}

/// [n, K c, ..] -> [K, n, c ..].
Tensor candidates_first(const Tensor& x, std::int64_t count) {
  return x.reshape({x.size(0), count, -1}).transpose(0, 1);
}

/// One vector a candidate, [K, c], against values [K, .., c].
Tensor against(const Tensor& vectors, const Tensor& x) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(x.dim()), 1);
  sizes.front() = vectors.size(0);
  sizes.back() = vectors.size(1);
  return vectors.view(sizes);
}

/// Whether values are [n, K c, h, w].
bool has_places(const std::vector<Layer>& layers, int i) {
  const Layer& layer = layers[static_cast<std::size_t>(i)];
  switch (layer.op) {
    case Op::image:
    case Op::convolution:
    case Op::max_pool:
    case Op::affine: return true;
    case Op::batch_norm:
    case Op::activation:
    case Op::sum:
    case Op::product: return has_places(layers, layer.a);
    default: return false;
  }
}

std::vector<std::shared_ptr<Model>> models_of(const ModelSpec& spec, const InputShape& input,
                                              const std::vector<SharedActivation>& candidates,
                                              std::uint64_t key) {
  std::vector<std::shared_ptr<Model>> models;
  for (const SharedActivation& candidate : candidates)
    models.push_back(make_model(spec, input, candidate, key));
  return models;
}

}  // namespace

StackedModel::StackedModel(const ModelSpec& spec, const InputShape& input,
                           const std::vector<SharedActivation>& candidates, std::uint64_t key)
    : StackedModel(spec, models_of(spec, input, candidates, key)) {}

StackedModel::StackedModel(const ModelSpec& spec, std::vector<std::shared_ptr<Model>> models)
    : count_(static_cast<std::int64_t>(models.size())), models_(std::move(models)) {
  if (models_.empty()) throw space::Error("expected at least one candidate to stack, got none");
  const std::vector<Layer>& layers = models_.front()->plan().layers();
  std::vector<Stage> stages;
  for (const Layer& layer : layers) {
    const int number = static_cast<int>(stages.size());
    if (!can_be_stacked(layer.op))
      throw space::Error(fmt::format(
          "a {} with this model's layers cannot be stacked; train its candidates one by "
          "one",
          family_of(spec.type).name));
    stages.push_back({number, layer.a, layer.b, step_of(layer, has_places(layers, number))});
  }
  program_ = Program(std::move(stages));
  for (const Layer& layer : layers)
    if (layer.op == Op::activation)
      activations_[layer.name] = std::make_unique<StackedActivation>(modules_of(layer.name));
  for (const auto& item : models_.front()->named_parameters())
    if (item.key().find(".raw_") == std::string::npos)
      parameters_[item.key()] = stack_of(item.key(), true);
  for (const auto& item : models_.front()->named_buffers())
    buffers_[item.key()] = stack_of(item.key(), false);
}

std::vector<std::shared_ptr<ActivationModule>> StackedModel::modules_of(
    const std::string& layer) const {
  std::vector<std::shared_ptr<ActivationModule>> modules;
  for (const auto& model : models_)
    modules.push_back(std::dynamic_pointer_cast<ActivationModule>(model->named_children()[layer]));
  return modules;
}

/// Copies the candidates' tensors together and makes each of them a part of the copy.
StackedModel::Stack StackedModel::stack_of(const std::string& name, bool parameter) const {
  const at::NoGradGuard no_grad;
  Stack stack;
  for (const auto& model : models_)
    stack.own.push_back(parameter ? model->named_parameters()[name] : model->named_buffers()[name]);
  const bool filters = stack.own.front().dim() == 4;
  stack.all = filters ? at::cat(stack.own).contiguous(at::MemoryFormat::ChannelsLast)
                      : at::stack(stack.own).contiguous();
  const std::int64_t rows = stack.own.front().dim() > 0 ? stack.own.front().size(0) : 1;
  for (std::int64_t k = 0; k < count_; ++k) {
    stack.parts.push_back(filters ? stack.all.narrow(0, k * rows, rows) : stack.all.select(0, k));
    stack.own[static_cast<std::size_t>(k)].set_data(stack.parts.back());
  }
  stack.all.set_requires_grad(parameter);
  return stack;
}

Tensor StackedModel::forward(const Tensor& input) {
  for (const auto& model : models_) model->train();
  return program_.run(input);
}

void StackedModel::share_gradients() {
  for (auto& [name, stack] : parameters_) {
    const Tensor& all = stack.all.grad();
    const bool filters = stack.all.dim() == 4;
    for (std::size_t k = 0; k < stack.own.size(); ++k) {
      const auto at = static_cast<std::int64_t>(k);
      const std::int64_t rows = stack.own[k].dim() > 0 ? stack.own[k].size(0) : 1;
      stack.own[k].mutable_grad() = filters ? all.narrow(0, at * rows, rows) : all.select(0, at);
    }
  }
}

void StackedModel::clear_gradients() {
  for (auto& [name, stack] : parameters_) stack.all.mutable_grad().reset();
  for (const auto& model : models_) model->zero_grad();
}

Tensor StackedModel::weight(const Layer& layer, const char* name) const {
  const std::string whole = layer.name + "." + name;
  const auto parameter = parameters_.find(whole);
  if (parameter != parameters_.end()) return parameter->second.all;
  const auto buffer = buffers_.find(whole);
  return buffer == buffers_.end() ? Tensor() : buffer->second.all;
}

Stage::Step StackedModel::step_of(const Layer& layer, bool places) const {
  switch (layer.op) {
    case Op::batch_norm:
      return [this, layer, places](const Tensor& a, const Tensor&) {
        return normalised(layer, a, places);
      };
    case Op::activation:
      return [this, layer, places](const Tensor& a, const Tensor&) {
        return activated(layer, a, places);
      };
    case Op::attention: {
      const auto& parameters = models_.front()->parameters();
      const Attention attention(layer, parameters.front().scalar_type());
      return [this, attention](const Tensor& a, const Tensor&) {
        return attention.forward(a.flatten(0, 1)).unflatten(0, {count_, a.size(1)});
      };
    }
    default: return [this, layer](const Tensor& a, const Tensor& b) { return value(layer, a, b); };
  }
}

Tensor StackedModel::value(const Layer& layer, const Tensor& a, const Tensor& b) const {
  switch (layer.op) {
    case Op::image: return a.contiguous(at::MemoryFormat::ChannelsLast);
    case Op::tokens: return a;
    case Op::convolution: return convolved(layer, a);
    case Op::sum: return a + b;
    case Op::product: return a * b;
    case Op::affine:
      return at::addcmul(weight(layer, "bias").view({1, -1, 1, 1}), a,
                         weight(layer, "weight").view({1, -1, 1, 1}));
    case Op::linear: return products(a, weight(layer, "weight"), weight(layer, "bias"));
    case Op::mean: return candidates_first(a.mean({2, 3}), count_);
    case Op::max_pool:
      return at::max_pool2d(a, {layer.size, layer.size}, {layer.stride, layer.stride},
                            {layer.padding, layer.padding});
    case Op::flatten:  // images as they come in are the same for all
      return layer.a == 0 ? a.flatten(1).unsqueeze(0).expand({count_, -1, -1})
                          : candidates_first(a, count_);
    case Op::rms_norm:
      return at::rms_norm(a, {a.size(-1)}, {}, RmsNorm::kEpsilon) *
             against(weight(layer, "weight"), a);
    case Op::layer_norm:
      return at::layer_norm(a, {a.size(-1)}) * against(weight(layer, "weight"), a) +
             against(weight(layer, "bias"), a);
    case Op::positions: return a + weight(layer, "weight").narrow(1, 0, a.size(2)).unsqueeze(1);
    case Op::embedding: return embedded(layer, a);
    case Op::recent: return recent_tokens(a, layer.size);
    case Op::tied_linear: {
      const auto& table = models_.front()->plan().layers()[static_cast<std::size_t>(layer.b)];
      return products(a, weight(table, "weight"), {});
    }
    case Op::maxout: return std::get<0>(a.unflatten(-1, {-1, layer.size}).max(-1));
    default: return a.softmax(-1);
  }
}

Tensor StackedModel::convolved(const Layer& layer, const Tensor& a) const {
  const bool shared = layer.a == 0;  // the image, the same for all
  const std::int64_t groups = shared ? layer.groups : layer.groups * count_;
  const Tensor filters = weight(layer, "weight");
  const int stride = layer.stride;
  if (stride > 1 && layer.size == 1) {  // as Convolution does
    const Tensor some = a.slice(2, 0, a.size(2), stride).slice(3, 0, a.size(3), stride);
    return at::conv2d(some, filters, {}, at::IntArrayRef{1, 1}, at::IntArrayRef{0, 0},
                      at::IntArrayRef{1, 1}, groups);
  }
  return at::conv2d(a, filters, {}, {stride, stride}, {layer.padding, layer.padding}, {1, 1},
                    groups);
}

Tensor StackedModel::normalised(const Layer& layer, const Tensor& a, bool places) const {
  const auto flat = [&](const char* name) { return weight(layer, name).flatten(); };
  const Tensor rows = places ? a : a.transpose(0, 1).flatten(1);
  const Tensor y =
      at::batch_norm(rows, flat("weight"), flat("bias"), flat("mean"), flat("variance"), true,
                     BatchNorm::kMomentum, BatchNorm::kEpsilon, false);
  return places ? y : candidates_first(y, count_);
}

Tensor StackedModel::activated(const Layer& layer, const Tensor& a, bool places) const {
  return activations_.at(layer.name)->forward(a, places);
}

Tensor StackedModel::embedded(const Layer& layer, const Tensor& tokens) const {
  const Tensor tables = weight(layer, "weight");
  const Tensor first = at::arange(count_, tokens.options()).view({-1, 1, 1}) * tables.size(1);
  return at::embedding(tables.flatten(0, 1), tokens.unsqueeze(0) + first);
}

/// [K, .., in] with [K, out, in] -> [K, .., out].
Tensor StackedModel::products(const Tensor& a, const Tensor& weights, const Tensor& bias) const {
  const Tensor rows = a.flatten(1, -2), turned = weights.transpose(1, 2);
  const Tensor y =
      bias.defined() ? at::baddbmm(bias.unsqueeze(1), rows, turned) : at::bmm(rows, turned);
  return a.dim() == 3 ? y : y.unflatten(1, a.sizes().slice(1, a.dim() - 2));
}

}  // namespace antigrad::trainer
