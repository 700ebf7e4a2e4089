// Shapes and counts of layers. A layer's row of counts stands beside its constructor.
#include "trainer/models/plan.hpp"

#include <cmath>
#include <utility>

namespace antigrad::trainer {
namespace {

using Op = Layer::Op;

int places_after(int side, int size, int stride, int padding) {
  return (side + 2 * padding - size) / stride + 1;
}

/// The two small networks of a GReLU: channels -> hidden -> 1 of a node, channels -> hidden -> 2
/// pieces channels of a graph.
std::int64_t grelu_parameters(std::int64_t channels, std::int64_t pieces) {
  const std::int64_t hidden = grelu_hidden(static_cast<int>(channels)),
                     lines = 2 * pieces * channels;
  return 2 * (channels * hidden + hidden) + hidden + 1 + lines * hidden + lines;
}

std::int64_t grelu_flops(std::int64_t channels) {
  return 2 * (channels + 1) * grelu_hidden(static_cast<int>(channels));
}

/// Inputs of one output of a convolution or a linear layer.
std::int64_t fan_in(const Layer& layer, const Layer& read) {
  return std::int64_t{read.shape.channels} / layer.groups * layer.size * layer.size;
}

std::int64_t parameters_of(const Layer& layer, const Layer& read) {
  const std::int64_t out = layer.shape.channels;
  switch (layer.op) {
    case Op::convolution: return out * fan_in(layer, read);
    case Op::linear: return out * read.shape.channels + (layer.bias ? out : 0);
    case Op::batch_norm:
    case Op::layer_norm:
    case Op::affine: return 2 * out;
    case Op::positions: return out * layer.shape.places();
    case Op::rms_norm: return out;
    case Op::embedding: return out * read.shape.channels;
    case Op::neighbours: return out;
    case Op::graph_attention: return 2 * std::int64_t{read.shape.channels} + out;
    case Op::grelu: return grelu_parameters(layer.shape.channels, layer.size);
    case Op::radial: return out * read.shape.channels + out;
    default: return 0;
  }
}

std::int64_t flops_of(const Layer& layer, const Layer& read) {
  const std::int64_t out = layer.shape.channels * layer.shape.places();
  switch (layer.op) {
    case Op::grelu: return grelu_flops(layer.shape.channels);
    case Op::radial:
    case Op::convolution: return 2 * out * fan_in(layer, read);
    case Op::linear:
    case Op::tied_linear: return 2 * out * read.shape.channels;
    case Op::attention:  // every query with every key, and the values mixed
      return 4 * out * layer.shape.places();
    default: return 0;
  }
}

}  // namespace

int Plan::add(Layer layer) {
  layers_.push_back(std::move(layer));
  return static_cast<int>(layers_.size()) - 1;
}

int Plan::image(const Shape& shape) { return add({.op = Op::image, .shape = shape}); }

int Plan::tokens(int count) {
  return add({.op = Op::tokens, .shape = {.channels = 1, .height = count}});
}

int Plan::convolution(const std::string& name, int a, int out, int size, int stride, int padding,
                      int groups) {
  const Shape& in = shape(a);
  const double inputs = double(in.channels / groups) * size * size;
  return add({.op = Op::convolution,
              .name = name,
              .a = a,
              .shape = {out, places_after(in.height, size, stride, padding),
                        places_after(in.width, size, stride, padding)},
              .size = size,
              .stride = stride,
              .padding = padding,
              .groups = groups,
              .deviation = std::sqrt(2 / inputs)});
}

int Plan::batch_norm(const std::string& name, int a) {
  return add({.op = Op::batch_norm, .name = name, .a = a, .shape = shape(a)});
}

int Plan::activation(const std::string& name, int a, const std::string& place) {
  return add({.op = Op::activation, .name = name, .a = a, .shape = shape(a), .place = place});
}

int Plan::sum(int a, int b) { return add({.op = Op::sum, .a = a, .b = b, .shape = shape(a)}); }

int Plan::product(int a, int b) {
  return add({.op = Op::product, .a = a, .b = b, .shape = shape(a)});
}

int Plan::linear(const std::string& name, int a, int out, bool bias, double deviation) {
  const Shape& in = shape(a);
  return add({.op = Op::linear,
              .name = name,
              .a = a,
              .shape = {out, in.height, in.width},
              .bias = bias,
              .deviation = deviation});
}

int Plan::mean(int a) {
  return add({.op = Op::mean, .a = a, .shape = {.channels = shape(a).channels}});
}

int Plan::max_pool(int a, int size, int stride, int padding) {
  const Shape& in = shape(a);
  return add({.op = Op::max_pool,
              .a = a,
              .shape = {in.channels, places_after(in.height, size, stride, padding),
                        places_after(in.width, size, stride, padding)},
              .size = size,
              .stride = stride,
              .padding = padding});
}

int Plan::flatten(int a) {
  const Shape& in = shape(a);
  return add({.op = Op::flatten,
              .a = a,
              .shape = {.channels = static_cast<int>(in.channels * in.places())}});
}

int Plan::rms_norm(const std::string& name, int a) {
  return add({.op = Op::rms_norm, .name = name, .a = a, .shape = shape(a)});
}

int Plan::embedding(const std::string& name, int a, int vocabulary, int width, double deviation) {
  layers_.at(static_cast<std::size_t>(a)).shape.channels = vocabulary;  // a token is one of so many
  return add({.op = Op::embedding,
              .name = name,
              .a = a,
              .shape = {width, shape(a).height, 1},
              .deviation = deviation});
}

int Plan::tied_linear(int a, int embedding) {
  const Shape& in = shape(a);
  const int vocabulary = shape(layers_.at(static_cast<std::size_t>(embedding)).a).channels;
  return add(
      {.op = Op::tied_linear, .a = a, .b = embedding, .shape = {vocabulary, in.height, in.width}});
}

int Plan::attention(int a, const Heads& heads) {
  const Shape& in = shape(a);
  const int head_width = in.channels / (heads.heads + 2 * heads.kv_heads);
  return add({.op = Op::attention,
              .a = a,
              .shape = {heads.heads * head_width, in.height, 1},
              .heads = heads});
}

int Plan::recent(int a, int count) {
  const Shape& in = shape(a);
  return add(
      {.op = Op::recent, .a = a, .shape = {count * in.channels, in.height, 1}, .size = count});
}

int Plan::affine(const std::string& name, int a) {
  return add({.op = Op::affine, .name = name, .a = a, .shape = shape(a)});
}

int Plan::layer_norm(const std::string& name, int a) {
  return add({.op = Op::layer_norm, .name = name, .a = a, .shape = shape(a)});
}

int Plan::positions(const std::string& name, int a, double deviation) {
  return add(
      {.op = Op::positions, .name = name, .a = a, .shape = shape(a), .deviation = deviation});
}

int Plan::nodes(int features) { return add({.op = Op::nodes, .shape = {.channels = features}}); }

int Plan::neighbours(const std::string& name, int a) {
  return add({.op = Op::neighbours, .name = name, .a = a, .shape = shape(a)});
}

int Plan::graph_attention(const std::string& name, int a, int heads, bool averaged) {
  const int channels = shape(a).channels;
  return add({.op = Op::graph_attention,
              .name = name,
              .a = a,
              .shape = {.channels = averaged ? channels / heads : channels},
              .groups = heads,
              .deviation = std::sqrt(1. * heads / channels)});
}

int Plan::grelu(const std::string& name, int a, int pieces, bool scaled) {
  return add(
      {.op = Op::grelu, .name = name, .a = a, .shape = shape(a), .size = pieces, .scaled = scaled});
}

int Plan::maxout(const std::string& name, int a, int pieces) {
  return add({.op = Op::maxout,
              .name = name,
              .a = a,
              .shape = {.channels = shape(a).channels / pieces},
              .size = pieces});
}

int Plan::softmax(const std::string& name, int a) {
  return add({.op = Op::softmax, .name = name, .a = a, .shape = shape(a)});
}

int Plan::radial(const std::string& name, int a, int centres, bool gaussian) {
  return add({.op = Op::radial,
              .name = name,
              .a = a,
              .shape = {.channels = centres},
              .deviation = 1,
              .gaussian = gaussian});
}

std::int64_t Plan::parameters() const {
  std::int64_t count = 0;
  for (const Layer& layer : layers_)
    if (layer.a >= 0) count += parameters_of(layer, layers_[static_cast<std::size_t>(layer.a)]);
  return count;
}

std::int64_t Plan::flops() const {
  std::int64_t count = 0;
  for (const Layer& layer : layers_)
    if (layer.a >= 0) count += flops_of(layer, layers_[static_cast<std::size_t>(layer.a)]);
  return count;
}

std::int64_t Plan::activations() const {
  std::int64_t count = 0;
  for (const Layer& layer : layers_)
    if (layer.op == Op::activation) count += layer.shape.channels * layer.shape.places();
  return count;
}

}  // namespace antigrad::trainer
