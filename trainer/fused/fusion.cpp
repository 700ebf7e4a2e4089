// Looks backwards from each activation.
#include "trainer/fused/fusion.hpp"

#include <utility>

namespace antigrad::trainer {
namespace {

using Op = Layer::Op;

/// How many layers read each.
std::vector<int> count_readers(const std::vector<Layer>& layers) {
  std::vector<int> readers(layers.size());
  for (const Layer& layer : layers)
    for (const int read : {layer.a, layer.b})
      if (read >= 0) ++readers[static_cast<std::size_t>(read)];
  return readers;
}

/// Asks a plan what layers are and who reads them.
class Layers {
 public:
  explicit Layers(const Plan& plan) : layers_(plan.layers()), readers_(count_readers(layers_)) {}
  const Layer& operator[](int i) const { return layers_[static_cast<std::size_t>(i)]; }
  int count() const { return static_cast<int>(layers_.size()); }
  /// Of that kind, and read once.
  bool is(int i, Op op) const {
    return i >= 0 && (*this)[i].op == op && readers_[static_cast<std::size_t>(i)] == 1;
  }

 private:
  const std::vector<Layer>& layers_;
  std::vector<int> readers_;
};

}  // namespace

std::vector<FoldedLayers> find_folds(const Plan& plan) {
  const Layers layers(plan);
  std::vector<FoldedLayers> found;
  for (int i = 0; i < layers.count(); ++i)
    if (layers[i].op == Op::batch_norm && layers.is(layers[i].a, Op::convolution))
      found.push_back({.convolution = layers[i].a, .norm = i});
  return found;
}

std::vector<FusedLayers> find_fusions(const Plan& plan) {
  const Layers layers(plan);
  std::vector<FusedLayers> found;
  for (int i = 0; i < layers.count(); ++i) {
    if (layers[i].op != Op::activation) continue;
    int norm = layers[i].a, added = -1;
    if (layers.is(norm, Op::sum)) {
      added = layers[norm].b;
      norm = layers[norm].a;
      if (!layers.is(norm, Op::batch_norm)) std::swap(norm, added);
    }
    if (!layers.is(norm, Op::batch_norm)) continue;
    found.push_back({.norm = norm, .activation = i, .a = layers[norm].a, .b = added});
  }
  return found;
}

}  // namespace antigrad::trainer
