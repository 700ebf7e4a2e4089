// Which network a task trains, as `model:` of a study file says. Plain values, no torch.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace antigrad::trainer {

/// One network. Fields that its type does not read keep their defaults.
struct ModelSpec {
  enum class Type {
    mlp,
    resnet,
    wide_resnet,
    vgg,
    mobilenet,
    alexnet,
    vanilla,
    llama,
    bert,
    nplm,
    gcn,
    gat
  };
  enum class Stem { automatic, small, medium, large };
  Type type = Type::resnet;
  // Images: depth counts layers with weights; width = channels of the first stage, or units of an
  // mlp. Texts: width of the residual stream; nplm: numbers of one token.
  int depth = 8;
  int width = 16;
  // llama: kv_heads divides heads, 2 heads divide width.
  int layers = 2;  // of an mlp or nplm: hidden ones; of a gcn or gat: graph convolutions
  int heads = 2;   // gat: of all layers but the last, each of `width` channels
  int kv_heads = 2;
  int ffn = 256;     // hidden units of the plain feed-forward network; a gated one has 2/3 of them
  int context = 64;  // tokens a window
  bool gated = false;         // W2 (f(W1 x) * (W3 x)) in place of W2 f(W1 x)
  double rope_base = 10'000;  // of rotary positions
  bool imagenet = false;      // resnet: the form for large images, in place of the one for CIFAR
  Stem stem = Stem::automatic;
  int widen = 1;      // wide_resnet: factor on width
  bool norm = false;  // mlp: batch normalisation before each activation
  int series = 0;     // vanilla: length of the series of activations; 0: plain ones
  bool skip = false;  // mlp: hidden layers but the first are added to their input
  int pieces = 2;     // of maxout and grelu
  int out_heads = 1;  // gat: of the last layer, averaged
  // Activations that are fixed, by place ("stem", "blocks", "ffn"); all other places hold the
  // candidate. As space::parse_activation reads them, or the name of a module
  // (trainer/models/place_module.hpp).
  std::map<std::string, std::string> activations = {};
  bool operator==(const ModelSpec&) const = default;
};

/// A graph, or several side by side as one.
struct Adjacency {
  std::vector<std::pair<int, int>> edges;  // undirected, each once, no loops
  std::vector<int> sizes;                  // nodes of each graph, which stand together
};

/// What a network sees and says: images [channels, height, width] in `classes` classes; of a text
/// `classes` is the vocabulary, and the rest is not used; of a graph `channels` are the features of
/// a node.
struct InputShape {
  int channels = 1, height = 1, width = 1;
  int classes = 2;
  std::shared_ptr<const Adjacency> graph = {};
  bool operator==(const InputShape&) const = default;
};

}  // namespace antigrad::trainer
