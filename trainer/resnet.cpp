// Residual networks in the form for small images (He et al., arXiv 1512.03385, section 4.2).
#include <string>
#include <utility>
#include <vector>

#include "trainer/layers.hpp"
#include "trainer/model.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

/// f(x's shortcut + bn(conv(f(bn(conv(x)))))).
class Block : public torch::nn::Module {
 public:
  Block(Initialiser& initialiser, int in, int out, int stride, const SharedActivation& activation) {
    convolution1_ = add<Convolution>("convolution1", initialiser, in, out, 3, stride);
    norm1_ = add<BatchNorm>("norm1", out);
    activation1_ = add<ActivationModule>("activation1", activation);
    convolution2_ = add<Convolution>("convolution2", initialiser, out, out, 3, 1);
    norm2_ = add<BatchNorm>("norm2", out);
    activation2_ = add<ActivationModule>("activation2", activation);
    if (in == out && stride == 1) return;
    shortcut_ = add<Convolution>("shortcut", initialiser, in, out, 1, stride);
    shortcut_norm_ = add<BatchNorm>("shortcut_norm", out);
  }

  Tensor forward(const Tensor& x) {
    const Tensor h = activation1_->forward(norm1_->forward(convolution1_->forward(x)));
    const Tensor skipped = shortcut_ ? shortcut_norm_->forward(shortcut_->forward(x)) : x;
    return activation2_->forward(norm2_->forward(convolution2_->forward(h)) + skipped);
  }

 private:
  template <class Layer, class... Arguments>
  std::shared_ptr<Layer> add(const std::string& name, Arguments&&... arguments) {
    return register_module(name, std::make_shared<Layer>(std::forward<Arguments>(arguments)...));
  }

  std::shared_ptr<Convolution> convolution1_, convolution2_, shortcut_;
  std::shared_ptr<BatchNorm> norm1_, norm2_, shortcut_norm_;
  std::shared_ptr<ActivationModule> activation1_, activation2_;
};

class Resnet : public Model {
 public:
  Resnet(const ModelSpec& spec, int channels, int classes, const SharedActivation& activation,
         std::uint64_t key) {
    Initialiser initialiser(key);
    stem_ = register_module("stem",
                            std::make_shared<Convolution>(initialiser, channels, spec.width, 3, 1));
    norm_ = register_module("norm", std::make_shared<BatchNorm>(spec.width));
    activation_ = register_module("activation", std::make_shared<ActivationModule>(activation));
    int in = spec.width;
    for (int stage = 0; stage < 3; ++stage) {
      for (int k = 0; k < (spec.depth - 2) / 6; ++k) {
        const int out = spec.width << stage, stride = stage > 0 && k == 0 ? 2 : 1;
        blocks_.push_back(
            register_module("block" + std::to_string(blocks_.size()),
                            std::make_shared<Block>(initialiser, in, out, stride, activation)));
        in = out;
      }
    }
    head_ = register_module(
        "head", std::make_shared<Linear>(initialiser, in, classes, true, std::sqrt(1. / in)));
  }

  Tensor forward(const Tensor& images) override {
    const Tensor x = images.contiguous(at::MemoryFormat::ChannelsLast);
    Tensor h = activation_->forward(norm_->forward(stem_->forward(x)));
    for (const auto& block : blocks_) h = block->forward(h);
    return head_->forward(h.mean({2, 3}));
  }

 private:
  std::shared_ptr<Convolution> stem_;
  std::shared_ptr<BatchNorm> norm_;
  std::shared_ptr<ActivationModule> activation_;
  std::vector<std::shared_ptr<Block>> blocks_;
  std::shared_ptr<Linear> head_;
};

}  // namespace

std::shared_ptr<Model> make_resnet(const ModelSpec& spec, int channels, int classes,
                                   const SharedActivation& activation, std::uint64_t key) {
  return std::make_shared<Resnet>(spec, channels, classes, activation, key);
}

std::shared_ptr<Model> make_model(const ModelSpec& spec, int channels, int classes,
                                  const SharedActivation& activation, std::uint64_t key) {
  return spec.type == ModelSpec::Type::resnet
             ? make_resnet(spec, channels, classes, activation, key)
             : make_llama(spec, classes, activation, key);
}

}  // namespace antigrad::trainer
