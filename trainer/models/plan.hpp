// A network as a value: a list of layers, each of which reads earlier ones. What a model is, how
// many parameters it has and what a forward pass costs are known from here, without torch;
// trainer/model.hpp makes modules of it, in the order of the list, which is also the order in which
// initial weights are drawn.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace antigrad::trainer {

/// The value of a layer for one example: `channels` numbers at each of height x width places. Of a
/// text: at each of `height` tokens.
struct Shape {
  int channels = 1, height = 1, width = 1;
  std::int64_t places() const { return std::int64_t{height} * width; }
  bool operator==(const Shape&) const = default;
};

/// Attention: queries in groups of heads / kv_heads share a key and a value.
struct Heads {
  int heads = 1, kv_heads = 1;
  bool causal = true;    // a token sees those up to itself, else all
  double rope_base = 0;  // of rotary positions; 0: none
};

struct Layer {
  enum class Op {
    image,        // the input, [n, channels, height, width], channels_last
    tokens,       // the input, int64 [n, t]
    convolution,  // of a: a square window, zero padding, without bias
    batch_norm,   // of a
    activation,   // of a
    sum,          // a + b
    product,      // a * b
    affine,       // of a: a scale and a shift each channel
    linear,       // a W^T (+ bias)
    mean,         // of a over its places: [n, channels]
    max_pool,     // of a: a square window
    flatten,      // a as [n, channels height width]
    rms_norm,     // of a
    layer_norm,   // of a
    positions,    // a + a trained vector each token
    embedding,    // rows of a table, one a token of a
    tied_linear,  // a E^T, E the table of b
    attention,    // a = (queries, key heads, value heads) side by side
    recent,       // a of the last `size` tokens side by side, its own at the end
    // Of a graph, an example being a node:
    nodes,            // the input, [n, features]
    neighbours,       // sum of a over the neighbours and the node itself, and a shift a channel
    graph_attention,  // the same, each neighbour with a weight that a and a node's own a say
    grelu,            // of a: maxima of lines that the graph says
    // Of the channels of an example:
    maxout,   // the largest of each `size` neighbouring channels of a
    softmax,  // of a
    radial    // of the distances of a from `channels` trained centres
  };
  Op op = Op::image;
  std::string name = {};  // of the module; unique where the layer has weights
  int a = -1, b = -1;     // earlier layers
  Shape shape;            // of the value
  // convolution; max_pool without groups; size: pieces of maxout and grelu, tokens of recent;
  // groups: heads of graph_attention
  int size = 1, stride = 1, padding = 0, groups = 1;
  bool bias = false;       // linear
  double deviation = 0;    // of initial weights, from N(0, deviation^2)
  Heads heads = {};        // attention
  std::string place = {};  // activation: "stem", "blocks", "ffn"
  bool gaussian = true;    // radial; else multiquadric
  bool scaled = false;     // grelu
};

/// Hidden units of both small networks of a GReLU of so many channels.
constexpr int grelu_hidden(int channels) { return channels < 8 ? 2 : channels / 4; }

/// Grows by one layer a call, each of which returns the layer's index.
class Plan {
 public:
  const std::vector<Layer>& layers() const { return layers_; }
  const Shape& shape(int layer) const { return layers_.at(static_cast<std::size_t>(layer)).shape; }

  int image(const Shape& shape);
  int tokens(int count);
  /// He's deviation, sqrt(2 / (inputs of one output)). Padding as given; the value has
  /// floor((side + 2 padding - size) / stride) + 1 places a side.
  int convolution(const std::string& name, int a, int out, int size, int stride, int padding,
                  int groups = 1);
  int batch_norm(const std::string& name, int a);
  int activation(const std::string& name, int a, const std::string& place);
  int sum(int a, int b);
  int product(int a, int b);
  int linear(const std::string& name, int a, int out, bool bias, double deviation);
  int mean(int a);
  int max_pool(int a, int size, int stride, int padding);
  int flatten(int a);
  int rms_norm(const std::string& name, int a);
  int embedding(const std::string& name, int a, int vocabulary, int width, double deviation);
  int tied_linear(int a, int embedding);
  int attention(int a, const Heads& heads);
  /// Before the first token stand zeros.
  int recent(int a, int count);
  int affine(const std::string& name, int a);
  int layer_norm(const std::string& name, int a);
  int positions(const std::string& name, int a, double deviation);
  int nodes(int features);
  int neighbours(const std::string& name, int a);
  /// a = heads vectors side by side; `averaged`: over the heads, else they stay side by side.
  int graph_attention(const std::string& name, int a, int heads, bool averaged);
  /// `scaled`: times the number of nodes.
  int grelu(const std::string& name, int a, int pieces, bool scaled = false);
  int maxout(const std::string& name, int a, int pieces);
  int softmax(const std::string& name, int a);
  int radial(const std::string& name, int a, int centres, bool gaussian);

  /// Numbers that training moves; those of an activation not counted.
  std::int64_t parameters() const;
  /// Floating-point operations of the matrix products of one example forward: two a
  /// multiplication and its addition. What a graph adds over its edges, or once for all nodes, is
  /// not counted.
  std::int64_t flops() const;
  /// Times that an activation is computed for one example.
  std::int64_t activations() const;

 private:
  int add(Layer layer);
  std::vector<Layer> layers_;
};

}  // namespace antigrad::trainer
