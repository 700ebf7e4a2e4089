// The networks that stand around an activation. Initial weights are a function of (spec, sizes,
// key), never of the activation, so that candidates start from the same point.
#pragma once
#include <cstdint>
#include <memory>

#include "trainer/activation_module.hpp"
#include "trainer/task.hpp"
#include "trainer/torch.hpp"

namespace antigrad::trainer {

using SharedActivation = std::shared_ptr<const CompiledActivation>;

/// A network with an ActivationModule at every place where it has an activation.
class Model : public torch::nn::Module {
 public:
  /// Logits: [n, channels, h, w] images -> [n, classes]; [n, t] tokens (int64) -> [n, t,
  /// vocabulary].
  virtual at::Tensor forward(const at::Tensor& input) = 0;
};

/// He et al. 2015, CIFAR form: 3x3 stem, three stages of n = (depth - 2) / 6 blocks of two
/// convolutions with width, 2 width, 4 width channels, each convolution batch-normalised, 1x1
/// convolutions where a shortcut changes shape, mean over the image, a linear layer. Any image
/// size; 6 n + 1 places. channels_last inside.
std::shared_ptr<Model> make_resnet(const ModelSpec& spec, int channels, int classes,
                                   const SharedActivation& activation, std::uint64_t key);

/// Llama with an ungated feed-forward network W2 f(W1 x): RMSNorm before each sublayer, rotary
/// positions (base 10,000), causal attention with shared key-value heads, tied embeddings. One
/// place a layer.
std::shared_ptr<Model> make_llama(const ModelSpec& spec, int vocabulary,
                                  const SharedActivation& activation, std::uint64_t key);

/// Either, by spec.type. channels is not used by a llama; classes is its vocabulary.
std::shared_ptr<Model> make_model(const ModelSpec& spec, int channels, int classes,
                                  const SharedActivation& activation, std::uint64_t key);

}  // namespace antigrad::trainer
